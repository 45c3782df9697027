//! A revocation as it is meant: subjects as sets, a mode, an end. Null and unknown end at this border.

use std::collections::BTreeSet;

use zt_framework::{Diagnostic, Path, Value};
use zt_model::ids::{ApplicationName, BlockId, Issuer};
use zt_model::session::SessionHandle;
use zt_model::store::Expiry;

use super::bulk::RevocationFile;

/// Whether users may log in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Not while the revocation exists.
    Block,
    /// At once.
    SignOut,
}

impl Mode {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::SignOut => "sign_out",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Block, Self::SignOut]
            .into_iter()
            .find(|mode| mode.word() == word)
    }
}

/// A user of an issuer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct User {
    pub(crate) issuer: Issuer,
    pub(crate) subject: String,
}

/// Whom a revocation is about, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revocation {
    pub(crate) id: BlockId,
    pub(crate) users: BTreeSet<User>,
    pub(crate) sessions: BTreeSet<SessionHandle>,
    pub(crate) applications: BTreeSet<ApplicationName>,
    pub(crate) whole_store: bool,
    pub(crate) mode: Mode,
    pub(crate) expires: Expiry,
    /// Where more of them stand.
    pub(crate) file: Option<RevocationFile>,
}

impl Revocation {
    /// Reads a wholly known plan or state.
    pub(crate) fn read(object: &Value, id: BlockId) -> Result<Self, Diagnostic> {
        Ok(Self {
            id,
            users: users(object)?,
            sessions: parsed(object, &["sessions"], |text| SessionHandle::parse(text).ok())?,
            applications: parsed(object, &["everyone", "applications"], |text| {
                ApplicationName::parse(text).ok()
            })?,
            whole_store: object.get("everyone").get("store").as_bool().unwrap_or_default(),
            mode: object.get("mode").as_str().and_then(Mode::parse).unwrap_or(Mode::Block),
            expires: expires(object)?,
            file: RevocationFile::of(object),
        })
    }
}

fn expires(object: &Value) -> Result<Expiry, Diagnostic> {
    match object.get("expires_at").as_str() {
        None => Ok(Expiry::Never),
        Some(text) => super::time::parse(text)
            .map(Expiry::At)
            .ok_or_else(|| malformed(&["expires_at"], text)),
    }
}

/// The list of the configuration.
pub(super) fn users(object: &Value) -> Result<BTreeSet<User>, Diagnostic> {
    let read = |user: &Value| {
        let text = |name: &str| user.get(name).as_str().unwrap_or_default().to_owned();
        let issuer = Issuer::parse(&text("issuer")).map_err(|_| malformed(&["users"], &text("issuer")))?;
        Ok(User {
            issuer,
            subject: text("subject"),
        })
    };
    object.get("users").elements().iter().map(read).collect()
}

fn parsed<T: Ord>(object: &Value, path: &[&str], parse: impl Fn(&str) -> Option<T>) -> Result<BTreeSet<T>, Diagnostic> {
    let list = path.iter().fold(object, |value, name| value.get(name));
    let texts = list
        .elements()
        .iter()
        .map(|element| element.as_str().unwrap_or_default());
    texts
        .map(|text| parse(text).ok_or_else(|| malformed(path, text)))
        .collect()
}

fn malformed(path: &[&str], text: &str) -> Diagnostic {
    let path = path.iter().fold(Path::root(), |path, name| path.attribute(*name));
    Diagnostic::error("The revocation cannot be read", format!("{text:?} is not of its form.")).at(path)
}
