//! Zeppelin notebooks: paragraphs with results.

use super::{Change, Removal, StripOptions, Stripped};
use crate::json::{Edit, Edits, Kind, Value};

/// Returns the paragraphs of a Zeppelin notebook; `None` if it is none.
pub(super) fn paragraphs<'a>(root: &Value<'a>) -> Option<Value<'a>> {
    let mut paragraphs = None;
    for member in root.members() {
        if member.key.is_str("cells") || member.key.is_str("worksheets") {
            return None;
        }
        if member.key.is_str("paragraphs") {
            paragraphs = Some(member.value).filter(|value| value.kind() == Kind::Array);
        }
    }
    paragraphs
}

/// Empties the results of all paragraphs, if outputs are not to be kept.
pub(super) fn strip(paragraphs: &Value<'_>, options: &StripOptions) -> Stripped {
    let mut edits = Vec::new();
    let mut changes = Vec::new();
    if options.outputs.keep {
        return Stripped::default();
    }
    for (index, paragraph) in paragraphs.elements().enumerate() {
        for member in paragraph.members() {
            if member.key.is_str("results") && !member.value.is_empty_container() {
                edits.extend(Edit::replace(&member.value, "{}"));
                changes.push(Change {
                    cell: Some(index),
                    what: Removal::Outputs(1),
                });
            }
        }
    }
    Stripped {
        edits: Edits::new(edits),
        changes,
    }
}
