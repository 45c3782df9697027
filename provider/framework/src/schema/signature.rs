//! Signatures of provider functions.

use crate::value::Type;

/// What a function takes and gives.
#[derive(Debug, Clone)]
pub struct Signature {
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    /// The parameter that takes all further arguments.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// One line.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// What to use instead.
    pub deprecation: Option<String>,
}

/// One parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name, for documentation and errors.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Markdown.
    pub description: String,
    /// Whether the function is called with null here; otherwise Terraform refuses it.
    pub allow_null: bool,
    /// Whether the function is called with unknown values here; otherwise the result is unknown.
    pub allow_unknown: bool,
}

impl Signature {
    /// A function without parameters.
    pub fn new(returns: Type, summary: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            parameters: Vec::new(),
            variadic: None,
            returns,
            summary: summary.into(),
            description: description.into(),
            deprecation: None,
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Takes any number of further arguments.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// The parameter an argument is for.
    pub fn parameter_at(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }
}

impl Parameter {
    /// A parameter that is never null and never unknown.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ty,
            description: description.into(),
            allow_null: false,
            allow_unknown: false,
        }
    }

    /// Null is an argument like others.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.allow_null = true;
        self
    }
}
