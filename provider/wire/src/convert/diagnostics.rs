//! Diagnostics and paths.

use zt_framework::value::{Path, PathStep};
use zt_framework::{Diagnostic, Severity};
use zt_wire_proto::tfplugin6 as pb;
use zt_wire_proto::tfplugin6::attribute_path::{Step, step::Selector};

pub(crate) fn diagnostics(all: impl IntoIterator<Item = Diagnostic>) -> Vec<pb::Diagnostic> {
    all.into_iter().map(diagnostic).collect()
}

fn diagnostic(one: Diagnostic) -> pb::Diagnostic {
    let severity = match one.severity {
        Severity::Error => pb::diagnostic::Severity::Error,
        Severity::Warning => pb::diagnostic::Severity::Warning,
    };
    let detail = located(&one);
    pb::Diagnostic {
        severity: severity.into(),
        summary: one.summary,
        detail,
        attribute: one
            .path
            .filter(|path| !path.is_root())
            .map(|path| attribute_path(&path)),
    }
}

/// Terraform shows the line of a top-level attribute; for what is deeper it shows the head of the block, so the place
/// is told in words.
fn located(one: &Diagnostic) -> String {
    let Some(path) = one.path.as_ref().filter(|path| path.steps().len() > 1) else {
        return one.detail.clone();
    };
    let place = path.to_string();
    if one.summary.contains(&place) || one.detail.contains(&place) {
        return one.detail.clone();
    }
    format!("{}\n\nThis is about {place}.", one.detail)
}

/// The protocol has no step into a set, so a path ends at the set.
pub(crate) fn attribute_path(path: &Path) -> pb::AttributePath {
    let steps = path.steps().iter().map_while(|step| {
        let selector = match step {
            PathStep::Attribute(name) => Selector::AttributeName(name.clone()),
            PathStep::Key(key) => Selector::ElementKeyString(key.clone()),
            PathStep::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).ok()?),
            PathStep::Element(_) => return None,
        };
        Some(Step {
            selector: Some(selector),
        })
    });
    pb::AttributePath { steps: steps.collect() }
}
