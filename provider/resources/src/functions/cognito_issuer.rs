//! `cognito_issuer`: the issuer of an Amazon Cognito user pool.

use zt_framework::schema::Parameter;
use zt_framework::{Context, Function, FunctionError, Signature, Type, Value, async_trait};

use crate::edge_app::written;

/// The function.
pub struct CognitoIssuer;

/// The issuer, by the form that Amazon Cognito documents for `iss`.
fn issuer(region: &str, pool: &str) -> Result<String, FunctionError> {
    written::region(&region.into()).map_err(|reason| FunctionError::argument(0, reason))?;
    let (of, id) = pool.split_once('_').unwrap_or_default();
    if id.is_empty() || pool.len() > 55 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let reason = format!("{pool:?} is not the id of a user pool; write one such as \"{region}_AbCdEf123\".");
        return Err(FunctionError::argument(1, reason));
    }
    if of != region {
        let reason = format!("{pool:?} is a user pool of {of:?}, not of {region:?}. Its tokens name its own region.");
        return Err(FunctionError::argument(1, reason));
    }
    let suffix = match region.starts_with("cn-") {
        true => "amazonaws.com.cn",
        false => "amazonaws.com",
    };
    Ok(format!("https://cognito-idp.{region}.{suffix}/{pool}"))
}

#[async_trait]
impl Function for CognitoIssuer {
    fn name(&self) -> &'static str {
        "cognito_issuer"
    }

    fn signature(&self) -> Signature {
        Signature::new(
            Type::String,
            "Issuer of an Amazon Cognito user pool",
            "The issuer that tokens of an Amazon Cognito user pool name, for `identity_provider.issuer` of `zt_edge_app`.",
        )
        .parameter(Parameter::new("region", Type::String, "Region of the user pool."))
        .parameter(Parameter::new("user_pool_id", Type::String, "Id of the user pool, such as `eu-west-1_AbCdEf123`."))
    }

    async fn call(&self, _context: &Context, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let text = |index: usize| arguments.get(index).and_then(Value::as_str).unwrap_or_default();
        issuer(text(0), text(1)).map(Value::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_issuer_is_as_tokens_name_it() {
        for (region, pool, right) in [
            (
                "eu-west-1",
                "eu-west-1_AbC123",
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123",
            ),
            (
                "us-gov-west-1",
                "us-gov-west-1_a",
                "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_a",
            ),
            (
                "cn-north-1",
                "cn-north-1_a",
                "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a",
            ),
        ] {
            assert_eq!(issuer(region, pool).unwrap(), right);
        }
    }

    #[test]
    fn a_pool_of_another_region_is_refused_with_the_argument() {
        for (region, pool, argument) in [
            ("eu-west-1", "us-east-1_AbC", 1),
            ("eu-west-1", "eu-west-1", 1),
            ("eu-west-1", "eu-west-1_", 1),
            ("eu-west-1", "eu-west-1_a/b", 1),
            ("Ireland", "Ireland_a", 0),
        ] {
            assert_eq!(
                issuer(region, pool).unwrap_err().argument,
                Some(argument),
                "{region} {pool}"
            );
        }
    }
}
