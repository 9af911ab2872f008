//! Sets and removes what lies below an object, by edits.

use crate::json::{Document, Edit, Item, KeyOrder, Kind, Style, Value, format_at, splice, string};

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
    let mut wanted = Vec::new();
    for change in changes {
        add(&mut wanted, &change.path, change.value.as_deref());
    }
    let mut edits = Vec::new();
    let style = object.document().style();
    edit_object(object, depth, &wanted, &style, &mut edits);
    edits
}

/// What an object is to hold under some of its keys.
type Wanted<'c> = Vec<(&'c str, Fate<'c>)>;

/// What becomes of one value.
#[derive(Debug)]
enum Fate<'c> {
    Gone,
    Value(&'c str),
    Object(Wanted<'c>),
}

fn add<'c>(wanted: &mut Wanted<'c>, path: &'c [String], value: Option<&'c str>) {
    let [key, rest @ ..] = path else { return };
    let at = wanted.iter().position(|(name, _)| name == key);
    let at = at.unwrap_or_else(|| {
        wanted.push((key, Fate::Object(Vec::new())));
        wanted.len() - 1
    });
    let fate = &mut wanted[at].1;
    if rest.is_empty() {
        *fate = value.map_or(Fate::Gone, Fate::Value);
        return;
    }
    if !matches!(fate, Fate::Object(_)) {
        *fate = Fate::Object(Vec::new());
    }
    if let Fate::Object(inside) = fate {
        add(inside, rest, value);
    }
}

fn edit_object(
    object: &Value<'_>,
    depth: usize,
    wanted: &Wanted<'_>,
    style: &Style,
    edits: &mut Vec<Edit>,
) {
    let members: Vec<_> = object.members().collect();
    let mut items: Vec<(String, Item)> = Vec::new();
    let mut is_spliced = false;
    for (index, member) in members.iter().enumerate() {
        let name = member.key.as_str().unwrap_or_default();
        let fate = wanted.iter().find(|(key, _)| *key == name);
        let is_last = members[index + 1..]
            .iter()
            .all(|later| !later.key.is_str(&name));
        match fate {
            Some((_, Fate::Gone)) => {
                is_spliced = true;
                continue;
            }
            Some((_, Fate::Object(inside))) if is_last && member.value.kind() == Kind::Object => {
                edit_object(&member.value, depth + 1, inside, style, edits);
            }
            Some((_, fate)) if is_last => {
                let text = text(fate, style, depth + 1);
                edits.extend(text.and_then(|text| Edit::replace(&member.value, text)));
            }
            Some(_) | None => {}
        }
        items.push((name.into_owned(), Item::Kept(member.span())));
    }
    let is_sorted = items.is_sorted_by(|one, next| one.0 <= next.0);
    for (key, fate) in wanted {
        if members.iter().any(|member| member.key.is_str(key)) {
            continue;
        }
        let Some(value) = text(fate, style, depth + 1) else {
            continue;
        };
        let space = if style.space_after_colon { " " } else { "" };
        let item = Item::New(format!("{}:{space}{value}", string(key, style)));
        // Jupyter sorts keys; who does not puts new ones at the end.
        let at = if is_sorted {
            items.partition_point(|(name, _)| name.as_str() < *key)
        } else {
            items.len()
        };
        items.insert(at, ((*key).to_owned(), item));
        is_spliced = true;
    }
    if is_spliced {
        let items: Vec<_> = items.into_iter().map(|(_, item)| item).collect();
        edits.extend(splice(object, &items, depth));
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
