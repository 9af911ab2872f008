//! Which keys of the metadata go.

use super::options::{Ids, KeyPlace, MetadataKey, MetadataOptions};
use crate::json::{Edit, Kind, Member, Value};
use crate::notebook::{NoiseClass, Scope, noise};

/// The keys that go, by the place they are looked for.
#[derive(Debug)]
pub(super) struct KeyRules<'o> {
    notebook: Vec<Rule<'o>>,
    cell_metadata: Vec<Rule<'o>>,
    cell: Vec<Rule<'o>>,
}

/// A key that goes.
#[derive(Clone, Copy, Debug)]
struct Rule<'o> {
    /// The key, from the object that is looked at; empty for all keys.
    path: &'o str,
    /// Whether an object that has nothing else in it goes with the key.
    with_parent: bool,
}

impl<'o> KeyRules<'o> {
    pub(super) fn new(options: &'o MetadataOptions, ids: Ids) -> Self {
        let kept = |place, path: &str| {
            let mut keep = options.keep.iter().filter(|key| key.place == place);
            keep.any(|key| contains(&key.path, path) || contains(path, &key.path))
        };
        let rules = |place, scope| {
            let noise = noise()
                .filter(|row| !options.keep_noise && row.class == NoiseClass::Run)
                .filter(|row| Some(row.scope) == scope)
                .map(|row| Rule {
                    path: row.key,
                    with_parent: true,
                });
            let extra = options.extra.iter().filter(|key| key.place == place);
            let extra = extra.map(|key: &MetadataKey| Rule {
                path: &key.path,
                with_parent: false,
            });
            noise
                .chain(extra)
                .filter(|rule| !kept(place, rule.path))
                .collect::<Vec<_>>()
        };
        let mut cell = rules(KeyPlace::Cell, None);
        if ids == Ids::Drop {
            cell.push(Rule {
                path: "id",
                with_parent: false,
            });
        }
        Self {
            notebook: rules(KeyPlace::Notebook, Some(Scope::Notebook)),
            cell_metadata: rules(KeyPlace::CellMetadata, Some(Scope::Cell)),
            cell,
        }
    }

    /// Strips the metadata of the notebook and returns the keys that go.
    pub(super) fn notebook(&self, metadata: &Value<'_>, edits: &mut Vec<Edit>) -> Vec<String> {
        prune(metadata, &self.notebook, "", edits).gone
    }

    /// Strips the metadata of a cell and returns the keys that go.
    pub(super) fn cell_metadata(&self, metadata: &Value<'_>, edits: &mut Vec<Edit>) -> Vec<String> {
        prune(metadata, &self.cell_metadata, "", edits).gone
    }

    /// Strips the other fields of a cell and returns the keys that go.
    pub(super) fn cell(&self, cell: &Value<'_>, edits: &mut Vec<Edit>) -> Vec<String> {
        if self.cell.is_empty() {
            return Vec::new();
        }
        prune(cell, &self.cell, "", edits).gone
    }
}

