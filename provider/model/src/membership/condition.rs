//! Conditions: what the session function decides on every request, because it depends on the request, on the way
//! of the login or on a service token rather than on who somebody is.

use super::{ContextRequirement, Selector};
use crate::address::{Cidr, CidrError};
use crate::duration::Duration;
use crate::ids::{Country, IdError, Method, ServiceTokenName};

/// The context members of one selector; each that is there must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// Countries of which the viewer's must be one.
    pub countries: Option<Vec<Country>>,
    /// Ranges of which one must hold the viewer's address.
    pub addresses: Option<Vec<Cidr>>,
    /// Methods of which the request's must be one.
    pub methods: Option<Vec<Method>>,
    /// What the login must have been.
    pub context: Option<ContextRequirement>,
    /// How long ago the login may be.
    pub max_age: Option<Duration>,
    /// Service tokens of which the caller must have one.
    pub service_tokens: Option<Vec<ServiceTokenName>>,
}

/// Why the context members of a selector say nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// A value that is no name of its kind.
    #[error(transparent)]
    Name(#[from] IdError),
    /// A value that is no range of addresses.
    #[error("a range of addresses cannot be read")]
    Address(#[from] CidrError),
}

impl Condition {
    /// The condition of a selector whose lists are normalised; `None` when it has no context member.
    ///
    /// # Errors
    /// With a value that can be no value of its member.
    pub fn of(selector: &Selector) -> Result<Option<Self>, ConditionError> {
        let condition = Self {
            countries: names(selector.countries.as_ref(), Country::parse)?,
            addresses: names(selector.ips.as_ref(), |text| text.parse::<Cidr>())?,
            methods: names(selector.methods.as_ref(), Method::parse)?,
            context: ContextRequirement::new(selector.acr.as_ref(), selector.amr.as_ref()),
            max_age: selector.max_age.map(Duration::from_seconds),
            service_tokens: names(selector.service_tokens.as_ref(), ServiceTokenName::parse)?,
        };
        Ok((condition != Self::default()).then_some(condition))
    }
}

fn names<T, E>(values: Option<&Vec<String>>, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<Vec<T>>, E> {
    let parsed = |values: &Vec<String>| values.iter().map(|value| parse(value)).collect();
    values.map(parsed).transpose()
}
