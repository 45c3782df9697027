//! Whether the account lets the auth function prove itself with a token of AWS STS.
//!
//! Asked in a plan: otherwise the first one to notice would be who tries to log in.

use zt_aws::Aws;
use zt_framework::{Diagnostics, Path};

use super::config::IdentityProvider;

/// What the account says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    On,
    Off,
    /// It could not be asked, for this reason.
    Silent(String),
}

/// Asks the account.
pub(super) async fn ask(aws: &Aws) -> Account {
    match aws.iam().outbound_federation().await {
        Ok(true) => Account::On,
        Ok(false) => Account::Off,
        Err(error) => Account::Silent(error.explain().summary),
    }
}

/// Whether a login would ask AWS STS.
pub(super) fn is_used(identity: &IdentityProvider) -> bool {
    identity.federation.is_some()
}

/// Tells what the account's answer means for an application that federates.
pub(super) fn judge(account: &Account, diagnostics: &mut Diagnostics) {
    let path = Path::from("identity_provider").attribute("federation");
    match account {
        Account::On => {}
        Account::Off => diagnostics.error_at(
            path,
            "Outbound web identity federation is off",
            "With federation the auth function proves itself with a token of AWS STS, and this account hands out none, so \
             nobody could log in. Switch it on once for the account, with `aws iam enable-outbound-web-identity-federation` \
             or in the account settings of the IAM console, and tell the identity provider the issuer that AWS shows then.",
        ),
        Account::Silent(why) => diagnostics.warning_at(
            path,
            "Nobody knows whether outbound web identity federation is on",
            format!(
                "{why}, so the plan could not ask (iam:GetOutboundWebIdentityFederationInfo). Where it is off, AWS STS hands \
                 out no token and nobody can log in. Switch it on once for the account, with `aws iam \
                 enable-outbound-web-identity-federation`."
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(account: &Account) -> (bool, String) {
        let mut diagnostics = Diagnostics::new();
        judge(account, &mut diagnostics);
        (diagnostics.has_errors(), diagnostics.to_string())
    }

    #[test]
    fn an_account_that_hands_out_no_token_is_an_error_and_one_that_is_silent_a_warning() {
        assert_eq!(judged(&Account::On), (false, Diagnostics::new().to_string()));
        for (account, is_error) in [
            (Account::Off, true),
            (Account::Silent("AWS refuses the call".to_owned()), false),
        ] {
            let (error, text) = judged(&account);
            assert_eq!(error, is_error, "{text}");
            assert!(text.contains("identity_provider.federation"), "{text}");
            assert!(text.contains("enable-outbound-web-identity-federation"), "{text}");
        }
    }
}
