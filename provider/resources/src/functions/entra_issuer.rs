//! `entra_issuer`: the issuer of a Microsoft Entra tenant, in any of Microsoft's clouds.
//!
//! Version 2.0 issuers only: the form in which the discovery document of the cloud's authority names itself.

use zt_framework::schema::Parameter;
use zt_framework::{Context, Function, FunctionError, Signature, Type, Value, async_trait};

use crate::edge_app::written;

/// The function.
pub struct EntraIssuer;

/// The clouds, with what stands before the tenant. External ID has a host for each tenant.
const CLOUDS: [(&str, &str); 4] = [
    ("public", "https://login.microsoftonline.com/"),
    ("us_government", "https://login.microsoftonline.us/"),
    ("china", "https://login.partner.microsoftonline.cn/"),
    ("external_id", "https://{tenantid}.ciamlogin.com/"),
];

/// What stands for the tenant where users of several may log in.
const ANY: &str = "{tenantid}";

fn issuer(tenant: &str, cloud: &str) -> Result<String, FunctionError> {
    let Some((_, authority)) = CLOUDS.iter().find(|(name, _)| *name == cloud) else {
        let names = CLOUDS.map(|(name, _)| name).join(", ");
        return Err(FunctionError::argument(
            1,
            format!("{cloud:?} is no cloud of Microsoft; write one of {names}."),
        ));
    };
    let several = matches!(tenant, "organizations" | "common");
    if several && cloud == "external_id" {
        return Err(FunctionError::argument(
            0,
            "External ID has no login for several tenants; write the tenant's id.",
        ));
    }
    let tenant = match several {
        true => ANY.to_owned(),
        false => tenant.to_ascii_lowercase(),
    };
    if !several {
        written::tenant(&tenant.as_str().into()).map_err(|reason| FunctionError::argument(0, reason))?;
    }
    Ok(format!("{}{tenant}/v2.0", authority.replace(ANY, &tenant)))
}

#[async_trait]
impl Function for EntraIssuer {
    fn name(&self) -> &'static str {
        "entra_issuer"
    }

    fn signature(&self) -> Signature {
        Signature::new(
            Type::String,
            "Issuer of a Microsoft Entra tenant",
            "The issuer that version 2.0 tokens of a Microsoft Entra tenant name, for `identity_provider.issuer` of \
             `zt_edge_app`. With `organizations` or `common` it holds `{tenantid}`; `identity_provider.tenants` then lists whose \
             users may log in.",
        )
        .parameter(Parameter::new(
            "tenant",
            Type::String,
            "Id of the directory (tenant), or `organizations` or `common` for several tenants.",
        ))
        .parameter(
            Parameter::new(
                "cloud",
                Type::String,
                "`public`, `us_government`, `china` (21Vianet) or `external_id` (Entra External ID for customers). Null is `public`.",
            )
            .nullable(),
        )
    }

    async fn call(&self, _context: &Context, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let text = |index: usize| arguments.get(index).and_then(Value::as_str);
        issuer(text(0).unwrap_or_default(), text(1).unwrap_or("public")).map(Value::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "11111111-2222-3333-4444-55555555abcd";

    /// Microsoft Learn: authentication endpoints of national clouds, and the discovery documents they serve.
    #[test]
    fn each_cloud_has_its_own_authority() {
        for (cloud, right) in [
            (
                "public",
                "https://login.microsoftonline.com/11111111-2222-3333-4444-55555555abcd/v2.0",
            ),
            (
                "us_government",
                "https://login.microsoftonline.us/11111111-2222-3333-4444-55555555abcd/v2.0",
            ),
            (
                "china",
                "https://login.partner.microsoftonline.cn/11111111-2222-3333-4444-55555555abcd/v2.0",
            ),
            (
                "external_id",
                "https://11111111-2222-3333-4444-55555555abcd.ciamlogin.com/11111111-2222-3333-4444-55555555abcd/v2.0",
            ),
        ] {
            assert_eq!(issuer(TENANT, cloud).unwrap(), right);
            assert_eq!(
                issuer(&TENANT.to_uppercase(), cloud).unwrap(),
                right,
                "ids are written in either case"
            );
        }
    }

    #[test]
    fn several_tenants_have_the_template_of_the_document() {
        for tenant in ["organizations", "common"] {
            let found = issuer(tenant, "public").unwrap();
            assert_eq!(found, "https://login.microsoftonline.com/{tenantid}/v2.0");
        }
    }

    #[test]
    fn what_is_no_tenant_or_no_cloud_is_refused_with_the_argument() {
        for (tenant, cloud, argument) in [
            ("example.onmicrosoft.com", "public", 0),
            ("", "public", 0),
            ("organizations", "external_id", 0),
            (TENANT, "germany", 1),
        ] {
            assert_eq!(
                issuer(tenant, cloud).unwrap_err().argument,
                Some(argument),
                "{tenant} {cloud}"
            );
        }
    }
}
