//! Puts keys into objects that lack them.

use crate::json::{Edit, Item, Value, splice, string};

/// Returns the edits that put keys with their values, which are JSON, into an
/// object: where the order of the alphabet has them if the object keeps to
/// that, as Jupyter's do, else at the end.
///
/// `depth` is how many arrays and objects the object stands in.
pub(super) fn insert(object: &Value<'_>, new: &[(&str, String)], depth: usize) -> Vec<Edit> {
    let style = object.document().style();
    let written = |key: &str, value: &str| {
        let blank = if style.space_after_colon { " " } else { "" };
        Item::New(format!("{}:{blank}{value}", string(key, &style)))
    };
    let mut new: Vec<_> = new.iter().map(|(key, value)| (*key, &**value)).collect();
    new.sort_unstable();
    let mut new = new.into_iter().peekable();
    let members: Vec<_> = object.members().collect();
    let keys: Vec<_> = members.iter().map(|member| member.key.as_str()).collect();
    let is_sorted = keys.is_sorted();
    let mut items = Vec::new();
    for (member, key) in members.iter().zip(keys) {
        while let Some(next) =
            new.next_if(|(next, _)| is_sorted && key.as_deref().is_some_and(|key| *next < key))
        {
            items.push(written(next.0, next.1));
        }
        items.push(Item::Kept(member.span()));
    }
    items.extend(new.map(|(key, value)| written(key, value)));
    splice(object, &items, depth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Edits};

    #[track_caller]
    fn check(json: &str, new: &[(&str, &str)], expected: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        let new: Vec<_> = new
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()))
            .collect();
        let edits = Edits::new(insert(&document.root(), &new, 0));
        let changed = edits.apply(json.as_bytes());
        assert_eq!(String::from_utf8(changed).unwrap(), expected);
    }

    #[test]
    fn sorted_objects_stay_sorted() {
        check(
            "{\n \"b\": 1,\n \"d\": 2\n}",
            &[("e", "5"), ("a", "1"), ("c", "3")],
            "{\n \"a\": 1,\n \"b\": 1,\n \"c\": 3,\n \"d\": 2,\n \"e\": 5\n}",
        );
    }

    #[test]
    fn other_objects_get_new_keys_at_the_end() {
        check(
            r#"{"d":1,"b":2}"#,
            &[("a", "[]")],
            r#"{"d":1,"b":2,"a":[]}"#,
        );
        check("{}", &[("a", "{}")], r#"{"a": {}}"#);
    }
}
