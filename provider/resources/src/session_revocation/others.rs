//! Blocks of the same subjects that other revocations hold, as the last write found them.
//!
//! A provider that is killed between its write and its answer leaves a block that no state knows, and nothing in the store
//! can tell it from the block of a living resource (decision 11). So nobody here takes over or lifts what is not his own;
//! whoever writes for the same subject next is told how to import what he found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use zt_framework::Diagnostic;
use zt_model::ids::{ApplicationName, BlockId};
use zt_model::store::{Block, Expiry};

use super::bulk::RevocationFile;
use super::import_id;
use super::revocation::User;
use super::time;

/// Whom a block holds out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    User(User),
    /// Everyone of an application.
    Application(ApplicationName),
    /// Everyone, later applications included.
    Store,
}

/// What writes find; a computation that runs again replaces what it found before.
#[derive(Clone, Default)]
pub(super) struct OtherBlocks(Arc<Mutex<Found>>);

/// A block of another revocation.
pub(super) type Foreign = (BlockId, Block);

#[derive(Default)]
struct Found {
    subjects: BTreeMap<Subject, Vec<Foreign>>,
    /// Of users that a file names, by page.
    pages: BTreeMap<String, Vec<Foreign>>,
}

/// One revocation that is not ours, as far as a file of ours names its users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OtherByFile {
    pub(super) id: BlockId,
    /// The first of its blocks and the latest end.
    pub(super) block: Block,
    pub(super) users: usize,
}

/// Most other revocations that one apply of a file tells of.
const MOST_BY_FILE: usize = 10;

/// One revocation that is not ours, as far as its subjects are ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OtherRevocation {
    pub(super) id: BlockId,
    pub(super) block: Block,
    pub(super) subjects: Vec<Subject>,
}

impl OtherBlocks {
    pub(super) fn found(&self, subject: Subject, blocks: Vec<Foreign>) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.subjects.insert(subject, blocks);
    }

    /// The same of all users of a page whom a file names.
    pub(super) fn found_on(&self, page: &str, blocks: Vec<Foreign>) {
        let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.pages.insert(page.to_owned(), blocks);
    }

    /// The revocations behind what was found on pages, those of most users first and not too many.
    pub(super) fn take_by_file(&self) -> Vec<OtherByFile> {
        let pages = std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).pages);
        let mut revocations: BTreeMap<BlockId, OtherByFile> = BTreeMap::new();
        for (id, block) in pages.into_values().flatten() {
            let other = revocations
                .entry(id.clone())
                .or_insert_with(|| OtherByFile { id, block, users: 0 });
            other.users += 1;
            other.block.set = other.block.set.min(block.set);
            other.block.expires = other.block.expires.max(block.expires);
        }
        let mut all: Vec<OtherByFile> = revocations.into_values().collect();
        all.sort_by_key(|other| std::cmp::Reverse(other.users));
        all.truncate(MOST_BY_FILE);
        all
    }

    /// The revocations behind what was found, each with all of its subjects.
    ///
    /// What stands for the whole store stands in each application too, and has to be imported as one.
    pub(super) fn take(&self) -> Vec<OtherRevocation> {
        let found = std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).subjects);
        let ids = |blocks: &Vec<(BlockId, Block)>| blocks.iter().map(|(id, _)| id.clone()).collect();
        let of_the_store: BTreeSet<BlockId> = found.get(&Subject::Store).map(ids).unwrap_or_default();
        let mut revocations: BTreeMap<(BlockId, Expiry), OtherRevocation> = BTreeMap::new();
        for (subject, blocks) in found {
            for (id, block) in blocks {
                if matches!(subject, Subject::Application(_)) && of_the_store.contains(&id) {
                    continue;
                }
                let revocation = revocations
                    .entry((id.clone(), block.expires))
                    .or_insert_with(|| OtherRevocation {
                        id,
                        block,
                        subjects: Vec::new(),
                    });
                revocation.block.set = revocation.block.set.min(block.set);
                revocation.subjects.push(subject.clone());
            }
        }
        revocations.into_values().collect()
    }
}

