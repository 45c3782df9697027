//! Membership: policies over what the identity provider says of a user, decided at login, carried as grant bits.
//!
//! A value that is missing or malformed decides nothing, and a policy that depends on it is not met, in `none` too.
//! Bits are numbered by a ledger that never gives one number two meanings. What depends on the request is split off as
//! conditions, which the session function decides.

mod canonical;
mod condition;
mod context;
mod document;
mod evaluate;
mod grant;
mod ledger;
mod policy;
mod split;

pub use condition::{Condition, ConditionError};
pub use context::{CONTEXT_LIMIT, ContextRequirement};
pub use document::{FormerAtom, MembershipDocument, MembershipError};
pub use evaluate::{Claims, met, satisfied};
pub(crate) use evaluate::{Member, all, members};
pub use grant::{GRANT_WINDOW, Grant, decide};
pub use ledger::{LedgerEntry, LedgerFull};
pub use policy::{Policy, Selector};
pub use split::{Alternative, Clause, SplitPolicy};
