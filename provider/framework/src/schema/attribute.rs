//! One attribute: its type, its text, and its rules.

use super::object_type;
use crate::value::{Type, Value};
use std::fmt;
use std::sync::Arc;

/// A rule for a known value. The error says what is wrong, why, and what to write instead.
pub type Validator = Arc<dyn Fn(&Value) -> Result<(), String> + Send + Sync>;

/// Whether two values mean the same although they are written differently.
pub type SameWhen = fn(&Value, &Value) -> bool;

/// How objects of a nested attribute are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// In order.
    List,
    /// In no order.
    Set,
    /// By key.
    Map,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub enum AttributeKind {
    /// A value of a type.
    Plain(Type),
    /// Objects whose attributes have rules of their own.
    Nested {
        /// How they are arranged.
        nesting: Nesting,
        /// What each of them has.
        attributes: Vec<Attribute>,
    },
}

/// An attribute of a schema.
#[derive(Clone)]
pub struct Attribute {
    /// Its name in configurations.
    pub name: String,
    /// What it holds.
    pub kind: AttributeKind,
    /// Markdown.
    pub description: String,
    /// Must be set.
    pub required: bool,
    /// May be set.
    pub optional: bool,
    /// The provider may set it.
    pub computed: bool,
    /// Never shown.
    pub sensitive: bool,
    /// Never stored; handed over with the configuration alone.
    pub write_only: bool,
    /// What to use instead.
    pub deprecation: Option<String>,
    /// The value when nothing is set.
    pub default: Option<Value>,
    /// A change makes a new object.
    pub requires_replace: bool,
    /// The computed value survives an update.
    pub keep_prior: bool,
    /// When a new spelling is no change.
    pub same_when: Option<SameWhen>,
    /// Rules for the value as a whole.
    pub validators: Vec<Validator>,
    /// Rules for each element of a list, set or map.
    pub element_validators: Vec<Validator>,
}

impl Attribute {
    /// An attribute of a type; neither required nor optional nor computed yet.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self::of_kind(name.into(), AttributeKind::Plain(ty), description.into())
    }

    fn of_kind(name: String, kind: AttributeKind, description: String) -> Self {
        Self {
            name,
            kind,
            description,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecation: None,
            default: None,
            requires_replace: false,
            keep_prior: false,
            same_when: None,
            validators: Vec::new(),
            element_validators: Vec::new(),
        }
    }

    fn nested(
        name: impl Into<String>,
        description: impl Into<String>,
        nesting: Nesting,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        let attributes = attributes.into_iter().collect();
        Self::of_kind(
            name.into(),
            AttributeKind::Nested { nesting, attributes },
            description.into(),
        )
    }

    /// Text.
    pub fn string(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name, Type::String, description)
    }

    /// A number.
    pub fn number(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name, Type::Number, description)
    }

    /// A truth value.
    pub fn bool(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name, Type::Bool, description)
    }

    /// A value of any type.
    pub fn dynamic(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self::new(name, Type::Dynamic, description)
    }

    /// A list of a type without rules of its own.
    pub fn list_of(name: impl Into<String>, element: Type, description: impl Into<String>) -> Self {
        Self::new(name, Type::list(element), description)
    }

    /// A set of a type without rules of its own.
    pub fn set_of(name: impl Into<String>, element: Type, description: impl Into<String>) -> Self {
        Self::new(name, Type::set(element), description)
    }

    /// A map of a type without rules of its own.
    pub fn map_of(name: impl Into<String>, element: Type, description: impl Into<String>) -> Self {
        Self::new(name, Type::map(element), description)
    }

    /// One object with attributes of its own.
    pub fn single(
        name: impl Into<String>,
        description: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::nested(name, description, Nesting::Single, attributes)
    }

    /// A list of objects with attributes of their own.
    pub fn list(
        name: impl Into<String>,
        description: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::nested(name, description, Nesting::List, attributes)
    }

    /// A set of objects with attributes of their own.
    pub fn set(
        name: impl Into<String>,
        description: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::nested(name, description, Nesting::Set, attributes)
    }

    /// A map of objects with attributes of their own.
    pub fn map(
        name: impl Into<String>,
        description: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::nested(name, description, Nesting::Map, attributes)
    }

    /// Must be set.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// May be set.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The provider may set it.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// The value when nothing is set: the attribute is then optional and computed.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.optional = true;
        self.computed = true;
        self.default = Some(value.into());
        self
    }

    /// Never shown.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Never stored: null in plan and state, read from the configuration at apply.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// A change makes a new object.
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    /// The computed value survives an update.
    #[must_use]
    pub fn keep_prior(mut self) -> Self {
        self.keep_prior = true;
        self
    }

    /// A new spelling for which this holds is no change.
    #[must_use]
    pub fn same_when(mut self, same: SameWhen) -> Self {
        self.same_when = Some(same);
        self
    }

    /// Adds a rule for the known value.
    #[must_use]
    pub fn validate(mut self, rule: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.validators.push(Arc::new(rule));
        self
    }

    /// Adds a rule for each known element of a list, set or map.
    #[must_use]
    pub fn validate_each(mut self, rule: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.element_validators.push(Arc::new(rule));
        self
    }

    /// The type of its values.
    pub fn ty(&self) -> Type {
        match &self.kind {
            AttributeKind::Plain(ty) => ty.clone(),
            AttributeKind::Nested { nesting, attributes } => {
                let object = object_type(attributes, &[]);
                match nesting {
                    Nesting::Single => object,
                    Nesting::List => Type::list(object),
                    Nesting::Set => Type::set(object),
                    Nesting::Map => Type::map(object),
                }
            }
        }
    }

    /// The attributes of its objects, when it has any.
    pub fn nested_attributes(&self) -> &[Attribute] {
        match &self.kind {
            AttributeKind::Plain(_) => &[],
            AttributeKind::Nested { attributes, .. } => attributes,
        }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Attribute")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