impl OtherRevocation {
    /// Tells of it, and how to get hold of it should it belong to nobody.
    pub(super) fn warning(&self, arn: &str) -> Diagnostic {
        let first = self.subjects.first().map(words).unwrap_or_default();
        let more = match self.subjects.len().saturating_sub(1) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let end = match self.block.expires {
            Expiry::Never => "without an end".to_owned(),
            Expiry::At(end) => format!("until {}", time::format(end)),
        };
        // A block of everyone carries no time of its own.
        let exact = self.subjects.iter().all(|subject| matches!(subject, Subject::User(_)));
        let when = if exact { "at" } else { "by" };
        Diagnostic::warning(
            format!("Revocation {} also holds out {first}{more}", self.id),
            format!(
                "It was set {when} {set}, {end}. It stands until its own resource is destroyed; this one neither takes it over \
                 nor lifts it.\n\nShould it belong to no resource, because an apply was killed after its write, import \
                 it with\n\n{imports}\n\nHave `terraform plan -generate-config-out=left_behind.tf` write its resource and \
                 apply. Then remove both again and apply once more: that lifts it.",
                set = time::format(self.block.set),
                imports = self.imports(arn),
            ),
        )
    }

    /// Import blocks, indented so that the CLI does not wrap them. An id carries ten subjects, so there may be several.
    fn imports(&self, arn: &str) -> String {
        let blocks = self
            .subjects
            .chunks(import_id::MOST)
            .enumerate()
            .map(|(index, subjects)| {
                let number = match index {
                    0 => String::new(),
                    more => format!("_{}", more + 1),
                };
                let id = import_id::of_block(arn, &self.id, self.block, subjects);
                format!(
                    "  import {{\n    to = zt_session_revocation.left_behind_{}{number}\n    id = \"{id}\"\n  }}",
                    self.id
                )
            });
        blocks.collect::<Vec<_>>().join("\n")
    }
}

impl OtherByFile {
    /// Tells of it, and how to get hold of it should it belong to nobody. Lifting goes by the id, so the import needs no users.
    pub(super) fn warning(&self, arn: &str, file: &RevocationFile) -> Diagnostic {
        let users = match self.users {
            1 => "one user".to_owned(),
            many => format!("{many} users"),
        };
        Diagnostic::warning(
            format!("Revocation {} also holds out {users} of the file", self.id),
            format!(
                "It was set at {set}. It stands until its own resource is destroyed; this one neither takes it over nor lifts \
                 it.\n\nShould it belong to no resource, because an apply was killed while it wrote, import it with\n\n\
                 \x20 import {{\n    to = zt_session_revocation.left_behind_{id}\n    id = \"{import}\"\n  }}\n\nHave \
                 `terraform plan -generate-config-out=left_behind.tf` write its resource and apply. Then remove both again and \
                 apply once more: that lifts all of it.",
                set = time::format(self.block.set),
                id = self.id,
                import = import_id::of_file(arn, &self.id, self.block, file),
            ),
        )
    }
}

