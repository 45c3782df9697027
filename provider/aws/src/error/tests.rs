//! Kinds by AWS's codes, as its API models (botocore 1.44) list them for the calls we make, and the words for users.

use super::*;

fn check(operation: &str, code: &str, status: u16, message: &str, kind: ErrorKind) {
    assert_eq!(
        classify(operation, Some(code), Some(status), message),
        kind,
        "{operation}: {code}"
    );
}

#[test]
fn codes_have_kinds() {
    use ErrorKind::*;
    for (operation, code, status, kind) in [
        ("CreateDistribution", "CNAMEAlreadyExists", 409, Exists),
        ("CreateDistribution", "DistributionAlreadyExists", 409, Exists),
        ("CreateDistribution", "NoSuchCachePolicy", 404, Invalid),
        ("UpdateDistribution", "NoSuchOrigin", 404, Invalid),
        ("UpdateDistribution", "NoSuchDistribution", 404, NotFound),
        ("CreateDistribution", "InvalidLambdaFunctionAssociation", 400, Invalid),
        ("CreateDistribution", "TooManyDistributions", 400, Quota),
        ("GetCachePolicy", "NoSuchCachePolicy", 404, NotFound),
        ("DeleteDistribution", "DistributionNotDisabled", 409, InUse),
        ("DeleteCachePolicy", "CachePolicyInUse", 409, InUse),
        ("DeleteOriginAccessControl", "OriginAccessControlInUse", 409, InUse),
        ("DeleteKeyValueStore", "CannotDeleteEntityWhileInUse", 409, InUse),
        ("CreateKeyValueStore", "EntityAlreadyExists", 409, Exists),
        ("CreateKeyValueStore", "EntityLimitExceeded", 400, Quota),
        ("CreateFunction", "FunctionAlreadyExists", 409, Exists),
        ("UpdateFunction", "FunctionSizeLimitExceeded", 413, Quota),
        ("UpdateKeys", "ConflictException", 409, Conflict),
        ("UpdateKeys", "ServiceQuotaExceededException", 402, Quota),
        ("UpdateKeys", "InternalServerException", 500, Transient),
        ("GetKey", "ResourceNotFoundException", 404, NotFound),
        ("UpdateWebACL", "WAFOptimisticLockException", 400, Conflict),
        ("CreateWebACL", "WAFDuplicateItemException", 400, Exists),
        ("DeleteWebACL", "WAFAssociatedItemException", 400, InUse),
        ("GetWebACL", "WAFNonexistentItemException", 400, NotFound),
        ("CreateWebACL", "WAFLimitsExceededException", 400, Quota),
        ("CreateWebACL", "WAFUnavailableEntityException", 400, Transient),
        ("CreateWebACL", "WAFInvalidParameterException", 400, Invalid),
        ("CreateFunction", "ResourceConflictException", 409, Exists),
        ("UpdateFunctionCode", "ResourceConflictException", 409, Conflict),
        ("UpdateFunctionCode", "PreconditionFailedException", 412, Conflict),
        ("UpdateFunctionCode", "CodeStorageExceededException", 400, Quota),
        ("PublishVersion", "TooManyRequestsException", 429, Throttled),
        ("CreateRole", "EntityAlreadyExists", 409, Exists),
        ("CreateRole", "LimitExceeded", 409, Quota),
        ("CreateRole", "MalformedPolicyDocument", 400, Invalid),
        ("DeleteRole", "DeleteConflict", 409, InUse),
        ("GetRole", "NoSuchEntity", 404, NotFound),
        ("CreateSecret", "ResourceExistsException", 400, Exists),
        ("GetBucketPolicy", "NoSuchBucketPolicy", 404, NotFound),
        ("PutBucketPolicy", "OperationAborted", 409, Conflict),
        ("GetCallerIdentity", "InvalidClientTokenId", 403, Denied),
        ("GetCallerIdentity", "ExpiredToken", 403, Denied),
        ("Anything", "SomethingNew", 418, Invalid),
    ] {
        check(operation, code, status, "", kind);
    }
}

#[test]
fn some_codes_need_their_message() {
    // Texts as AWS documents them (Lambda@Edge: deleting replicas; IAM: eventual consistency; Secrets Manager: CreateSecret).
    check(
        "DeleteFunction",
        "InvalidParameterValueException",
        400,
        "Lambda was unable to delete arn:aws:lambda:us-east-1:1:function:f:1 because it is a replicated function.",
        ErrorKind::InUse,
    );
    check(
        "CreateFunction",
        "InvalidParameterValueException",
        400,
        "The role defined for the function cannot be assumed by Lambda.",
        ErrorKind::Transient,
    );
    check(
        "CreateFunction",
        "InvalidParameterValueException",
        400,
        "Unzipped size must be smaller",
        ErrorKind::Invalid,
    );
    check(
        "CreateSecret",
        "InvalidRequestException",
        400,
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
        ErrorKind::Exists,
    );
}

fn failure(kind: ErrorKind, message: &str) -> AwsError {
    AwsError::from_details(Details {
        kind,
        service: "CloudFront",
        operation: "CreateFunction",
        object: "zt-main-members".to_owned(),
        request_id: Some("4f1b".to_owned()),
        code: Some("Code".to_owned()),
        message: message.to_owned(),
        tries: 1,
        elapsed: Duration::ZERO,
        source: None,
    })
}

#[test]
fn a_denial_names_action_and_resource() {
    let error = failure(
        ErrorKind::Denied,
        "User: arn:aws:iam::1:user/u is not authorized to perform: cloudfront:CreateFunction on resource: \
         arn:aws:cloudfront::1:function/zt because no identity-based policy allows it",
    );
    assert_eq!(error.denied_action().as_deref(), Some("cloudfront:CreateFunction"));
    assert_eq!(
        error.denied_resource().as_deref(),
        Some("arn:aws:cloudfront::1:function/zt")
    );
    let words = error.explain();
    assert_eq!(words.summary, "AWS denied cloudfront:CreateFunction");
    assert!(words.detail.contains("AWS request id: 4f1b"));

    let silent = failure(ErrorKind::Denied, "Access denied");
    assert_eq!(silent.denied_action().as_deref(), Some("cloudfront:CreateFunction"));
    assert_eq!(silent.denied_resource().as_deref(), Some("zt-main-members"));
}

#[test]
fn every_kind_has_a_summary_of_one_line_and_advice() {
    use ErrorKind::*;
    for kind in [
        NotFound, Exists, Conflict, InUse, Throttled, Denied, Quota, Invalid, Transient, Stopped, TimedOut, Other,
    ] {
        let words = failure(kind, "text of AWS").explain();
        assert!(!words.summary.contains('\n') && !words.summary.is_empty(), "{kind:?}");
        assert!(
            words.detail.contains("text of AWS") && words.detail.lines().count() >= 3,
            "{kind:?}"
        );
    }
}
