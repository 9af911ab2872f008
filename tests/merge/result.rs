//! Reads what a merge wrote, by a reader that is not the program's own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A notebook as it is read back.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) value: Value,
}

impl Written {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let value = serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))?;
        Ok(Self { value })
    }

    pub(crate) fn cells(&self) -> &[Value] {
        self.value["cells"].as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn sources(&self) -> impl Iterator<Item = String> {
        self.cells().iter().map(source)
    }

    /// Returns how often each line stands in a source.
    pub(crate) fn line_counts(&self) -> BTreeMap<String, i64> {
        let sources: Vec<String> = self.sources().collect();
        count_lines(sources.iter().map(String::as_str))
    }

    /// Returns whether a source has a line that could start a conflict.
    pub(crate) fn has_marker(&self) -> bool {
        self.sources()
            .any(|source| source.lines().any(|line| line.starts_with("<<<<<<<")))
    }

    pub(crate) fn minor(&self) -> u64 {
        self.value["nbformat_minor"].as_u64().unwrap_or(0)
    }

    /// Checks the notebook against what the schema of nbformat 4 asks for.
    pub(crate) fn check(&self) -> Result<(), String> {
        keys(
            &self.value,
            "notebook",
            &["cells", "metadata", "nbformat", "nbformat_minor"],
            &[],
        )?;
        let mut ids = BTreeSet::new();
        for (index, cell) in self.cells().iter().enumerate() {
            let place = format!("cell {index}");
            check_cell(cell, &place, self.minor() >= 5)?;
            if let Some(id) = cell["id"].as_str() {
                let is_good = (1..=64).contains(&id.len())
                    && id
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
                if !is_good {
                    return Err(format!("{place}: the id '{id}' is not valid"));
                }
                if !ids.insert(id) {
                    return Err(format!("{place}: the id '{id}' is not the only one"));
                }
            }
        }
        Ok(())
    }
}

/// Returns the text of a cell.
pub(crate) fn source(cell: &Value) -> String {
    text(&cell["source"])
}

fn text(value: &Value) -> String {
    if let Value::String(text) = value {
        return text.clone();
    }
    let parts = value.as_array().into_iter().flatten();
    parts.filter_map(Value::as_str).collect()
}

/// Returns how often each line stands there, blank ones left out.
pub(crate) fn count_lines<'a>(sources: impl Iterator<Item = &'a str>) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for source in sources {
        for line in source.lines().filter(|line| !line.trim().is_empty()) {
            *counts.entry(line.to_owned()).or_default() += 1;
        }
    }
    counts
}

fn check_cell(cell: &Value, place: &str, has_ids: bool) -> Result<(), String> {
    let mut required = vec!["cell_type", "metadata", "source"];
    if has_ids {
        required.push("id");
    }
    let mut optional = Vec::new();
    match cell["cell_type"].as_str() {
        Some("code") => required.extend(["execution_count", "outputs"]),
        Some("markdown" | "raw") => optional.push("attachments"),
        _ => return Err(format!("{place}: no kind")),
    }
    keys(cell, place, &required, &optional)?;
    let parts = cell["source"].as_array();
    let is_text =
        cell["source"].is_string() || parts.is_some_and(|parts| parts.iter().all(Value::is_string));
    if !is_text {
        return Err(format!("{place}: the source is no text"));
    }
    if !cell["metadata"].is_object() {
        return Err(format!("{place}: the metadata is no object"));
    }
    let attachments = cell["attachments"].as_object();
    for (name, bundle) in attachments.into_iter().flatten() {
        if !bundle.is_object() {
            return Err(format!("{place}: the attachment {name} is no bundle"));
        }
    }
    for output in cell["outputs"].as_array().into_iter().flatten() {
        check_output(output, place)?;
    }
    Ok(())
}

fn check_output(output: &Value, place: &str) -> Result<(), String> {
    let required: &[&str] = match output["output_type"].as_str() {
        Some("stream") => &["output_type", "name", "text"],
        Some("display_data") => &["output_type", "data", "metadata"],
        Some("execute_result") => &["output_type", "data", "metadata", "execution_count"],
        Some("error") => &["output_type", "ename", "evalue", "traceback"],
        _ => return Err(format!("{place}: no type of output")),
    };
    keys(output, place, required, &[])
}

/// Checks that the object has the keys, and none but these and the optional.
fn keys(value: &Value, place: &str, required: &[&str], optional: &[&str]) -> Result<(), String> {
    let object = value.as_object();
    let object = object.ok_or_else(|| format!("{place} is no object"))?;
    if let Some(key) = required.iter().find(|key| !object.contains_key(**key)) {
        return Err(format!("{place}: no `{key}`"));
    }
    let mut all = object.keys().map(String::as_str);
    match all.find(|key| !required.contains(key) && !optional.contains(key)) {
        Some(key) => Err(format!("{place}: `{key}` does not belong there")),
        None => Ok(()),
    }
}
