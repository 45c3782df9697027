//! Which documents of a store hold blocks of a revocation, as one list of the store shows them.
//!
//! An update that was killed may have left blocks under the id of a revocation that lives on, of subjects that no state
//! names. So whoever ends a revocation looks for its id, and not for its subjects alone. It reads, and changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use zt_aws::AwsError;
use zt_aws::keyvalue::{KeyValue, Pair};
use zt_model::ids::BlockId;
use zt_model::instant::Instant;
use zt_model::store::{ApplicationDocument, Expiry, Page, STORE_KEY, StoreDocument};

/// What a list showed of blocks: the pages that hold anything, and the documents that block everyone by revocation.
struct Holding {
    pages: Vec<(String, Page)>,
    everyone: BTreeMap<BlockId, Vec<String>>,
}

/// How long a list serves the revocations that end after it.
const FRESH: Duration = Duration::from_secs(60);

/// When a list began, and what it shows.
type Listed = (tokio::time::Instant, Arc<OnceCell<Holding>>);

/// One list of each store for all that end within a minute: some eighty calls, for the first of them alone.
///
/// It may be as old as that, because what an update left is the work of a process that was killed before this one began.
#[derive(Default)]
pub(super) struct Holdings(Mutex<HashMap<String, Listed>>);

impl Holdings {
    /// The keys of the documents in which this revocation has blocks.
    pub(super) async fn keys(&self, store: &KeyValue, id: &BlockId) -> Result<Vec<String>, AwsError> {
        let cell = {
            let mut stores = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || (tokio::time::Instant::now(), Arc::default());
            let listed = stores.entry(store.arn().to_owned()).or_insert_with(new);
            if listed.0.elapsed() > FRESH {
                *listed = new();
            }
            Arc::clone(&listed.1)
        };
        let all = cell.get_or_try_init(|| async { store.list().await.map(|pairs| Holding::of(&pairs)) });
        Ok(all.await?.keys(id))
    }
}

/// When a block of this revocation was seen to stand, by AWS's clock; none when there is no such block.
pub(super) async fn seen(store: &KeyValue, id: &BlockId) -> Result<Option<Instant>, AwsError> {
    let now = Instant::from_seconds(store.aws_time().await?);
    let pairs = store.list().await?;
    Ok((!Holding::of(&pairs).keys(id).is_empty()).then_some(now))
}

impl Holding {
    /// What cannot be read holds nobody's block: its readers refuse it anyway.
    fn of(pairs: &[Pair]) -> Self {
        let (mut pages, mut everyone) = (Vec::new(), BTreeMap::<BlockId, Vec<String>>::new());
        // An application that is made meanwhile inherits from the store's own document, so that is the first to go.
        let (first, rest): (Vec<&Pair>, Vec<&Pair>) = pairs.iter().partition(|pair| pair.key == STORE_KEY);
        for pair in first.into_iter().chain(rest) {
            let page = pair.key.starts_with("p:").then(|| Page::parse(&pair.value).ok());
            if let Some(page) = page.flatten().filter(|page| page.slots() > 0) {
                pages.push((pair.key.clone(), page));
            }
            for id in blocks_of_everyone(pair).into_keys() {
                everyone.entry(id).or_default().push(pair.key.clone());
            }
        }
        Self { pages, everyone }
    }

    fn keys(&self, id: &BlockId) -> Vec<String> {
        let everyone = self.everyone.get(id).into_iter().flatten().cloned();
        // Blocks that have ended are counted too: each of them stood at the beginning of time.
        let pages = self
            .pages
            .iter()
            .filter(|(_, page)| page.blocks_by(id, Instant::ZERO) > 0);
        everyone.chain(pages.map(|(key, _)| key.clone())).collect()
    }
}

fn blocks_of_everyone(pair: &Pair) -> BTreeMap<BlockId, Expiry> {
    if pair.key == STORE_KEY {
        return StoreDocument::parse(&pair.value)
            .map(|document| document.blocks().clone())
            .unwrap_or_default();
    }
    if pair.key.starts_with("a:") {
        return ApplicationDocument::parse(&pair.value)
            .map(|document| document.blocks().clone())
            .unwrap_or_default();
    }
    BTreeMap::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edge contract's own form: a block and the id that set it.
    const PAGE: &str = "1000000bAAAAAAAAzzzzzziBBBBBBB1tfmrk0bCCCCCCCC000001iBBBBBBB2tfmrk0";

    #[test]
    fn each_document_with_a_block_of_the_id_is_found_and_the_stores_own_comes_first() {
        let pairs = [
            ("a:members", r#"{"v":1,"nb":0,"k":{},"e":{"BBBBBBB1":0}}"#),
            ("a:others", r#"{"v":1,"nb":0,"k":{},"e":{"BBBBBBB2":0}}"#),
            ("p:AA", PAGE),
            ("p:AB", Page::EMPTY),
            ("p:AC", "garbage"),
            (
                STORE_KEY,
                r#"{"v":1,"name":"main","id":"AbCd_123","life":3600,"nb":0,"e":{"BBBBBBB1":0}}"#,
            ),
            ("t:members:BBBBBBB1", "{}"),
        ];
        let pairs = pairs.map(|(key, value)| Pair {
            key: key.to_owned(),
            value: value.to_owned(),
        });
        let keys = |id: &str| Holding::of(&pairs).keys(&BlockId::parse(id).unwrap());
        assert_eq!(keys("BBBBBBB1"), [STORE_KEY, "a:members", "p:AA"]);
        assert_eq!(keys("BBBBBBB2"), ["a:others", "p:AA"], "one that has ended counts");
        assert!(keys("BBBBBBB3").is_empty());
    }
}
