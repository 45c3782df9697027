//! Going to a place in a value, and through all of it.

use super::{NULL, Path, PathStep, Value};

impl Value {
    /// What stands at a path; null when there is nothing.
    pub fn at(&self, path: &Path) -> &Value {
        path.steps().iter().fold(self, |value, step| match step {
            PathStep::Attribute(name) | PathStep::Key(name) => value.get(name),
            PathStep::Index(index) => value.elements().get(*index).unwrap_or(&NULL),
            PathStep::Element(element) => value.elements().iter().find(|one| *one == &**element).unwrap_or(&NULL),
        })
    }

    /// Puts a value at a path. Objects on the way that are null are made; other missing steps leave all as it was.
    pub fn set_at(&mut self, path: &Path, value: Value) {
        let mut place = self;
        for step in path.steps() {
            if matches!(place, Value::Null) && matches!(step, PathStep::Attribute(_)) {
                *place = Value::Object(Default::default());
            }
            let Some(next) = place.child_mut(step) else { return };
            place = next;
        }
        *place = value;
    }

    fn child_mut(&mut self, step: &PathStep) -> Option<&mut Value> {
        match (self, step) {
            (Value::Dynamic(pair), step) => pair.1.child_mut(step),
            (Value::Object(members), PathStep::Attribute(name)) | (Value::Map(members), PathStep::Key(name)) => {
                Some(members.entry(name.clone()).or_default())
            }
            (Value::List(elements) | Value::Tuple(elements), PathStep::Index(index)) => elements.get_mut(*index),
            (Value::Set(elements), PathStep::Element(element)) => elements.iter_mut().find(|one| **one == **element),
            _ => None,
        }
    }

    /// The paths of everything unknown inside.
    pub fn unknown_paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        self.visit(&Path::root(), &mut |path, value| {
            if matches!(value, Value::Unknown(_)) {
                found.push(path.clone());
            }
        });
        found
    }

    /// Calls for this value and everything inside, outermost first.
    pub fn visit(&self, path: &Path, call: &mut impl FnMut(&Path, &Value)) {
        call(path, self);
        match self {
            Value::List(elements) | Value::Tuple(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    element.visit(&path.index(index), call);
                }
            }
            Value::Set(elements) => {
                for element in elements {
                    element.visit(&path.element(element.clone()), call);
                }
            }
            Value::Map(members) => {
                for (key, member) in members {
                    member.visit(&path.key(key), call);
                }
            }
            Value::Object(attributes) => {
                for (name, attribute) in attributes {
                    attribute.visit(&path.attribute(name), call);
                }
            }
            Value::Dynamic(pair) => pair.1.visit(path, call),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_written_by_path() {
        let mut value = Value::object([
            ("routes", Value::list([Value::object([("path", "/a".into())])])),
            ("tags", Value::map([("k", "v".into())])),
            ("empty", Value::Null),
        ]);
        let path = Path::root().attribute("routes").index(0).attribute("path");
        assert_eq!(value.at(&path), &"/a".into());
        value.set_at(&path, "/b".into());
        assert_eq!(value.at(&path), &"/b".into());
        value.set_at(&Path::root().attribute("empty").attribute("made"), true.into());
        assert_eq!(value.get("empty").get("made"), &true.into());
        assert!(value.at(&Path::root().attribute("routes").index(7)).is_null());
        assert_eq!(path.to_string(), "routes[0].path");
        assert_eq!(Path::root().attribute("tags").key("k").to_string(), "tags[\"k\"]");
    }

    #[test]
    fn unknowns_are_found_wherever_they_are() {
        let value = Value::object([
            ("a", Value::unknown()),
            ("b", Value::list([Value::Null, Value::unknown()])),
        ]);
        let paths: Vec<String> = value.unknown_paths().iter().map(Path::to_string).collect();
        assert_eq!(paths, ["a", "b[1]"]);
    }

    #[test]
    fn sets_are_equal_by_content() {
        assert_eq!(Value::set_of(["a", "b"]), Value::set_of(["b", "a", "a"]));
        assert_ne!(
            Value::set_of([Value::unknown()]),
            Value::set_of([Value::unknown(), Value::unknown()])
        );
        assert_ne!(Value::list(["a", "b"]), Value::list(["b", "a"]));
    }
}
