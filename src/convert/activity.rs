//! Which files a cell is active in: some are for scripts or notebooks only.

use serde_json::Value;

use super::Metadata;

/// Returns whether a cell is active in files with this extension, given
/// without its dot: unless it is frozen, what its `active-` tag or its
/// `active` says, and `default` if there is neither.
pub(super) fn is_active(extension: &str, metadata: &Metadata, default: bool) -> bool {
    let frozen = metadata
        .get("run_control")
        .and_then(|control| control.get("frozen"));
    if frozen == Some(&Value::Bool(true)) {
        return extension == "ipynb";
    }
    let tags = metadata.get("tags").and_then(Value::as_array);
    let mut tags = tags.into_iter().flatten().filter_map(Value::as_str);
    if let Some(tag) = tags.find(|tag| tag.starts_with("active-")) {
        return tag.split('-').any(|part| part == extension);
    }
    match metadata.get("active").and_then(Value::as_str) {
        Some(active) => active.split(['.', ',']).any(|part| part == extension),
        None => default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_keys_say_where_cells_are_active() {
        #[track_caller]
        fn check(json: &str, expected: [bool; 3]) {
            let metadata = serde_json::from_str(json).unwrap();
            let active = ["ipynb", "md", "py"].map(|ext| is_active(ext, &metadata, true));
            assert_eq!(active, expected, "{json}");
        }
        check("{}", [true, true, true]);
        check(r#"{"active": ""}"#, [false, false, false]);
        check(r#"{"active": "ipynb,py"}"#, [true, false, true]);
        check(r#"{"tags": ["x", "active-md-py"]}"#, [false, true, true]);
        check(r#"{"run_control": {"frozen": true}}"#, [true, false, false]);
        check(r#"{"run_control": {"frozen": false}}"#, [true, true, true]);
    }
}
