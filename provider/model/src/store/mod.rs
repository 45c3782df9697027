//! The documents of the session store and the operations every writer performs on them.
//!
//! Entries are idempotent and merge by maximum, so that writers may repeat themselves and may meet in any order. What
//! cannot be read is a fault, never "nothing is revoked".

mod application;
mod block;
mod names;
mod page;
mod queue;
mod revocation;
mod service_token;
mod settle;
mod slots;
mod store_document;
mod usage;

pub use application::{ApplicationDocument, ApplicationDocumentError, VerifyingKey};
pub use block::{Block, Expiry};
pub use names::{PAGE_COUNT, STORE_KEY, VALUE_LIMIT, all_page_keys, application_key, page_key, page_key_of_handle};
pub use page::{Page, PageFault};
pub use queue::{RevocationMessage, RevocationMessageError, RevocationSource, Revoked};
pub use service_token::{
    ServiceTokenDocument, ServiceTokenError, ServiceTokenSecret, StoredSecret, read_token, service_token_key,
};
pub use settle::PageFull;
pub use store_document::{StoreDocument, StoreDocumentError};
pub use usage::{LargestPage, SLOTS_PER_PAGE, StoreUsage};
