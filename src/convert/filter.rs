//! Which metadata text holds: jupytext's filters, such as `tags,name,-all`.

use serde_json::Value;

use super::Metadata;

/// What of a notebook's metadata is written if nobody says otherwise.
const OF_NOTEBOOKS: &[&str] = &[
    "jupytext",
    "kernelspec",
    "kernel_info",
    "orphan",
    "tocdepth",
];

/// What of a cell's metadata is not: what front ends note about themselves.
const NOT_OF_CELLS: &[&str] = &[
    "autoscroll",
    "collapsed",
    "scrolled",
    "trusted",
    "execution",
    "ExecuteTime",
];

/// What jupytext notes about a text in the cells of a notebook.
pub(super) const ABOUT_TEXT: &[&str] = &[
    "skipline",
    "noskipline",
    "cell_marker",
    "lines_to_next_cell",
    "lines_to_end_of_cell_marker",
];

/// What a filter lets through.
#[derive(Debug, Default)]
struct Filter<'a> {
    included: Names<'a>,
    excluded: Names<'a>,
}

#[derive(Debug)]
enum Names<'a> {
    All,
    These(Vec<&'a str>),
}

impl Default for Names<'_> {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl<'a> Filter<'a> {
    fn parse(filter: &'a str) -> Self {
        let mut included = Vec::new();
        let mut excluded = Vec::new();
        for name in filter.split(',').map(str::trim) {
            match name.strip_prefix('-') {
                Some(name) => excluded.push(name.trim()),
                None => included.push(name.strip_prefix('+').unwrap_or(name).trim()),
            }
        }
        let names = |mut names: Vec<&'a str>| {
            names.retain(|name| !name.is_empty());
            if names.contains(&"all") {
                Names::All
            } else {
                Names::These(names)
            }
        };
        Self {
            included: names(included),
            excluded: names(excluded),
        }
    }
}

/// Returns what text holds of the notebook's metadata: what `filter` says, by
/// default `jupytext`, `kernelspec`, `kernel_info`, `orphan` and `tocdepth`.
pub fn notebook_metadata(metadata: &Metadata, filter: Option<&str>) -> Metadata {
    let filter = Filter::parse(filter.unwrap_or_default());
    match (filter.included, filter.excluded) {
        (Names::All, excluded) => subset(metadata, None, &excluded),
        (Names::These(included), Names::All) => {
            subset(metadata, Some(&included), &Names::default())
        }
        (Names::These(mut included), excluded @ Names::These(_)) => {
            included.extend(OF_NOTEBOOKS);
            subset(metadata, Some(&included), &excluded)
        }
    }
}

/// Returns what text holds of a cell's metadata: what `filter` says, by
/// default all but what front ends note about themselves, with keys that
/// text can hold.
pub fn cell_metadata(metadata: &Metadata, filter: Option<&str>) -> Metadata {
    let filter = Filter::parse(filter.unwrap_or_default());
    match (filter.included, filter.excluded) {
        (Names::All, excluded) => subset(metadata, None, &excluded),
        (Names::These(included), Names::All) => {
            subset(metadata, Some(&included), &Names::default())
        }
        (Names::These(included), Names::These(mut excluded)) => {
            let ignored = NOT_OF_CELLS.iter().chain(ABOUT_TEXT);
            excluded.extend(ignored.filter(|name| !included.contains(name)));
            let mut kept = subset(metadata, None, &Names::These(excluded));
            if kept.get("tags").is_some_and(is_empty) {
                kept.shift_remove("tags");
            }
            kept
        }
    }
}

