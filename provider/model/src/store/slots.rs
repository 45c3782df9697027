//! The text of a page: strict reading and canonical writing of its fixed-width slots.

use super::block::{Block, Expiry};
use super::page::{Page, PageFault};
use crate::encoding::{base36, from_base36, is_base64url};
use crate::ids::BlockId;
use crate::instant::Instant;

/// Width of a slot.
pub(super) const SLOT: usize = 15;
/// Width of what stands before the slots: the version and the page's own not-before.
pub(super) const HEAD: usize = 7;
/// The greatest time that six digits of base 36 spell, in the year 2038. In a block it means "never".
pub(super) const LAST: Instant = Instant::from_seconds(36_u64.pow(6) - 1);

pub(super) fn read(text: &str) -> Result<Page, PageFault> {
    let fault = |reason| PageFault { reason };
    if !text.is_ascii() || text.len() > super::VALUE_LIMIT {
        return Err(fault("it is not ASCII of at most 1,024 characters"));
    }
    let head = text.get(..HEAD).and_then(|head| head.strip_prefix('1'));
    let not_before = head
        .and_then(time)
        .ok_or(fault("it does not begin with version 1 and a time"))?;
    let mut page = Page::with_not_before(not_before);
    let mut rest = text.get(HEAD..).unwrap_or_default();
    while !rest.is_empty() {
        let (kind, name, at, after) = slot(rest).ok_or(fault("a slot is malformed"))?;
        rest = after;
        match kind {
            b'u' => page.raise_user(name, at),
            b's' => page.raise_session(name, at),
            b'o' => page.raise_provider_session(name, at),
            b'b' => {
                let owner = slot(rest).filter(|(kind, ..)| *kind == b'i');
                let (_, id, set, after) = owner.ok_or(fault("a block lacks its id"))?;
                rest = after;
                let id = BlockId::parse(id).map_err(|_| fault("a block's id is malformed"))?;
                let expires = if at == LAST { Expiry::Never } else { Expiry::At(at) };
                page.raise_block(name, id, Block { expires, set });
            }
            _ => return Err(fault("a slot is of no known kind")),
        }
    }
    Ok(page)
}

/// Kind, name, time and what follows of the slot a text begins with.
fn slot(text: &str) -> Option<(u8, &str, Instant, &str)> {
    let kind = *text.as_bytes().first()?;
    let name = text.get(1..9).filter(|name| is_base64url(name))?;
    Some((kind, name, time(text.get(9..SLOT)?)?, text.get(SLOT..)?))
}

fn time(text: &str) -> Option<Instant> {
    from_base36(text).map(Instant::from_seconds)
}

pub(super) fn write(page: &Page) -> String {
    let mut slots: Vec<String> = Vec::with_capacity(page.slots());
    let mut plain = |kind: char, name: &str, at: Instant| slots.push(format!("{kind}{name}{}", spell(at)));
    for (name, at) in page.users() {
        plain('u', name, at);
    }
    for (name, at) in page.sessions() {
        plain('s', name, at);
    }
    for (name, at) in page.provider_sessions() {
        plain('o', name, at);
    }
    for (name, id, block) in page.all_blocks() {
        let expires = match block.expires {
            Expiry::At(time) => spell(time),
            Expiry::Never => spell(LAST),
        };
        slots.push(format!("b{name}{expires}i{id}{}", spell(block.set)));
    }
    slots.sort_unstable();
    format!("1{}{}", spell(page.not_before()), slots.concat())
}

fn spell(time: Instant) -> String {
    format!("{:0>6}", base36(time.min(LAST).seconds()))
}
