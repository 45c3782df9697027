//! From AWS's error code and HTTP status to a kind: the one place that knows AWS's spellings.

use super::ErrorKind;

/// Classifies one answer. `operation` matters where AWS uses one code for two things.
pub(crate) fn classify(operation: &str, code: Option<&str>, status: Option<u16>, message: &str) -> ErrorKind {
    let code = code.unwrap_or_default();
    by_operation(operation, code, message)
        .or_else(|| by_code(code))
        .unwrap_or_else(|| by_status(status))
}

fn by_operation(operation: &str, code: &str, message: &str) -> Option<ErrorKind> {
    let distribution_call = matches!(operation, "CreateDistribution" | "UpdateDistribution");
    match code {
        // A distribution that names something absent is a wrong request, not an absent distribution.
        "NoSuchDistribution" => Some(ErrorKind::NotFound),
        _ if distribution_call && code.starts_with("NoSuch") => Some(ErrorKind::Invalid),
        "ResourceConflictException" if operation == "CreateFunction" => Some(ErrorKind::Exists),
        // Lambda says so in a text of a general code while replicas of Lambda@Edge exist.
        "InvalidParameterValueException" if message.contains("replicated function") => Some(ErrorKind::InUse),
        // A role that was created a moment ago.
        "InvalidParameterValueException" if message.contains("cannot be assumed by Lambda") => {
            Some(ErrorKind::Transient)
        }
        // A secret of that name waits for its deletion.
        "InvalidRequestException" if operation == "CreateSecret" && message.contains("scheduled for deletion") => {
            Some(ErrorKind::Exists)
        }
        _ => None,
    }
}

fn by_code(code: &str) -> Option<ErrorKind> {
    let kind = match code {
        "" => return None,
        "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequests" => ErrorKind::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "AccessDeniedError"
        | "UnauthorizedOperation"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidAccessKeyId"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature" => ErrorKind::Denied,
        "EntityNotFound"
        // A feature of the account that nobody switched on.
        | "FeatureDisabled"
        | "FeatureDisabledException"
        | "ResourceNotFoundException"
        | "WAFNonexistentItemException"
        | "NotFound"
        | "NotFoundException" => ErrorKind::NotFound,
        // An origin is a part of the request.
        "NoSuchOrigin" => ErrorKind::Invalid,
        "ResourceExistsException" | "WAFDuplicateItemException" | "BucketAlreadyOwnedByYou" => ErrorKind::Exists,
        "PreconditionFailed"
        | "PreconditionFailedException"
        | "InvalidIfMatchVersion"
        | "ConflictException"
        | "WAFOptimisticLockException"
        | "OperationAborted"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "ResourceConflictException" => ErrorKind::Conflict,
        "CannotDeleteEntityWhileInUse"
        | "WAFAssociatedItemException"
        | "DeleteConflict"
        | "ResourceInUseException"
        | "ResourceInUse"
        | "DistributionNotDisabled" => ErrorKind::InUse,
        "EntityLimitExceeded"
        | "EntitySizeLimitExceeded"
        | "FunctionSizeLimitExceeded"
        | "WAFLimitsExceededException"
        | "LimitExceeded"
        | "LimitExceededException"
        | "CodeStorageExceededException"
        | "ServiceQuotaExceededException" => ErrorKind::Quota,
        "InternalError"
        | "InternalFailure"
        | "InternalServiceError"
        | "InternalServerException"
        | "InternalServerError"
        | "ServiceException"
        | "ServiceFailure"
        | "ServiceUnavailable"
        | "RequestTimeout"
        | "RequestTimeoutException"
        | "WAFInternalErrorException"
        | "WAFUnavailableEntityException" => ErrorKind::Transient,
        _ => return by_shape(code),
    };
    Some(kind)
}

/// CloudFront and IAM have a code for each type of object; their beginnings and ends are regular.
fn by_shape(code: &str) -> Option<ErrorKind> {
    if code.starts_with("NoSuch") {
        Some(ErrorKind::NotFound)
    } else if code.ends_with("AlreadyExists") || code.ends_with("AlreadyExistsException") {
        Some(ErrorKind::Exists)
    } else if code.ends_with("InUse") {
        Some(ErrorKind::InUse)
    } else if code.starts_with("TooMany") || code.ends_with("LimitExceeded") {
        Some(ErrorKind::Quota)
    } else if code.starts_with("Throttl") {
        Some(ErrorKind::Throttled)
    } else {
        None
    }
}

fn by_status(status: Option<u16>) -> ErrorKind {
    match status {
        Some(401 | 403) => ErrorKind::Denied,
        Some(404) => ErrorKind::NotFound,
        Some(409 | 412) => ErrorKind::Conflict,
        Some(402) => ErrorKind::Quota,
        Some(408) => ErrorKind::Transient,
        Some(429) => ErrorKind::Throttled,
        Some(400..=499) => ErrorKind::Invalid,
        Some(500..) => ErrorKind::Transient,
        _ => ErrorKind::Other,
    }
}