/// Splits metadata by a filter for the root of a MyST header, where by
/// default everything may stand: what stays there, and what does not.
pub fn root_level_metadata(metadata: &Metadata, filter: Option<&str>) -> (Metadata, Metadata) {
    let filter = Filter::parse(filter.unwrap_or_default());
    let at_root = match (&filter.included, &filter.excluded) {
        (Names::These(included), Names::All) => subset(metadata, Some(included), &Names::default()),
        (_, excluded) => subset(metadata, None, excluded),
    };
    let elsewhere = metadata
        .iter()
        .filter(|(key, _)| !at_root.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    (at_root, elsewhere)
}

/// Returns whether text can hold metadata under this key.
pub fn is_valid_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.@/-".contains(&byte))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(elements) => elements.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// Returns the members with these names, but for the excluded ones.
fn subset(metadata: &Metadata, included: Option<&[&str]>, excluded: &Names<'_>) -> Metadata {
    let excluded = match excluded {
        Names::All => return Metadata::new(),
        Names::These(names) => names.as_slice(),
    };
    let mut kept = Metadata::new();
    let mut partly = Vec::new();
    for (key, value) in metadata {
        if !is_valid_key(key) || excluded.contains(&key.as_str()) {
            continue;
        }
        let Some(included) = included else {
            kept.insert(key.clone(), without(value, &below(key, excluded)));
            continue;
        };
        let inner = below(key, included);
        if !inner.is_empty() {
            partly.push((key, only(value, &inner)));
        } else if included.contains(&key.as_str()) {
            kept.insert(key.clone(), without(value, &below(key, excluded)));
        }
    }
    for (key, value) in partly {
        kept.insert(key.clone(), without(&value, &below(key, excluded)));
    }
    kept
}

/// Returns the names inside `key` that a filter has: `b` of `a.b` for `a`.
fn below<'a>(key: &str, names: &[&'a str]) -> Vec<&'a str> {
    let inside = |name: &&'a str| name.strip_prefix(key)?.strip_prefix('.');
    names.iter().filter_map(inside).collect()
}

/// Recursion is as deep as the dots in a filter.
fn only(value: &Value, names: &[&str]) -> Value {
    match value.as_object() {
        Some(members) => subset(members, Some(names), &Names::default()).into(),
        None => value.clone(),
    }
}

fn without(value: &Value, names: &[&str]) -> Value {
    match value.as_object() {
        Some(members) if !names.is_empty() => {
            subset(members, None, &Names::These(names.to_vec())).into()
        }
        Some(_) | None => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(json: &str) -> Metadata {
        serde_json::from_str(json).unwrap()
    }

    #[track_caller]
    fn check_notebook(filter: &str, expected: &str) {
        let all =
            metadata(r#"{"x": {"a": 1, "b": 2}, "kernelspec": {"name": "p", "env": 1}, "ä": 1}"#);
        let kept = notebook_metadata(&all, Some(filter));
        assert_eq!(serde_json::to_string(&kept).unwrap(), expected);
    }

    #[test]
    fn notebooks_keep_their_kernel() {
        check_notebook("", r#"{"kernelspec":{"name":"p","env":1}}"#);
        check_notebook("-kernelspec", "{}");
        check_notebook("-all", "{}");
        check_notebook("x,-all", r#"{"x":{"a":1,"b":2}}"#);
        check_notebook("all,-x", r#"{"kernelspec":{"name":"p","env":1}}"#);
    }

    #[test]
    fn dots_lead_inside() {
        check_notebook("x.b,-all", r#"{"x":{"b":2}}"#);
        check_notebook("-kernelspec.env", r#"{"kernelspec":{"name":"p"}}"#);
    }

    #[track_caller]
    fn check_cell(filter: Option<&str>, expected: &str) {
        let all = metadata(
            r#"{"tags": [], "scrolled": true, "lines_to_next_cell": 2, "a b": 1, "c": {"d": 1}}"#,
        );
        let kept = cell_metadata(&all, filter);
        assert_eq!(serde_json::to_string(&kept).unwrap(), expected);
    }

    #[test]
    fn cells_keep_what_people_wrote() {
        check_cell(None, r#"{"c":{"d":1}}"#);
        check_cell(Some("scrolled"), r#"{"scrolled":true,"c":{"d":1}}"#);
        check_cell(Some("-c"), "{}");
        check_cell(Some("c,-all"), r#"{"c":{"d":1}}"#);
    }

    #[test]
    fn the_root_takes_all_but_what_is_excluded() {
        let all = metadata(r#"{"a": 1, "b": 2}"#);
        let (at_root, elsewhere) = root_level_metadata(&all, Some("-b"));
        assert_eq!(at_root, metadata(r#"{"a": 1}"#));
        assert_eq!(elsewhere, metadata(r#"{"b": 2}"#));
    }
}
