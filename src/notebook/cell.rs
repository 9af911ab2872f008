//! One cell: what it is, and the values it is made of.

use std::borrow::Cow;
use std::fmt;

use super::source::multiline_text;
use super::{NbFormat, Output, expect};
use crate::error::Result;
use crate::json::{Kind, Value};

/// What a cell holds.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CellKind {
    /// A program, with its outputs.
    Code,
    /// Prose in Markdown. Headings, HTML and text of old formats are seen as
    /// such.
    Markdown,
    /// Text for nbconvert.
    Raw,
    /// Anything else, from the future or by mistake.
    Unknown,
}

/// A cell of a notebook.
///
/// Of repeated keys the last counts, as everywhere. What a cell does not have
/// is `None`.
#[derive(Clone, Debug)]
pub struct Cell<'a> {
    /// The whole cell: an object.
    pub value: Value<'a>,
    /// What the cell holds.
    pub kind: CellKind,
    /// The `id`, since nbformat 4.5.
    pub id: Option<Value<'a>>,
    /// The `source`; `input` of code in nbformat 2 and 3, `code` or `text` in
    /// nbformat 1.
    pub source: Option<Value<'a>>,
    /// The `execution_count`; `prompt_number` before nbformat 4.
    pub execution_count: Option<Value<'a>>,
    /// The `outputs`: an array, or `null`.
    pub outputs: Option<Value<'a>>,
    /// The `metadata`: an object.
    pub metadata: Option<Value<'a>>,
    /// The `attachments`.
    pub attachments: Option<Value<'a>>,
    /// The level of a heading cell of nbformat 3, from one.
    heading: Option<u64>,
    format: NbFormat,
}

impl<'a> Cell<'a> {
    /// Views a value as a cell. `pointer` is its place, for errors.
    pub(super) fn read(
        value: Value<'a>,
        pointer: fmt::Arguments<'_>,
        format: NbFormat,
    ) -> Result<Self> {
        expect(&value, Kind::Object, pointer)?;
        let mut cell = Self {
            value,
            kind: CellKind::Unknown,
            id: None,
            source: None,
            execution_count: None,
            outputs: None,
            metadata: None,
            attachments: None,
            heading: None,
            format,
        };
        let mut is_heading = false;
        let mut level = 1;
        for member in value.members() {
            let Some(key) = member.key.as_str() else {
                continue;
            };
            let value = member.value;
            let field = match (&*key, format.major) {
                ("cell_type", _) => {
                    let name = value.as_str().unwrap_or_default();
                    is_heading = format.major < 4 && name == "heading";
                    cell.kind = CellKind::named(&name, format);
                    continue;
                }
                ("level", ..=3) => {
                    level = value.as_u64().unwrap_or(1);
                    continue;
                }
                ("id", _) => &mut cell.id,
                ("source", _) | ("input", 2..=3) | ("code" | "text", 1) => &mut cell.source,
                ("execution_count", 4..) | ("prompt_number", ..=3) => &mut cell.execution_count,
                ("outputs", _) => {
                    if value.kind() != Kind::Null {
                        expect(&value, Kind::Array, format_args!("{pointer}/outputs"))?;
                    }
                    &mut cell.outputs
                }
                ("metadata", _) => {
                    expect(&value, Kind::Object, format_args!("{pointer}/metadata"))?;
                    &mut cell.metadata
                }
                ("attachments", _) => &mut cell.attachments,
                _ => continue,
            };
            *field = Some(value);
        }
        cell.heading = is_heading.then_some(level);
        Ok(cell)
    }

