//! Sets and removes what lies below an object, by edits.

use std::collections::BTreeMap;

use super::keys::{KeyEdit, NewValue, edit_keys};
use crate::json::{Document, Edit, KeyOrder, Kind, Style, Value, format_at, string};

/// What is to become of the value that a path of keys leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct MemberChange {
    /// The keys, from the object that is changed down; at least one.
    pub(super) path: Vec<String>,
    /// The value as JSON; `None` if it goes.
    pub(super) value: Option<String>,
}

/// Returns the edits that make changes below `object`, which stands in `depth`
/// arrays and objects. Objects on the way that are not there are made; values
/// that are no JSON are left out.
///
/// Of two changes at one path the later one counts. The depth of the recursion
/// is the length of the longest path.
pub(super) fn change_members(
    object: &Value<'_>,
    depth: usize,
    changes: &[MemberChange],
) -> Vec<Edit> {
    let mut wanted = Wanted::new();
    for change in changes {
        add(&mut wanted, &change.path, change.value.as_deref());
    }
    let style = object.document().style();
    let mut keys = Vec::new();
    add_keys(object, depth, &[], &wanted, &style, &mut keys);
    edit_keys(object, &keys, depth)
}

/// What an object is to hold under some of its keys.
type Wanted<'c> = BTreeMap<&'c str, Fate<'c>>;

/// What becomes of one value.
#[derive(Debug)]
enum Fate<'c> {
    Gone,
    Value(&'c str),
    Object(Wanted<'c>),
}

fn add<'c>(wanted: &mut Wanted<'c>, path: &'c [String], value: Option<&'c str>) {
    let [key, rest @ ..] = path else { return };
    let fate = wanted.entry(key).or_insert(Fate::Gone);
    if rest.is_empty() {
        *fate = value.map_or(Fate::Gone, Fate::Value);
        return;
    }
    if !matches!(fate, Fate::Object(_)) {
        *fate = Fate::Object(Wanted::new());
    }
    if let Fate::Object(inside) = fate {
        add(inside, rest, value);
    }
}

/// Adds what is to be set in objects that are there, with the objects that are
/// not as values. `path` leads to `object`.
fn add_keys(
    object: &Value<'_>,
    depth: usize,
    path: &[String],
    wanted: &Wanted<'_>,
    style: &Style,
    keys: &mut Vec<KeyEdit<'_>>,
) {
    for (key, fate) in wanted {
        let path = [path, &[(*key).to_owned()]].concat();
        let is_object = |value: &Value<'_>| value.kind() == Kind::Object;
        if let Fate::Object(inside) = fate
            && let Some(there) = object.get(key).filter(is_object)
        {
            add_keys(&there, depth + 1, &path, inside, style, keys);
        } else if matches!(fate, Fate::Gone) {
            let value = NewValue::Nothing;
            keys.push(KeyEdit { path, value });
        } else if let Some(text) = text(fate, style, depth + 1) {
            let value = NewValue::Text(text);
            keys.push(KeyEdit { path, value });
        }
    }
}

/// Returns a value as it is written `depth` levels deep; `None` if there is
/// nothing to write.
fn text(fate: &Fate<'_>, style: &Style, depth: usize) -> Option<String> {
    let json = raw(fate, style)?;
    let document = Document::read(json.as_bytes()).ok()?;
    Some(format_at(&document.root(), style, KeyOrder::Kept, depth))
}

fn raw(fate: &Fate<'_>, style: &Style) -> Option<String> {
    match fate {
        Fate::Gone => None,
        Fate::Value(json) => Some((*json).to_owned()),
        Fate::Object(inside) => {
            let members = inside.iter().filter_map(|(key, fate)| {
                let value = raw(fate, style)?;
                Some(format!("{}:{value}", string(key, style)))
            });
            let members: Vec<_> = members.collect();
            (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Edits;

    fn change(path: &str, value: Option<&str>) -> MemberChange {
        MemberChange {
            path: path.split('.').map(str::to_owned).collect(),
            value: value.map(str::to_owned),
        }
    }

    #[track_caller]
    fn check(json: &str, changes: &[MemberChange], expected: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        let edits = Edits::new(change_members(&document.root(), 0, changes));
        let changed = String::from_utf8(edits.apply(json.as_bytes())).unwrap();
        assert_eq!(changed, expected);
    }

    #[test]
    fn a_value_is_set_where_it_stands() {
        let json = "{\n \"a\": {\n  \"b\": 1,\n  \"c\": 2\n }\n}";
        let expected = "{\n \"a\": {\n  \"b\": [\n   3\n  ],\n  \"c\": 2\n }\n}";
        check(json, &[change("a.b", Some("[3]"))], expected);
        check(json, &[change("a.b", Some("1"))], json);
    }

    #[test]
    fn new_keys_go_where_sorted_ones_would_stand() {
        check(
            r#"{"a": 1, "c": 3}"#,
            &[change("b", Some("2"))],
            r#"{"a": 1, "b": 2, "c": 3}"#,
        );
        check(
            r#"{"c": 1, "a": 3}"#,
            &[change("b", Some("2"))],
            r#"{"c": 1, "a": 3, "b": 2}"#,
        );
    }

    #[test]
    fn several_changes_meet_in_one_object() {
        let changes = [
            change("a.x", Some("1")),
            change("a.y", Some("2")),
            change("b", None),
        ];
        check(r#"{"b": 1}"#, &changes, r#"{"a": {"x": 1, "y": 2}}"#);
        check(
            "{\n \"a\": {},\n \"b\": 1\n}",
            &changes,
            "{\n \"a\": {\n  \"x\": 1,\n  \"y\": 2\n }\n}",
        );
    }

    #[test]
    fn of_repeated_keys_the_one_that_counts_is_set_and_all_go() {
        check(
            r#"{"a": 1, "a": 2}"#,
            &[change("a", Some("3"))],
            r#"{"a": 1, "a": 3}"#,
        );
        check(
            r#"{"a": 1, "b": 0, "a": 2}"#,
            &[change("a", None)],
            r#"{"b": 0}"#,
        );
    }

    #[test]
    fn what_is_no_object_gives_way_to_one() {
        check(
            r#"{"a": 1}"#,
            &[change("a.b", Some("2"))],
            r#"{"a": {"b": 2}}"#,
        );
        check(
            r#"{"a": 1}"#,
            &[change("a.b", Some("no json"))],
            r#"{"a": 1}"#,
        );
    }
}
