//! Zeppelin notebooks: paragraphs with results.

use super::{Change, Removal, StripOptions, Stripped};
use crate::json::{Edit, Edits, Kind, Value};

/// Returns the lists of paragraphs of a Zeppelin notebook, more than one if the
/// key is repeated; `None` if it is none.
pub(super) fn paragraphs<'a>(root: &Value<'a>) -> Option<Vec<Value<'a>>> {
    let mut lists = Vec::new();
    for member in root.members() {
        if member.key.is_str("cells") || member.key.is_str("worksheets") {
            return None;
        }
        if member.key.is_str("paragraphs") && member.value.kind() == Kind::Array {
            lists.push(member.value);
        }
    }
    (!lists.is_empty()).then_some(lists)
}

/// Empties the results of all paragraphs, if outputs are not to be kept.
pub(super) fn strip(lists: &[Value<'_>], options: &StripOptions) -> Stripped {
    let mut edits = Vec::new();
    let mut changes = Vec::new();
    if options.outputs.keep {
        return Stripped::default();
    }
    for (index, paragraph) in lists.iter().flat_map(Value::elements).enumerate() {
        for member in paragraph.members() {
            let is_empty = member.value.kind() == Kind::Object && member.value.is_empty_container();
            if member.key.is_str("results") && !is_empty {
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