fn words(subject: &Subject) -> String {
    match subject {
        Subject::User(user) => format!("user {} of {}", user.subject, user.issuer),
        Subject::Application(name) => format!("everyone of the application {name}"),
        Subject::Store => "everyone of the store".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zt_model::instant::Instant;

    const ARN: &str = "arn:aws:cloudfront::1:key-value-store/x";

    fn user(subject: &str) -> Subject {
        Subject::User(User {
            issuer: zt_model::ids::Issuer::parse("https://login.example.com").unwrap(),
            subject: subject.to_owned(),
        })
    }

    fn application(name: &str) -> Subject {
        Subject::Application(ApplicationName::parse(name).unwrap())
    }

    fn block(id: &str, set: u64) -> (BlockId, Block) {
        let block = Block {
            expires: Expiry::Never,
            set: Instant::from_seconds(set),
        };
        (BlockId::parse(id).unwrap(), block)
    }

    fn others(found: impl IntoIterator<Item = (Subject, Vec<(BlockId, Block)>)>) -> Vec<OtherRevocation> {
        let others = OtherBlocks::default();
        for (subject, blocks) in found {
            others.found(subject, blocks);
        }
        others.take()
    }

    /// The ids of the import blocks in a warning.
    fn ids(other: &OtherRevocation) -> Vec<String> {
        let detail = other.warning(ARN).detail;
        let texts = detail.lines().filter_map(|line| line.trim().strip_prefix("id = \""));
        texts.map(|text| text.trim_end_matches('"').to_owned()).collect()
    }

    #[test]
    fn one_revocation_of_several_subjects_is_one_warning_with_one_import() {
        let all = [user("bob"), user("eve"), application("members")];
        let found = others(all.clone().map(|subject| (subject, vec![block("AAAAAAA1", 100)])));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].subjects, all);
        let [id] = ids(&found[0]).try_into().unwrap();
        let state = import_id::parse(&id).unwrap();
        assert_eq!(state.get("revocation_id").as_str(), Some("AAAAAAA1"));
        assert_eq!(state.get("revoked_at").as_str(), Some("1970-01-01T00:01:40Z"));
        assert_eq!(state.get("users").elements().len(), 2);
        assert_eq!(state.get("everyone").get("applications").elements().len(), 1);
    }

    #[test]
    fn what_stands_for_the_store_is_not_imported_by_application() {
        let found = others([
            (
                application("members"),
                vec![block("AAAAAAA1", 100), block("AAAAAAA2", 100)],
            ),
            (Subject::Store, vec![block("AAAAAAA1", 100)]),
        ]);
        let subjects: Vec<_> = found.iter().map(|other| other.subjects.clone()).collect();
        assert_eq!(subjects, [vec![Subject::Store], vec![application("members")]]);
        let state = import_id::parse(&ids(&found[0])[0]).unwrap();
        assert_eq!(state.get("everyone").get("store").as_bool(), Some(true));
        assert!(state.get("everyone").get("applications").is_null());
    }

    #[test]
    fn more_than_ten_subjects_are_several_imports() {
        let many = (0..23).map(|number| (user(&format!("user-{number:02}")), vec![block("AAAAAAA1", 100)]));
        let found = others(many);
        let users = ids(&found[0])
            .iter()
            .map(|id| import_id::parse(id).unwrap().get("users").elements().len())
            .collect::<Vec<_>>();
        assert_eq!(users, [10, 10, 3]);
        assert!(
            found[0]
                .warning(ARN)
                .summary
                .ends_with("user user-00 of https://login.example.com and 22 more")
        );
    }

    #[test]
    fn of_a_file_each_other_revocation_is_told_once_with_an_import_by_the_file() {
        let others = OtherBlocks::default();
        others.found_on(
            "p:AA",
            vec![block("AAAAAAA1", 100), block("AAAAAAA1", 90), block("AAAAAAA2", 7)],
        );
        others.found_on("p:AB", vec![block("AAAAAAA1", 110)]);
        others.found_on("p:AB", vec![block("AAAAAAA1", 110)]);
        let found = others.take_by_file();
        assert_eq!(found.iter().map(|other| other.users).collect::<Vec<_>>(), [3, 1]);
        let file = RevocationFile {
            path: "leavers, all.csv".to_owned(),
            sha256: "a".repeat(64),
        };
        let detail = found[0].warning(ARN, &file).detail;
        let id = detail.lines().find_map(|line| line.trim().strip_prefix("id = \""));
        let state = import_id::parse(id.unwrap().trim_end_matches('"')).unwrap();
        assert_eq!(state.get("revocation_id").as_str(), Some("AAAAAAA1"));
        assert_eq!(state.get("revoked_at").as_str(), Some("1970-01-01T00:01:30Z"));
        assert_eq!(RevocationFile::of(&state), Some(file));
        for number in 0..30 {
            others.found_on(&format!("p:{number}"), vec![block(&format!("BBBBBB{number:02}"), 1)]);
        }
        assert_eq!(others.take_by_file().len(), MOST_BY_FILE);
    }

    #[test]
    fn a_later_look_replaces_an_earlier_one() {
        let found = others([(user("bob"), vec![block("AAAAAAA1", 100)]), (user("bob"), Vec::new())]);
        assert_eq!(found, []);
    }
}
