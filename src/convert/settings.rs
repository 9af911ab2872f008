//! What the `jupytext` section of a notebook's metadata asks for.

use serde_json::Value;

use super::Metadata;

/// Options of text, by jupytext's names.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct TextSettings {
    /// Which metadata of the notebook is written.
    pub notebook_metadata_filter: Option<String>,
    /// Which metadata stands at the root of a MyST header.
    pub root_level_metadata_filter: Option<String>,
    /// Which metadata of cells is written.
    pub cell_metadata_filter: Option<String>,
    /// Whether magics are commented out; `None` for what the format does.
    pub comment_magics: Option<bool>,
    /// Whether Markdown files hide their header in an HTML comment.
    pub hide_notebook_metadata: bool,
    /// Whether a header's other keys are the first, raw cell. They are if
    /// nobody says otherwise.
    pub root_level_metadata_as_raw_cell: bool,
    /// Whether Markdown cells start at headings.
    pub split_at_heading: bool,
    /// Whether cell metadata is written as JSON.
    pub cell_metadata_json: bool,
    /// What cells are put between, such as `"""` or `region,endregion`.
    pub cell_markers: Option<String>,
    /// More cell magics that are languages.
    pub custom_magics: Vec<String>,
    /// Whether the header says that empty lines beyond those between cells
    /// belong to the cell above. Only scripts with such cells say it.
    pub trailing_newlines: bool,
}

/// The key of [`TextSettings::trailing_newlines`] in what a header says about
/// its text.
pub(super) const TRAILING_NEWLINES: &str = "trailing_newlines";

impl TextSettings {
    /// Reads the options of a notebook.
    pub fn of(metadata: &Metadata) -> Self {
        let option = |key: &str| {
            metadata
                .get("jupytext")
                .and_then(|section| section.get(key))
        };
        let flag = |key: &str| option(key).and_then(Value::as_bool);
        let text = |key: &str| option(key).and_then(Value::as_str).map(str::to_owned);
        let names = ["custom_cell_magics", "custom_language_magics"];
        let trailing_newlines = option("text_representation")
            .and_then(|about| about.get(TRAILING_NEWLINES))
            .and_then(Value::as_bool);
        let custom_magics = names.iter().filter_map(|key| text(key));
        Self {
            notebook_metadata_filter: option("notebook_metadata_filter").and_then(filter_text),
            root_level_metadata_filter: option("root_level_metadata_filter").and_then(filter_text),
            cell_metadata_filter: option("cell_metadata_filter").and_then(filter_text),
            comment_magics: flag("comment_magics"),
            hide_notebook_metadata: flag("hide_notebook_metadata").unwrap_or(false),
            root_level_metadata_as_raw_cell: flag("root_level_metadata_as_raw_cell")
                .unwrap_or(true),
            split_at_heading: flag("split_at_heading").unwrap_or(false),
            cell_metadata_json: flag("cell_metadata_json").unwrap_or(false),
            cell_markers: text("cell_markers"),
            custom_magics: custom_magics
                .flat_map(|names| names.split(',').map(str::to_owned).collect::<Vec<_>>())
                .filter(|name| !name.is_empty())
                .collect(),
            trailing_newlines: trailing_newlines.unwrap_or(false),
        }
    }
}

impl Default for TextSettings {
    fn default() -> Self {
        Self::of(&Metadata::new())
    }
}

/// Returns a filter as text: old notebooks have booleans, or an object with
/// the lists of what comes and what goes.
fn filter_text(filter: &Value) -> Option<String> {
    let names = |key: &str, sign: &str| match filter.get(key) {
        Some(Value::String(all)) => vec![format!("{sign}{all}")],
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .map(|name| format!("{sign}{name}"))
            .collect(),
        _ => Vec::new(),
    };
    match filter {
        Value::Bool(true) => Some("all".to_owned()),
        Value::Bool(false) => Some("-all".to_owned()),
        Value::String(filter) => Some(filter.clone()),
        Value::Object(_) => Some(
            [names("additional", ""), names("excluded", "-")]
                .concat()
                .join(","),
        ),
        Value::Null | Value::Number(_) | Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_all_ages_are_understood() {
        let json = r#"{"jupytext": {"cell_metadata_filter": {"additional": ["a"], "excluded": "all"},
            "notebook_metadata_filter": false, "comment_magics": false,
            "custom_cell_magics": "kql", "custom_language_magics": "mermaid,"}}"#;
        let settings = TextSettings::of(&serde_json::from_str(json).unwrap());
        let expected = TextSettings {
            cell_metadata_filter: Some("a,-all".to_owned()),
            notebook_metadata_filter: Some("-all".to_owned()),
            comment_magics: Some(false),
            custom_magics: vec!["kql".to_owned(), "mermaid".to_owned()],
            ..TextSettings::default()
        };
        assert_eq!(settings, expected);
        assert!(settings.root_level_metadata_as_raw_cell);
    }
}
