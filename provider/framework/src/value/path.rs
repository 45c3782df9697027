//! Where in a value something is: `routes[2].path`.

use super::Value;
use std::fmt;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathStep {
    /// An attribute of an object.
    Attribute(String),
    /// A position in a list or tuple.
    Index(usize),
    /// A key of a map.
    Key(String),
    /// An element of a set, which has no other name than itself.
    Element(Box<Value>),
}

/// A way into a value, from its root.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<PathStep>);

impl Path {
    /// The value itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// One step further.
    #[must_use]
    pub fn step(&self, step: PathStep) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// To an attribute of the object here.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.step(PathStep::Attribute(name.into()))
    }

    /// To an element of the list here.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(PathStep::Index(index))
    }

    /// To an element of the map here.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(PathStep::Key(key.into()))
    }

    /// To an element of the set here.
    #[must_use]
    pub fn element(&self, element: Value) -> Self {
        self.step(PathStep::Element(Box::new(element)))
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// Whether this is the value itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Path {
    /// A top-level attribute.
    fn from(name: &str) -> Self {
        Self::root().attribute(name)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Attribute(name) if position == 0 => out.write_str(name)?,
                PathStep::Attribute(name) => write!(out, ".{name}")?,
                PathStep::Index(index) => write!(out, "[{index}]")?,
                PathStep::Key(key) => write!(out, "[{key:?}]")?,
                // The element itself may be sensitive, so it is not shown.
                PathStep::Element(_) => out.write_str("[…]")?,
            }
        }
        Ok(())
    }
}
