//! Names of the AWS objects of an application.
//!
//! Names of stores and applications never hold two hyphens in a row, so two between them keep every pair apart.

/// The physical names; all derive from the names of store and application, 24 characters at most each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names {
    /// Secret with the keys, the anchor of the instance.
    pub(crate) keys_secret: String,
    /// Secret with the membership document.
    pub(crate) membership_secret: String,
    /// Secret with the client secret, where the application owns one.
    pub(crate) client_secret: String,
    /// Secret with the keys of the signed assertion, where there is one.
    pub(crate) assertion_secret: String,
    /// Key of the application document in the store.
    pub(crate) document: String,
    /// Role of the auth function.
    pub(crate) role: String,
    /// The auth function.
    pub(crate) auth_function: String,
    /// Log group of the auth function in every region: Lambda@Edge names it by the region of the function itself.
    pub(crate) log_group: String,
    /// The session function.
    pub(crate) session_function: String,
    /// Origin request policy of buckets, where one is needed.
    pub(crate) bucket_requests: String,
    /// Origin request policy of servers, where one is needed.
    pub(crate) server_requests: String,
    /// Web ACL, access control and response headers policy.
    pub(crate) stem: String,
}

impl Names {
    /// The names of one application of a store.
    pub(crate) fn of(store: &str, application: &str) -> Self {
        let secret = |what: &str| format!("zt/{store}/{application}/{what}");
        let stem = format!("zt-{store}--{application}");
        Self {
            keys_secret: secret("keys"),
            membership_secret: secret("membership"),
            client_secret: secret("client-secret"),
            assertion_secret: secret("assertion"),
            document: format!("a:{application}"),
            role: format!("{stem}-auth"),
            auth_function: format!("{stem}-auth"),
            log_group: format!("/aws/lambda/us-east-1.{stem}-auth"),
            session_function: format!("{stem}-session"),
            bucket_requests: format!("{stem}-bucket"),
            server_requests: format!("{stem}-server"),
            stem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_names_fit_the_limits_of_aws() {
        let names = Names::of(&"s".repeat(24), &"a".repeat(24));
        // 64 characters: CloudFront functions, Lambda functions, roles, access controls.
        for name in [&names.role, &names.auth_function, &names.session_function, &names.stem] {
            assert!(name.len() <= 64, "{name}");
        }
    }

    #[test]
    fn no_two_pairs_share_a_name() {
        assert_ne!(Names::of("a-b", "c"), Names::of("a", "b-c"));
    }
}
