//! What holds, of all that is set.

use std::path::Path;

use super::{Entry, KEYS, Key, Origin, SettingsFile, Value};

/// A key with what holds for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held<'a> {
    /// The key.
    pub key: &'static Key,
    /// Its value and where that stands; `None` if nobody set it.
    pub set: Option<(&'a Value, &'a Origin)>,
}

/// Returns what a file sets for a path from its directory, the least first;
/// without a path, what holds for all.
pub fn held_by<'a>(
    file: &'a SettingsFile,
    path: Option<&'a Path>,
) -> impl Iterator<Item = &'a Entry> {
    let matching = file.overrides.iter().filter(move |over| {
        path.is_some_and(|path| over.paths.iter().any(|pattern| pattern.matches(path)))
    });
    file.entries
        .iter()
        .chain(matching.flat_map(|over| &over.entries))
}

/// Returns all keys, in the order of the table, with the last that was set.
pub fn effective<'a>(set: impl Iterator<Item = &'a Entry>) -> Vec<Held<'a>> {
    let none = |key| Held { key, set: None };
    let mut all: Vec<Held<'a>> = KEYS.iter().map(none).collect();
    for entry in set {
        let is_same = |held: &&mut Held<'_>| {
            held.key.section == entry.key.section && held.key.name == entry.key.name
        };
        if let Some(held) = all.iter_mut().find(is_same) {
            held.set = Some((&entry.value, &entry.origin));
        }
    }
    all
}
