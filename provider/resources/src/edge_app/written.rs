//! What an application says about access, for those who ask about it without changing it: data sources and functions.
//!
//! It lends out the words of `zt_edge_app` (attributes, rules, compiler) so that an answer is about the same language. It
//! writes nothing and knows no request.

use zt_aws::Aws;
use zt_framework::{Attribute, Diagnostic, Diagnostics, ImportRequest, Value};
use zt_model::compile::{self, Application, Compiled};
use zt_model::ids::{ApplicationName, HostName};
use zt_model::membership::Policy;
use zt_model::session::ClaimMapping;

use super::config::{self, Sections, read};
use super::{import, language, schema};

pub(crate) use super::names::Names;
pub(crate) use super::schema::features::{region, tenant};
pub(crate) use super::schema::rules::{
    algorithms, application_name, bucket, duration, issuer, method, one_of, reserved_path,
};

/// What decides about access, ready to be asked.
pub(crate) struct Access {
    /// Routes and policies.
    pub(crate) compiled: Compiled,
    /// Which claim means what.
    pub(crate) mapping: ClaimMapping,
}

/// The attributes of `zt_edge_app` that decide about access; all optional, and `claims` beside them.
pub(crate) fn attributes() -> Vec<Attribute> {
    let named = |all: Vec<Attribute>, names: &'static [&'static str]| {
        all.into_iter().filter(|one| names.contains(&one.name.as_str()))
    };
    let mut attributes = vec![schema::routing::policies(), schema::routing::routes()];
    attributes.extend(named(schema::viewers(), &["aliases"]));
    attributes.extend(named(schema::pages(), &["auth_prefix", "userinfo_path"]));
    attributes.push(schema::identity::claims());
    for attribute in &mut attributes {
        (attribute.required, attribute.optional, attribute.computed) = (false, true, false);
        attribute.default = None;
    }
    attributes
}

/// The names that a selector may hold.
pub(crate) fn selector_members() -> Vec<String> {
    schema::routing::selector().into_iter().map(|one| one.name).collect()
}

/// One policy as it is written; none when a member has not its form.
pub(crate) fn policy(value: &Value) -> Option<Policy> {
    config::routes::policy(value)
}

/// Access as an object of `attributes` describes it, with its problems in the diagnostics.
pub(crate) fn access(object: &Value, diagnostics: &mut Diagnostics) -> Option<Access> {
    let name = ApplicationName::parse("application").ok()?;
    let mut application = Application::new(name, config::routes::read(object)?);
    let hosts = read::texts(object.get("aliases"))?;
    application.hosts = hosts.iter().filter_map(|host| HostName::parse(host).ok()).collect();
    application.auth_prefix = read::text_or(object.get("auth_prefix"), "/oauth2")?;
    application.userinfo = read::text_or(object.get("userinfo_path"), "/.zt/userinfo")?;
    application.mapping = language::mapping(&config::identity::claims(object.get("claims"))?).ok();
    compiled(application, diagnostics)
}

/// Access of an application that exists, by what an import of it takes.
pub(crate) async fn of_application(aws: &Aws, id: &str, diagnostics: &mut Diagnostics) -> Option<Access> {
    match application(aws, id).await {
        Ok(application) => compiled(application, diagnostics),
        Err(error) => {
            diagnostics.push(error.at("application"));
            None
        }
    }
}

async fn application(aws: &Aws, id: &str) -> Result<Application, Diagnostic> {
    let request = ImportRequest {
        id: id.to_owned(),
        identity: None,
    };
    let found = import::find(aws, &request).await?;
    let (form, state) = import::state(aws, &found).await?;
    // What is wrong of an application that stands was told when it was applied.
    let sections = Sections::read(form, &state, &mut Diagnostics::new());
    language::application(&sections, None).ok_or_else(|| {
        Diagnostic::error(
            "The application cannot be read",
            format!(
                "What its membership document says of {id:?} is of no known form. Apply its {}.",
                form.type_name()
            ),
        )
    })
}

fn compiled(application: Application, diagnostics: &mut Diagnostics) -> Option<Access> {
    let mapping = application.mapping.clone()?;
    match compile::compile(&application) {
        Ok(compiled) => {
            diagnostics.extend(language::diagnostics(&compiled.warnings));
            Some(Access { compiled, mapping })
        }
        Err(problems) => {
            diagnostics.extend(language::diagnostics(problems.as_slice()));
            None
        }
    }
}
