//! Whose objects: the mark in the descriptions of a firewall that stands alone.
//!
//! A web ACL is *creating* until its create has come to its end; only such a one is taken over by the next create.

use std::fmt;

use crate::firewall::upkeep::Owner;

/// A firewall and one create of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AclMark {
    pub(super) name: String,
    pub(super) instance: String,
    pub(super) creating: bool,
}

impl AclMark {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.strip_prefix("zt web-acl=")?.split(' ');
        let name = words.next()?.to_owned();
        let instance = words.next()?.strip_prefix("instance=")?.to_owned();
        Some(Self {
            name,
            instance,
            creating: words.any(|word| word == "state=creating"),
        })
    }

    /// Name of the web ACL; those of its IP sets begin so. Names of applications hold two hyphens in a row and this does not.
    pub(super) fn physical(name: &str) -> String {
        format!("zt-firewall-{name}")
    }
}

impl fmt::Display for AclMark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "zt web-acl={} instance={}", self.name, self.instance)?;
        match self.creating {
            true => formatter.write_str(" state=creating"),
            false => Ok(()),
        }
    }
}

/// A web ACL of another instance is refused before; its IP sets follow the name.
impl Owner for AclMark {
    fn may_take(&self, description: &str) -> bool {
        Self::parse(description).is_some_and(|mark| mark.name == self.name)
    }

    fn owns(&self, description: &str) -> bool {
        self.may_take(description)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back() {
        for creating in [true, false] {
            let mark = AclMark {
                name: "main".to_owned(),
                instance: "AbC-_123".to_owned(),
                creating,
            };
            assert_eq!(AclMark::parse(&mark.to_string()), Some(mark.clone()));
            assert_eq!(AclMark::parse(&format!("{mark} logging=ours")), Some(mark));
        }
        for other in ["", "zt application=a store=b instance=c", "zt web-acl=a", "somebody's"] {
            assert_eq!(AclMark::parse(other), None, "{other}");
        }
    }
}
