//! A notebook as a view on a JSON document: cells, sources, outputs, metadata,
//! for nbformat 1 to 4.5 and later minor versions.
//!
//! Reading is as tolerant as it can be without guessing: keys may be missing,
//! repeated, unknown or in any order. Old formats are seen through the rules
//! by which nbformat upgrades them; nothing is rewritten. A [`Cell`] keeps the
//! values it was made of, so that whatever is to be changed can be changed in
//! the file by an edit.

mod cell;
mod layout;
mod noise;
mod output;
mod source;
mod upgrade;

use std::fmt;

use crate::error::{Error, ErrorKind, LineColumn, Result};
use crate::json::{Document, Kind, Value};

pub use cell::{Cell, CellKind};
pub use layout::jupyter_layout;
pub use noise::{Noise, NoiseClass, Scope, noise};
pub use output::{Output, OutputKind};
pub use source::multiline_text;
pub use upgrade::upgrade;

/// The version of the notebook format.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct NbFormat {
    /// `nbformat`: 4 since 2014.
    pub major: u64,
    /// `nbformat_minor`.
    pub minor: u64,
}

/// A notebook in a document.
#[derive(Clone, Debug)]
pub struct Notebook<'a> {
    /// The document the notebook is in.
    pub document: &'a Document<'a>,
    /// The version of the format: what the file says, or else what its shape
    /// tells.
    pub format: NbFormat,
    /// The notebook's metadata, if it has any.
    pub metadata: Option<Value<'a>>,
    /// The arrays that hold the cells: one, or one for each worksheet.
    pub cell_arrays: Vec<Value<'a>>,
    /// The cells of all arrays.
    pub cells: Vec<Cell<'a>>,
    /// Arrays of cells that readers do not see: under a repeated key, of which
    /// the last counts, or under `cells` in a format that has `worksheets` and
    /// the other way round. They can hold outputs all the same.
    pub shadowed_arrays: Vec<Value<'a>>,
    /// The cells of the arrays that readers do not see.
    pub shadowed_cells: Vec<Cell<'a>>,
}

impl<'a> Notebook<'a> {
    /// Views a document as a notebook.
    ///
    /// # Errors
    ///
    /// Fails with [`ErrorKind::Shape`] if there are no cells where they should
    /// be, or something else stands where cells, metadata or outputs should.
    pub fn read(document: &'a Document<'a>) -> Result<Self> {
        let root = document.root();
        expect(&root, Kind::Object, format_args!(""))?;
        let mut notebook = Self {
            document,
            format: NbFormat { major: 4, minor: 0 },
            metadata: None,
            cell_arrays: Vec::new(),
            cells: Vec::new(),
            shadowed_arrays: Vec::new(),
            shadowed_cells: Vec::new(),
        };
        let (mut major, mut minor) = (None, None);
        let mut arrays: Vec<CellArrays<'a>> = Vec::new();
        for member in root.members() {
            let value = member.value;
            if member.key.is_str("cells") {
                expect(&value, Kind::Array, format_args!("/cells"))?;
                arrays.push(CellArrays {
                    in_worksheets: false,
                    arrays: vec![(value, "/cells".to_owned())],
                });
            } else if member.key.is_str("worksheets") {
                arrays.push(CellArrays {
                    in_worksheets: true,
                    arrays: worksheets(&value)?,
                });
            } else if member.key.is_str("metadata") {
                expect(&value, Kind::Object, format_args!("/metadata"))?;
                notebook.metadata = Some(value);
            } else if member.key.is_str("nbformat") {
                major = version(&value);
            } else if member.key.is_str("nbformat_minor") {
                minor = version(&value);
            }
        }
        let Some(last) = arrays.last() else {
            return Err(shape(&root, "", "it has neither `cells` nor `worksheets`"));
        };
        let major = major.unwrap_or_else(|| major_by_shape(last));
        notebook.format = NbFormat {
            major,
            minor: minor.unwrap_or(0),
        };
        let has_worksheets = matches!(major, 2..=3);
        let seen = arrays
            .iter()
            .rposition(|found| found.in_worksheets == has_worksheets)
            .unwrap_or(arrays.len() - 1);
        for (index, found) in arrays.iter().enumerate() {
            for (array, pointer) in &found.arrays {
                let shadowed = if index == seen {
                    Shadowed::No
                } else {
                    Shadowed::Yes
                };
                notebook.read_cells(array, pointer, shadowed)?;
            }
        }
        Ok(notebook)
    }

