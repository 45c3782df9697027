//! Provider functions: pure, without connection and configuration.

mod cognito_issuer;
mod entra_issuer;
mod policy_decision;

pub use cognito_issuer::CognitoIssuer;
pub use entra_issuer::EntraIssuer;
pub use policy_decision::PolicyDecision;
