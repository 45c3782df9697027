//! Paths to what is wrong: `routes[3].allow[0]`, `policies["staff"].any[1].emails[0]`.

use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An attribute.
    Attribute(String),
    /// An element of a list.
    Index(usize),
    /// An element of a map.
    Key(String),
}

/// A path from the application's own attributes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldPath(Vec<Step>);

impl FieldPath {
    /// The path of a top attribute.
    #[must_use]
    pub fn attribute(name: &str) -> Self {
        Self::default().then(name)
    }

    /// An attribute below.
    #[must_use]
    pub fn then(&self, name: &str) -> Self {
        self.with(Step::Attribute(name.to_owned()))
    }

    /// An element of a list below.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// An element of a map below.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// The steps, the outermost first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => formatter.write_str(name)?,
                Step::Attribute(name) => write!(formatter, ".{name}")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
            }
        }
        Ok(())
    }
}
