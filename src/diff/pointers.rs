//! JSON by pointer: which values within two values changed.

use std::collections::{BTreeSet, HashMap};

use super::Change;
use super::meaning::PointerChange;
use super::text::runs_of_numbers;
use super::value::{canonical, equal, fields};
use crate::json::{Kind, Value};

/// How many changes are told. More of them tell nothing.
const MOST: usize = 50;

/// How deep is looked. What lies deeper changed as a whole.
const DEPTH: usize = 16;

/// How many numbers of an array may change to be told one by one.
const FEW_NUMBERS: usize = 3;

/// How an array of numbers changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NumbersChange {
    /// How many numbers there were, and how many there are.
    pub count: Change<usize>,
    /// How many of them differ, if there are as many as before.
    pub changed: Option<usize>,
}

/// Two values that may differ, and where they stand.
struct Place<'a> {
    pointer: String,
    depth: usize,
    old: Option<Value<'a>>,
    new: Option<Value<'a>>,
}

impl<'a> Place<'a> {
    fn below(&self, key: &str, old: Option<Value<'a>>, new: Option<Value<'a>>) -> Self {
        let key = key.replace('~', "~0").replace('/', "~1");
        Self {
            pointer: format!("{}/{key}", self.pointer),
            depth: self.depth + 1,
            old,
            new,
        }
    }
}

/// Returns what changed within two arrays or objects, in the order of keys and
/// indices; `None` if it is too much to be told.
///
/// What stands in an array is found by its content, if the array became longer
/// or shorter. Pointers are those of the new value, of what is gone those of
/// the old one.
pub(super) fn pointer_changes<'a>(
    old: &Value<'a>,
    new: &Value<'a>,
) -> Option<Vec<PointerChange<'a>>> {
    let mut changes = Vec::new();
    let mut places = vec![Place {
        pointer: String::new(),
        depth: 0,
        old: Some(*old),
        new: Some(*new),
    }];
    while let Some(place) = places.pop() {
        let mut inner = match (&place.old, &place.new) {
            (Some(old), Some(new)) if old.raw() == new.raw() => continue,
            (Some(old), Some(new)) if place.depth < DEPTH => inner_places(&place, old, new),
            _ => None,
        };
        if let Some(inner) = &mut inner {
            inner.reverse();
            places.append(inner);
            continue;
        }
        if let (Some(old), Some(new)) = (&place.old, &place.new)
            && equal(old, new)
        {
            continue;
        }
        changes.push(PointerChange {
            pointer: place.pointer,
            change: Change {
                old: place.old,
                new: place.new,
            },
        });
        if changes.len() > MOST {
            return None;
        }
    }
    Some(changes)
}

/// Returns the places in two values that may differ; `None` if they are told
/// as a whole.
fn inner_places<'a>(place: &Place<'a>, old: &Value<'a>, new: &Value<'a>) -> Option<Vec<Place<'a>>> {
    match (old.kind(), new.kind()) {
        (Kind::Object, Kind::Object) => {
            let (old, new) = (fields(old), fields(new));
            let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
            let inner = keys
                .into_iter()
                .map(|key| place.below(key, old.get(key).copied(), new.get(key).copied()));
            Some(inner.collect())
        }
        (Kind::Array, Kind::Array) => {
            let numbers = numbers_change(old, new);
            let is_told_as_one =
                |numbers: NumbersChange| numbers.changed.is_none_or(|count| count > FEW_NUMBERS);
            if numbers.is_some_and(is_told_as_one) {
                return None;
            }
            Some(elements(place, old, new))
        }
        _ => None,
    }
}

/// Returns the elements of two arrays that may differ.
fn elements<'a>(place: &Place<'a>, old: &Value<'a>, new: &Value<'a>) -> Vec<Place<'a>> {
    let (old, new): (Vec<_>, Vec<_>) = (old.elements().collect(), new.elements().collect());
    let at = |index: usize, old: Option<&Value<'a>>, new: Option<&Value<'a>>| {
        place.below(&index.to_string(), old.copied(), new.copied())
    };
    if old.len() == new.len() {
        let pairs = old.iter().zip(&new).enumerate();
        return pairs
            .filter(|(_, (old, new))| old.raw() != new.raw())
            .map(|(index, (old, new))| at(index, Some(old), Some(new)))
            .collect();
    }
    let mut numbers = HashMap::new();
    let mut number = |values: &[Value<'a>]| -> Vec<u32> {
        let mut number = |value| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(canonical(value)).or_insert(next)
        };
        values.iter().map(&mut number).collect()
    };
    let (old_numbers, new_numbers) = (number(&old), number(&new));
    let mut places = Vec::new();
    for run in runs_of_numbers(&old_numbers, &new_numbers) {
        if run.equal {
            continue;
        }
        let n_pairs = run.old.len().min(run.new.len());
        let pairs = run.old.clone().zip(run.new.clone());
        places.extend(pairs.map(|(from, to)| at(to, old.get(from), new.get(to))));
        places.extend(
            run.old
                .skip(n_pairs)
                .map(|from| at(from, old.get(from), None)),
        );
        places.extend(run.new.skip(n_pairs).map(|to| at(to, None, new.get(to))));
    }
    places
}