/// Returns whether `path` is `key` or lies in it.
fn contains(key: &str, path: &str) -> bool {
    path.strip_prefix(key)
        .is_some_and(|rest| key.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

/// What pruning an object did.
#[derive(Debug, Default)]
struct Pruned {
    /// The keys that go, from the metadata down.
    gone: Vec<String>,
    /// Whether nothing is left, and a rule says that the object goes then.
    with_parent: bool,
}

/// Removes the keys that `rules` name from an object and from objects in it.
/// The depth is that of the rules, not of the file.
fn prune(object: &Value<'_>, rules: &[Rule<'_>], prefix: &str, edits: &mut Vec<Edit>) -> Pruned {
    let mut pruned = Pruned::default();
    if object.is_empty_container() {
        return pruned;
    }
    let mut left = 0_usize;
    let mut items = Vec::new();
    for member in object.members() {
        let goes = goes(&member, rules, prefix, edits, &mut pruned);
        left += usize::from(!goes);
        items.push((member.span(), goes));
    }
    pruned.with_parent &= left == 0;
    if items.iter().any(|(_, goes)| *goes) {
        edits.extend(Edit::remove_items(object, items));
    }
    pruned
}

/// Returns whether a member goes; if it stays, removes what goes inside it.
fn goes(
    member: &Member<'_>,
    rules: &[Rule<'_>],
    prefix: &str,
    edits: &mut Vec<Edit>,
    pruned: &mut Pruned,
) -> bool {
    let Some(key) = member.key.as_str() else {
        return false;
    };
    let mut inner = Vec::new();
    for rule in rules {
        let Some(rest) = (if rule.path.is_empty() {
            Some("")
        } else {
            rule.path.strip_prefix(&*key)
        }) else {
            continue;
        };
        if rest.is_empty() {
            pruned.gone.push(format!("{prefix}{key}"));
            pruned.with_parent |= rule.with_parent;
            return true;
        }
        if let Some(path) = rest.strip_prefix('.') {
            inner.push(Rule { path, ..*rule });
        }
    }
    if inner.is_empty() || member.value.kind() != Kind::Object {
        return false;
    }
    let inside = prune(&member.value, &inner, &format!("{prefix}{key}."), edits);
    pruned.gone.extend(inside.gone);
    pruned.with_parent |= inside.with_parent;
    inside.with_parent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Edits};

    #[track_caller]
    fn check(metadata: &str, extra: &[&str], keep: &[&str], expected: &str, gone: &[&str]) {
        let keys = |keys: &[&str]| keys.iter().map(|key| key.parse().unwrap()).collect();
        let options = MetadataOptions {
            keep_noise: false,
            extra: keys(extra),
            keep: keys(keep),
        };
        let rules = KeyRules::new(&options, Ids::Keep);
        let document = Document::read(metadata.as_bytes()).unwrap();
        let mut edits = Vec::new();
        assert_eq!(rules.notebook(&document.root(), &mut edits), gone);
        let left = Edits::new(edits).apply(metadata.as_bytes());
        assert_eq!(String::from_utf8(left).unwrap(), expected);
    }

    #[test]
    fn noise_goes_and_the_rest_stays_as_it_is() {
        check(
            r#"{"kernelspec": {"name": "x"},  "signature": "sha256:0", "title": "t"}"#,
            &[],
            &[],
            r#"{"kernelspec": {"name": "x"}, "title": "t"}"#,
            &["signature"],
        );
    }

    #[test]
    fn an_object_that_noise_was_alone_in_goes_with_it() {
        let hash = r#"{"a": 1, "vscode": {"interpreter": {"hash": "0"}}}"#;
        check(hash, &[], &[], r#"{"a": 1}"#, &["vscode.interpreter"]);
        let more = r#"{"vscode": {"interpreter": {"hash": "0"}, "b": 1}}"#;
        check(
            more,
            &[],
            &[],
            r#"{"vscode": {"b": 1}}"#,
            &["vscode.interpreter"],
        );
    }

    #[test]
    fn an_object_that_was_asked_to_be_emptied_stays() {
        check(
            r#"{"a": {"b": 1}}"#,
            &["metadata.a.b"],
            &[],
            r#"{"a": {}}"#,
            &["a.b"],
        );
    }

    #[test]
    fn dots_can_be_part_of_a_key() {
        let metadata = r#"{"a.b": 1, "a": {"b": 2, "b.c": 3}, "a.b.c": 4}"#;
        check(
            metadata,
            &["metadata.a.b.c"],
            &[],
            r#"{"a.b": 1, "a": {"b": 2}}"#,
            &["a.b.c", "a.b.c"],
        );
    }

    #[test]
    fn kept_keys_win_over_noise_and_extra_keys() {
        let metadata = r#"{"widgets": {"w": 1}, "vscode": {"interpreter": 1}, "x": {"y": 1}}"#;
        let keep = ["metadata.widgets", "metadata.vscode", "metadata.x.y"];
        check(metadata, &["metadata.x"], &keep, metadata, &[]);
    }

    #[test]
    fn all_metadata_can_go() {
        check(
            r#"{"a": 1, "b": {"c": 2}}"#,
            &["metadata"],
            &[],
            "{}",
            &["a", "b"],
        );
    }

    #[test]
    fn a_key_that_starts_alike_stays() {
        check(
            r#"{"signatures": 1}"#,
            &["metadata.sig"],
            &[],
            r#"{"signatures": 1}"#,
            &[],
        );
    }

    #[test]
    fn repeated_keys_all_go() {
        check(
            r#"{"signature": 1, "a": 0, "signature": 2}"#,
            &[],
            &[],
            r#"{"a": 0}"#,
            &["signature", "signature"],
        );
    }
}
