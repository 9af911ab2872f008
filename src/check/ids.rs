//! NB303 to NB305: ids of cells, and those they should have instead.

use std::collections::HashMap;

use crate::json::Value;
use crate::merge::Made;
use crate::notebook::{NbFormat, multiline_text};

/// How many characters an id may have.
const LONGEST_ID: usize = 64;

/// What is wrong with the id of a cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// There is none.
    Missing,
    /// It is no string, empty, too long, or has other characters than letters,
    /// digits, `-` and `_`.
    Malformed,
    /// The cell with this index has it already.
    Duplicate(usize),
}

/// A cell whose id is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Judged {
    pub(super) fault: Fault,
    /// The id that it should have: the same for the same notebook.
    pub(super) id: String,
}

/// Returns what is wrong with the ids of cells, and nothing where all is well.
pub(super) fn judge(cells: &[Value<'_>], format: NbFormat) -> Vec<Option<Judged>> {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut faults = Vec::with_capacity(cells.len());
    let mut ids = Vec::with_capacity(cells.len());
    for (index, cell) in cells.iter().enumerate() {
        let id = cell.get("id");
        let text = id.and_then(|id| id.as_str());
        let fault = match (&id, &text) {
            (None, _) => Some(Fault::Missing),
            (Some(_), Some(text)) if is_id(text) => {
                let known = first.get(&**text).copied();
                if known.is_none() {
                    first.insert(text.clone().into_owned(), index);
                }
                known.map(Fault::Duplicate)
            }
            (Some(_), _) => Some(Fault::Malformed),
        };
        faults.push(fault);
        ids.push(text);
    }
    let mut made = Made::default();
    made.taken.extend(first.into_keys());
    let judged = faults.iter().zip(cells).zip(ids);
    judged
        .map(|((fault, cell), id)| {
            let fault = (*fault)?;
            let similar = (fault == Fault::Malformed).then(|| similar_id(&id.unwrap_or_default()));
            let similar = similar.filter(|id| !id.is_empty() && made.taken.insert(id.clone()));
            let id = similar.unwrap_or_else(|| {
                let source = cell.get("source");
                let source = source.map(|source| multiline_text(&source, format));
                made.id_of(&source.unwrap_or_default())
            });
            Some(Judged { fault, id })
        })
        .collect()
}

fn is_id_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.chars().all(is_id_character)
}

/// Returns an id that looks like a text; an empty one if nothing of it can
/// stand in an id.
fn similar_id(text: &str) -> String {
    let mut id = String::new();
    for character in text.trim().chars().take(LONGEST_ID) {
        match character {
            _ if is_id_character(character) => id.push(character),
            _ if id.is_empty() || id.ends_with('-') => {}
            _ => id.push('-'),
        }
    }
    id.truncate(id.trim_end_matches('-').len());
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn judged(json: &str) -> Vec<Option<Judged>> {
        let document = Document::read(json.as_bytes()).unwrap();
        let cells: Vec<_> = document.root().elements().collect();
        judge(&cells, NbFormat { major: 4, minor: 5 })
    }

    #[test]
    fn good_ids_are_left_alone() {
        let long = "a".repeat(64);
        let cells = format!(r#"[{{"id": "a"}}, {{"id": "A_b-9"}}, {{"id": "{long}"}}]"#);
        assert_eq!(judged(&cells), [None, None, None]);
    }

    #[test]
    fn the_first_of_equal_ids_is_kept() {
        let found =
            judged(r#"[{"id": "a"}, {"id": "a", "source": "x"}, {"id": "a", "source": "x"}]"#);
        assert_eq!(found[0], None);
        let [second, third] = [&found[1], &found[2]].map(|found| found.clone().unwrap());
        assert_eq!(
            (second.fault, third.fault),
            (Fault::Duplicate(0), Fault::Duplicate(0))
        );
        assert!(is_id(&second.id) && is_id(&third.id));
        assert_ne!(second.id, third.id);
        assert_ne!(second.id, "a");
    }

    #[test]
    fn an_id_that_is_malformed_becomes_one_like_it() {
        for (id, expected) in [("my cell!", "my-cell"), ("  a/b//c ", "a-b-c"), ("é1", "1")] {
            let found = judged(&format!(r#"[{{"id": "{id}"}}]"#));
            let found = found[0].clone().unwrap();
            assert_eq!((found.fault, &*found.id), (Fault::Malformed, expected));
        }
        for id in [
            "\"\"",
            "7",
            "null",
            "\"?\"",
            &format!("\"{}\"", "é".repeat(70)),
        ] {
            let found = judged(&format!(r#"[{{"id": {id}}}]"#));
            let found = found[0].clone().unwrap();
            assert_eq!(found.fault, Fault::Malformed, "{id}");
            assert!(is_id(&found.id), "{id}: {}", found.id);
        }
    }

    #[test]
    fn ids_that_are_made_are_not_those_of_others() {
        let first = judged("[{}]")[0].clone().unwrap().id;
        let cells = format!(r#"[{{}}, {{"id": "{first}"}}, {{"id": "b c"}}, {{"id": "b-c"}}]"#);
        let found = judged(&cells);
        assert_ne!(found[0].clone().unwrap().id, first);
        assert_ne!(found[2].clone().unwrap().id, "b-c");
    }
}