/// Returns how an array of numbers changed; `None` if one of both is none.
pub fn numbers_change(old: &Value<'_>, new: &Value<'_>) -> Option<NumbersChange> {
    let is_array = |value: &Value<'_>| value.kind() == Kind::Array;
    if !is_array(old) || !is_array(new) {
        return None;
    }
    let numbers = |value: &Value<'_>| {
        let is_number = |value: &Value<'_>| matches!(value.kind(), Kind::Number | Kind::Null);
        let mut elements = value.elements();
        elements
            .all(|element| is_number(&element))
            .then(|| value.elements().count())
    };
    let (old_count, new_count) = (numbers(old)?, numbers(new)?);
    if old_count.max(new_count) == 0 {
        return None;
    }
    let differ = || {
        let pairs = old.elements().zip(new.elements());
        pairs.filter(|(old, new)| !equal(old, new)).count()
    };
    Some(NumbersChange {
        count: Change {
            old: old_count,
            new: new_count,
        },
        changed: (old_count == new_count).then(differ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    /// Tells each change as `pointer old new`.
    #[track_caller]
    fn check(old: &str, new: &str, expected: Option<&[&str]>) {
        let (old, new) = (
            Document::read(old.as_bytes()).unwrap(),
            Document::read(new.as_bytes()).unwrap(),
        );
        let text = |value: Option<Value<'_>>| match value {
            Some(value) => String::from_utf8(canonical(&value)).unwrap(),
            None => "-".to_owned(),
        };
        let changes = pointer_changes(&old.root(), &new.root());
        let told = changes.map(|changes| {
            let told = changes.iter().map(|change| {
                let values = change.change;
                format!(
                    "{} {} {}",
                    change.pointer,
                    text(values.old),
                    text(values.new)
                )
            });
            told.collect::<Vec<_>>()
        });
        let told: Option<Vec<_>> = told.as_ref().map(|told| {
            let told = told.iter().map(String::as_str);
            told.collect()
        });
        assert_eq!(told.as_deref(), expected);
    }

    #[test]
    fn what_changed_is_found_by_its_pointer() {
        check(
            r#"{"a/b":{"c~":1,"d":[1,{"e":true}]},"x":null}"#,
            r#"{"a/b":{"c~":2,"d":[1,{"e":false}]},"y":"z"}"#,
            Some(&[
                "/a~1b/c~0 1 2",
                "/a~1b/d/1/e true false",
                "/x null -",
                "/y - \"z\"",
            ]),
        );
    }

    #[test]
    fn spelling_is_no_change() {
        check(
            r#"{"a":[1.0],"b":"\u0041"}"#,
            r#"{"b":"A","a":[1.00]}"#,
            Some(&[]),
        );
    }

    #[test]
    fn what_was_put_into_an_array_moves_nothing_else() {
        check(
            r#"[{"a":1},{"a":2},{"a":3}]"#,
            r#"[{"a":1},{"b":0},{"a":2},{"a":4}]"#,
            Some(&["/1 - {\"b\":0}", "/3/a 3 4"]),
        );
        check(r#"["a","b","c"]"#, r#"["a","c"]"#, Some(&["/1 \"b\" -"]));
    }

    #[test]
    fn many_numbers_are_one_change_and_few_are_told() {
        let numbers = |from: u32| {
            let numbers: Vec<_> = (from..from + 9).map(|number| number.to_string()).collect();
            format!("[{}]", numbers.join(","))
        };
        let (old, new) = (numbers(0), numbers(1));
        check(&old, &new, Some(&[&format!(" {old} {new}")]));
        check("[1,2,3]", "[1,5,3]", Some(&["/1 2 5"]));
        check("[1,2,3]", "[1,2]", Some(&[" [1,2,3] [1,2]"]));
    }

    #[test]
    fn too_many_changes_are_not_told() {
        let many = |value: &str| {
            let members: Vec<_> = (0..60).map(|at| format!("\"{at}\":{value}")).collect();
            format!("{{{}}}", members.join(","))
        };
        check(&many("1"), &many("2"), None);
    }

    #[test]
    fn depth_does_not_use_the_stack() {
        let deep = |core: &str| "[".repeat(100_000) + core + &"]".repeat(100_000);
        let (old, new) = (deep("1"), deep("2"));
        let (old, new) = (
            Document::read(old.as_bytes()).unwrap(),
            Document::read(new.as_bytes()).unwrap(),
        );
        let changes = pointer_changes(&old.root(), &new.root()).unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].pointer, "/0".repeat(16));
    }
}