    /// Returns in how many arrays and objects each cell stands.
    pub fn cell_depth(&self) -> usize {
        let root = self.document.root();
        let is_in_root = |array: &Value<'_>| {
            let mut members = root.members();
            members.any(|member| member.value.span() == array.span())
        };
        // Below the root and `cells`, or `worksheets` and one of them, too.
        if self.cell_arrays.first().is_none_or(is_in_root) {
            2
        } else {
            4
        }
    }

    fn read_cells(&mut self, array: &Value<'a>, pointer: &str, shadowed: Shadowed) -> Result<()> {
        match shadowed {
            Shadowed::Yes => self.shadowed_arrays.push(*array),
            Shadowed::No => self.cell_arrays.push(*array),
        }
        for (index, value) in array.elements().enumerate() {
            let cell = Cell::read(value, format_args!("{pointer}/{index}"), self.format)?;
            match shadowed {
                Shadowed::Yes => self.shadowed_cells.push(cell),
                Shadowed::No => self.cells.push(cell),
            }
        }
        Ok(())
    }
}

/// The arrays of cells that one key of a notebook holds, with their pointers.
struct CellArrays<'a> {
    in_worksheets: bool,
    arrays: Vec<(Value<'a>, String)>,
}

/// Whether readers see a list of cells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shadowed {
    Yes,
    No,
}

/// Returns the arrays of cells that worksheets of nbformat 2 and 3 hold, with
/// their pointers.
fn worksheets<'a>(value: &Value<'a>) -> Result<Vec<(Value<'a>, String)>> {
    expect(value, Kind::Array, format_args!("/worksheets"))?;
    let mut arrays = Vec::new();
    for (index, worksheet) in value.elements().enumerate() {
        let pointer = format!("/worksheets/{index}");
        expect(&worksheet, Kind::Object, format_args!("{pointer}"))?;
        for member in worksheet.members() {
            if member.key.is_str("cells") {
                let pointer = format!("{pointer}/cells");
                expect(&member.value, Kind::Array, format_args!("{pointer}"))?;
                arrays.push((member.value, pointer));
            }
        }
    }
    Ok(arrays)
}

/// Returns a version number as people write it: 4, 4.0, "4".
fn version(value: &Value<'_>) -> Option<u64> {
    let text = match value.as_str() {
        Some(text) => text.into_owned(),
        None => String::from_utf8_lossy(value.raw()).into_owned(),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if fraction.bytes().all(|digit| digit == b'0') {
        whole.parse().ok()
    } else {
        None
    }
}

/// Returns the major version of a notebook that does not name it. Files of
/// version 1 never did: their cells have `code` or `text` where all others
/// have `input` or `source`.
fn major_by_shape(found: &CellArrays<'_>) -> u64 {
    if found.in_worksheets {
        return 3;
    }
    let mut cells = found.arrays.iter().flat_map(|(array, _)| array.elements());
    let is_version_1 = |cell: Value<'_>| {
        let has = |key| cell.get(key).is_some();
        (has("code") || has("text")) && !has("source")
    };
    if cells.next().is_some_and(is_version_1) {
        1
    } else {
        4
    }
}

/// Fails unless `value` is of this kind.
///
/// The pointer is only put together if it is needed.
fn expect(value: &Value<'_>, kind: Kind, pointer: fmt::Arguments<'_>) -> Result<()> {
    if value.kind() == kind {
        return Ok(());
    }
    let what = format!("expected {}, met {}", name(kind), name(value.kind()));
    Err(shape(value, &pointer.to_string(), &what))
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Number => "a number",
        Kind::String => "a string",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}