    /// Returns the text of the source as nbformat 4 has it: a heading of
    /// nbformat 3 is a line of Markdown.
    pub fn text(&self) -> Cow<'a, str> {
        let text = self.source.map_or(Cow::Borrowed(""), |source| {
            multiline_text(&source, self.format)
        });
        let Some(level) = self.heading else {
            return text;
        };
        // Markdown knows six levels; nbformat writes more, which nothing shows.
        let marks = "#".repeat(usize::try_from(level.clamp(1, 6)).unwrap_or(1));
        let lines: Vec<_> = text.lines().collect();
        Cow::Owned(format!("{marks} {}", lines.join(" ")))
    }

    /// Returns whether there is nothing but blanks in the source.
    pub fn is_blank(&self) -> bool {
        let source = self.source;
        source.is_none_or(|source| multiline_text(&source, self.format).trim().is_empty())
    }

    /// Returns the outputs in order; those that are no objects are left out.
    pub fn outputs(&self) -> impl Iterator<Item = Output<'a>> + use<'a> {
        let format = self.format;
        let elements = self.outputs.map(|outputs| outputs.elements());
        elements
            .into_iter()
            .flatten()
            .filter_map(move |value| Output::read(value, format))
    }

    /// Returns whether the cell's metadata has this tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        let tags = self.metadata.and_then(|metadata| metadata.get("tags"));
        tags.is_some_and(|tags| tags.elements().any(|element| element.is_str(tag)))
    }
}

impl CellKind {
    fn named(name: &str, format: NbFormat) -> Self {
        match (name, format.major) {
            ("code", _) => Self::Code,
            ("markdown", _) | ("heading" | "html", ..=3) | ("text", 1) => Self::Markdown,
            ("raw", _) => Self::Raw,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use crate::notebook::Notebook;

    #[track_caller]
    fn check(json: &str, expected: &[(CellKind, &str)]) {
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        let cells: Vec<_> = notebook
            .cells
            .iter()
            .map(|cell| (cell.kind, cell.text()))
            .collect();
        let cells: Vec<_> = cells.iter().map(|(kind, text)| (*kind, &**text)).collect();
        assert_eq!(cells, expected);
    }

    #[test]
    fn kinds_and_sources_of_version_4() {
        check(
            r#"{"nbformat":4,"cells":[
                {"cell_type":"code","source":["a\n","b"]},
                {"cell_type":"markdown","source":"c"},
                {"cell_type":"raw"},
                {"cell_type":"heading","source":"d"},
                {"source":"e"}]}"#,
            &[
                (CellKind::Code, "a\nb"),
                (CellKind::Markdown, "c"),
                (CellKind::Raw, ""),
                (CellKind::Unknown, "d"),
                (CellKind::Unknown, "e"),
            ],
        );
    }

    #[test]
    fn cells_of_version_3_are_seen_as_upgraded() {
        check(
            r#"{"nbformat":3,"worksheets":[{"cells":[
                {"cell_type":"code","input":["a","b"]},
                {"cell_type":"heading","level":2,"source":["One\n","two"]},
                {"cell_type":"heading","level":9,"source":"deep"},
                {"cell_type":"html","source":"<b>"}]}]}"#,
            &[
                (CellKind::Code, "a\nb"),
                (CellKind::Markdown, "## One two"),
                (CellKind::Markdown, "###### deep"),
                (CellKind::Markdown, "<b>"),
            ],
        );
    }

    #[test]
    fn cells_of_version_1_are_seen_as_upgraded() {
        check(
            r#"{"cells":[{"cell_type":"code","code":"a"},{"cell_type":"text","text":"b"}]}"#,
            &[(CellKind::Code, "a"), (CellKind::Markdown, "b")],
        );
    }

    #[test]
    fn tags_are_looked_up_in_the_metadata() {
        let json = r#"{"cells":[{"metadata":{"tags":["a","b c"]}},{"metadata":{"tags":"a"}}]}"#;
        let document = Document::read(json.as_bytes()).unwrap();
        let notebook = Notebook::read(&document).unwrap();
        assert!(notebook.cells[0].has_tag("b c"));
        assert!(!notebook.cells[0].has_tag("b"));
        assert!(!notebook.cells[1].has_tag("a"));
    }
}