/// Returns an error about the value at `pointer`; the empty pointer is the
/// whole file.
fn shape(value: &Value<'_>, pointer: &str, what: &str) -> Error {
    let at = LineColumn::of(value.document().bytes(), value.span().start);
    let what = match pointer {
        "" => what.to_owned(),
        pointer => format!("`{pointer}`: {what}"),
    };
    ErrorKind::Shape { at, what }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn with<T>(json: &str, look: impl FnOnce(Notebook<'_>) -> T) -> T {
        let document = Document::read(json.as_bytes()).unwrap();
        look(Notebook::read(&document).unwrap())
    }

    #[track_caller]
    fn format_of(json: &str) -> (u64, u64) {
        with(json, |notebook| {
            (notebook.format.major, notebook.format.minor)
        })
    }

    #[track_caller]
    fn refuses(json: &str, message: &str) {
        let document = Document::read(json.as_bytes()).unwrap();
        let error = Notebook::read(&document).unwrap_err();
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn versions_are_read_however_they_are_written() {
        assert_eq!(
            format_of(r#"{"cells":[],"nbformat":4,"nbformat_minor":5}"#),
            (4, 5)
        );
        assert_eq!(format_of(r#"{"cells":[],"nbformat":"4"}"#), (4, 0));
        assert_eq!(
            format_of(r#"{"cells":[],"nbformat":4.0,"nbformat_minor":99}"#),
            (4, 99)
        );
        assert_eq!(format_of(r#"{"cells":[],"nbformat":4.5}"#), (4, 0));
    }

    #[test]
    fn a_missing_version_is_told_by_the_shape() {
        assert_eq!(
            format_of(r#"{"cells":[{"cell_type":"code","source":""}]}"#).0,
            4
        );
        assert_eq!(
            format_of(r#"{"cells":[{"cell_type":"code","code":"1"}]}"#).0,
            1
        );
        assert_eq!(format_of(r#"{"worksheets":[{"cells":[]}]}"#).0, 3);
    }

    #[test]
    fn cells_of_all_worksheets_are_seen() {
        let json = r#"{"nbformat":3,"worksheets":[
            {"cells":[{"cell_type":"code","input":"a"}]},
            {},
            {"cells":[{"cell_type":"code","input":"b"},{"cell_type":"markdown","source":"c"}]}]}"#;
        let texts: Vec<_> = with(json, |notebook| {
            notebook
                .cells
                .iter()
                .map(|cell| cell.text().into_owned())
                .collect()
        });
        assert_eq!(texts, ["a", "b", "c"]);
    }

    #[test]
    fn of_repeated_lists_the_last_counts_and_the_others_are_not_forgotten() {
        let json = r#"{"cells":[{"cell_type":"raw","source":"a"}],"cells":[]}"#;
        with(json, |notebook| {
            assert_eq!(notebook.cells.len(), 0);
            assert_eq!(notebook.shadowed_cells.len(), 1);
        });
    }

    #[test]
    fn the_format_says_which_list_counts() {
        let cells = r#"{"cells":[{"cell_type":"raw","source":"a"}],"worksheets":[],"nbformat":4}"#;
        with(cells, |notebook| assert_eq!(notebook.cells.len(), 1));
        let worksheets =
            r#"{"nbformat":3,"worksheets":[{"cells":[{"cell_type":"raw"}]}],"cells":[]}"#;
        with(worksheets, |notebook| assert_eq!(notebook.cells.len(), 1));
        let only = r#"{"nbformat":3,"cells":[{"cell_type":"raw"}]}"#;
        with(only, |notebook| assert_eq!(notebook.cells.len(), 1));
    }

    #[test]
    fn errors_name_the_place_by_line_and_pointer() {
        refuses(
            "[]",
            "not a notebook at line 1, column 1: expected an object, met an array",
        );
        refuses(
            " {}",
            "not a notebook at line 1, column 2: it has neither `cells` nor `worksheets`",
        );
        refuses(
            "{\n\"cells\": null}",
            "not a notebook at line 2, column 10: `/cells`: expected an array, met null",
        );
        refuses(
            r#"{"cells":[],"metadata":null}"#,
            "not a notebook at line 1, column 24: `/metadata`: expected an object, met null",
        );
        refuses(
            r#"{"cells":[1]}"#,
            "not a notebook at line 1, column 11: `/cells/0`: expected an object, met a number",
        );
        refuses(
            r#"{"worksheets":[{"cells":[{"outputs":{}}]}]}"#,
            "not a notebook at line 1, column 37: `/worksheets/0/cells/0/outputs`: \
             expected an array, met an object",
        );
        refuses(
            r#"{"cells":[{"metadata":[]}]}"#,
            "not a notebook at line 1, column 23: `/cells/0/metadata`: \
             expected an object, met an array",
        );
    }
}
