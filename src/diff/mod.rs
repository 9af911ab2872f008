//! Diff: which old cell became which new cell, and what changed in it, as
//! plain data that points into both notebooks.
//!
//! [`diff_notebooks`] gives a [`NotebookDiff`]; how it is shown is the
//! business of [`crate::render`]. Noise, what machines write on their own, is
//! in the diff like everything else, marked as such: whoever shows it decides
//! whether it is worth a line.

mod align;
mod apply;
mod meaning;
mod noise;
mod outputs;
mod picture;
mod pointers;
mod summary;
mod table;
mod text;
mod value;
mod view;
mod words;

use crate::json::Value;
use crate::notebook::{CellKind, NbFormat, Notebook, Scope};
use outputs::diff_outputs;
use picture::compare_pictures;
use value::key_changes;
use view::{CellView, Upgrade, notebook_metadata};

pub use align::{Alignment, IDENTITY_THRESHOLD, Match, align};
pub(crate) use align::{Point, heaviest_chain, similarities};
pub use apply::{Content, apply, new_content};
pub use meaning::{
    Meaning, PictureDiff, Pixels, PointerChange, TableCell, TableDiff, TableLine, TableRow,
    Undecoded,
};
pub use noise::{NoiseClass, steady_line, terminal_text};
pub use outputs::{
    OutputDiff, OutputPart, OutputUnit, PartChange, PartContent, PartDiff, PartPlace, output_units,
};
pub use picture::picture;
pub use pointers::{NumbersChange, numbers_change};
pub use summary::Summary;
pub use text::{LineCounts, LineRun, TextDiff, lines};
pub use value::{Digest, KeyChange, digest, equal, is_base64, text_digest};
pub(crate) use value::{Fields, canonical, equal_options, exact_text, fields, is_noise};
pub(crate) use view::notebook_other;
pub use view::{CellKeys, cell_keys, cell_text};
pub use words::{LinePair, word_changes};

/// One thing as it was and as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Change<T> {
    /// As it was.
    pub old: T,
    /// As it is.
    pub new: T,
}

/// What changed between two versions of a notebook.
#[derive(Clone, Debug)]
pub struct NotebookDiff<'a> {
    /// The notebook as it was.
    pub old: &'a Notebook<'a>,
    /// The notebook as it is.
    pub new: &'a Notebook<'a>,
    /// Every cell of both notebooks, in exactly one entry: in the order of the
    /// new notebook, cells that are gone where they stood.
    pub cells: Vec<CellDiff<'a>>,
    /// Changed metadata of the notebook.
    pub metadata: Vec<KeyChange<'a>>,
    /// Other changed keys of the file's outermost object.
    pub other: Vec<KeyChange<'a>>,
    /// The version of the format, if it changed.
    pub format: Option<Change<NbFormat>>,
}

/// What became of a cell, or of several that were split or joined.
#[derive(Clone, Debug, Default)]
pub struct CellDiff<'a> {
    /// Indices of the old cells, from zero: none if the cell was added,
    /// several if cells were joined.
    pub old: Vec<usize>,
    /// Indices of the new cells, from zero: none if the cell was removed,
    /// several if a cell was split.
    pub new: Vec<usize>,
    /// Whether the cell stands elsewhere among those that stayed.
    pub moved: bool,
    /// What the cell is, if that changed.
    pub kind: Option<Change<CellKind>>,
    /// The source, if it changed. Sources of several cells are joined by line
    /// feeds. `None` for cells of one side, too: all of it is new or gone.
    pub source: Option<TextDiff<'a>>,
    /// The outputs that changed. Those of cells that are on one side only
    /// are not among them.
    pub outputs: Vec<OutputDiff<'a>>,
    /// The execution count, if it changed: noise.
    pub execution_count: Option<Change<Option<Value<'a>>>>,
    /// The id, if it changed: noise.
    pub id: Option<Change<Option<Value<'a>>>>,
    /// Changed metadata.
    pub metadata: Vec<KeyChange<'a>>,
    /// Changed attachments, by name.
    pub attachments: Vec<KeyChange<'a>>,
    /// Other changed keys of the cell.
    pub other: Vec<KeyChange<'a>>,
}

/// What is compared how.
#[derive(Clone, Debug, Default)]
pub struct DiffOptions {
    /// How many pixels of pictures are decoded for a notebook, both sides
    /// counted. Zero: none, and no two pictures with different bytes are the
    /// same.
    pub pixels: u64,
}

impl DiffOptions {
    /// The [`pixels`](Self::pixels) that people do not have to wait for: some
    /// fifty plots as they are drawn by default.
    pub const PIXELS: u64 = 32_000_000;
}

/// Returns what changed from `old` to `new`.
///
/// Notebooks before nbformat 4 are compared as nbformat would upgrade them.
/// How something is written does not count: strings or lists of lines,
/// escapes, the order of keys, what is missing or empty.
pub fn diff_notebooks<'a>(
    old: &'a Notebook<'a>,
    new: &'a Notebook<'a>,
    options: &DiffOptions,
) -> NotebookDiff<'a> {
    let mut diff = diff_aligned(old, new, align(old, new));
    let formats = Change {
        old: old.format,
        new: new.format,
    };
    compare_pictures(&mut diff.cells, formats, options.pixels);
    diff
}

fn diff_aligned<'a>(
    old: &'a Notebook<'a>,
    new: &'a Notebook<'a>,
    alignment: Alignment,
) -> NotebookDiff<'a> {
    let upgrade = Upgrade::between(old.format, new.format);
    let cells = alignment.matches.into_iter();
    NotebookDiff {
        old,
        new,
        cells: cells
            .map(|found| diff_cells(old, new, found, upgrade))
            .collect(),
        metadata: key_changes(
            &notebook_metadata(old, upgrade),
            &notebook_metadata(new, upgrade),
            Some(Scope::Notebook),
        ),
        other: key_changes(&notebook_other(old), &notebook_other(new), None),
        format: (old.format != new.format).then_some(Change {
            old: old.format,
            new: new.format,
        }),
    }
}

fn diff_cells<'a>(
    old: &'a Notebook<'a>,
    new: &'a Notebook<'a>,
    found: Match,
    upgrade: Upgrade,
) -> CellDiff<'a> {
    let mut diff = CellDiff {
        old: found.old,
        new: found.new,
        moved: found.moved,
        ..CellDiff::default()
    };
    if diff.old.is_empty() || diff.new.is_empty() {
        return diff;
    }
    if let ([old_at], [new_at]) = (diff.old.as_slice(), diff.new.as_slice())
        && old.format == new.format
        && let (Some(old), Some(new)) = (old.cells.get(*old_at), new.cells.get(*new_at))
        && old.value.raw() == new.value.raw()
    {
        return diff;
    }
    let old_view = CellView::of(old, &diff.old, upgrade);
    let new_view = CellView::of(new, &diff.new, upgrade);
    diff.kind = (old_view.kind != new_view.kind).then_some(Change {
        old: old_view.kind,
        new: new_view.kind,
    });
    diff.outputs = diff_outputs(&old_view.outputs, &new_view.outputs);
    diff.execution_count = value_change(old_view.execution_count, new_view.execution_count);
    if !is_id_of_upgrade(&old_view, old.format, new.format) {
        diff.id = value_change(old_view.id, new_view.id);
    }
    diff.metadata = key_changes(&old_view.metadata, &new_view.metadata, Some(Scope::Cell));
    diff.attachments = key_changes(&old_view.attachments, &new_view.attachments, None);
    diff.other = key_changes(&old_view.other, &new_view.other, None);
    if old_view.source != new_view.source {
        diff.source = Some(TextDiff::new(old_view.source, new_view.source));
    }
    diff
}

/// Returns whether a new id would say no more than that the format has ids
/// now.
fn is_id_of_upgrade(old: &CellView<'_>, old_format: NbFormat, new_format: NbFormat) -> bool {
    const IDS: NbFormat = NbFormat { major: 4, minor: 5 };
    old.id.is_none() && old_format < IDS && new_format >= IDS
}

fn value_change<'a>(
    old: Option<Value<'a>>,
    new: Option<Value<'a>>,
) -> Option<Change<Option<Value<'a>>>> {
    (!equal_options(old.as_ref(), new.as_ref())).then_some(Change { old, new })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use std::fmt::Write as _;

    /// Tells what changed in a line for each thing; `~` marks noise.
    #[track_caller]
    fn told(old: &str, new: &str) -> String {
        let (old, new) = (
            Document::read(old.as_bytes()).unwrap(),
            Document::read(new.as_bytes()).unwrap(),
        );
        let (old, new) = (Notebook::read(&old).unwrap(), Notebook::read(&new).unwrap());
        let diff = diff_notebooks(&old, &new, &DiffOptions::default());
        let mut text = String::new();
        let mut tell = |noise: bool, what: &str| {
            writeln!(text, "{}{what}", if noise { "~" } else { "" }).unwrap();
        };
        if diff.format.is_some() {
            tell(false, "format");
        }
        for key in diff.metadata.iter().chain(&diff.other) {
            tell(key.noise, &key.dotted());
        }
        for cell in &diff.cells {
            let at = format!("{:?} {:?}", cell.old, cell.new);
            if cell.source.is_some() {
                tell(false, &format!("{at} source"));
            }
            if cell.id.is_some() {
                tell(true, &format!("{at} id"));
            }
            if cell.execution_count.is_some() {
                tell(true, &format!("{at} count"));
            }
            for key in cell
                .metadata
                .iter()
                .chain(&cell.attachments)
                .chain(&cell.other)
            {
                tell(key.noise, &format!("{at} {}", key.dotted()));
            }
            for output in &cell.outputs {
                let at = format!("{at} {:?} {:?}", output.old, output.new);
                if output.parts.is_empty() {
                    tell(false, &at);
                }
                for part in &output.parts {
                    tell(part.noise, &format!("{at} {}", part.name));
                }
            }
        }
        text
    }

    /// A notebook of one code cell with these outputs.
    fn with_outputs(outputs: &str) -> String {
        format!(
            r#"{{"nbformat":4,"nbformat_minor":5,"metadata":{{}},"cells":[
               {{"cell_type":"code","metadata":{{}},"source":"x","outputs":[{outputs}]}}]}}"#
        )
    }

    #[track_caller]
    fn check_outputs(old: &str, new: &str, expected: &str) {
        assert_eq!(told(&with_outputs(old), &with_outputs(new)), expected);
    }

    #[test]
    fn an_upgrade_changes_the_format_and_nothing_else() {
        let old = r#"{"metadata":{"name":"x"},"nbformat":3,"nbformat_minor":0,"worksheets":[
            {"cells":[{"cell_type":"code","collapsed":false,"input":["a = 1"],"language":"python",
             "metadata":{},"outputs":[{"output_type":"pyout","prompt_number":1,"text":["1"]}],
             "prompt_number":1},
             {"cell_type":"heading","level":1,"source":["T"],"metadata":{}}],"metadata":{}}]}"#;
        let new = r##"{"cells":[{"cell_type":"code","execution_count":1,"id":"a","metadata":{},
            "outputs":[{"output_type":"execute_result","execution_count":1,"metadata":{},
             "data":{"text/plain":"1"}}],"source":"a = 1"},
            {"cell_type":"markdown","id":"b","metadata":{},"source":"# T"}],
            "metadata":{},"nbformat":4,"nbformat_minor":5}"##;
        assert_eq!(told(old, new), "format\n");
        assert_eq!(
            told(&old.replace("a = 1", "a = 2"), new),
            "format\n[0] [0] source\n"
        );
    }

    #[test]
    fn streams_are_one_text_however_they_are_cut() {
        let stream =
            |text: &str| format!(r#"{{"output_type":"stream","name":"stdout","text":"{text}"}}"#);
        let cut = [stream("a"), stream("b\\n"), stream("c\\n")].join(",");
        check_outputs(&cut, &stream("ab\\nc\\n"), "");
        check_outputs(&cut, &stream("ab\\nd\\n"), "[0] [0] 0..3 0..1 text\n");
        let odd = r#"{"output_type":"stream","name":"stderr","text":"e"}"#;
        let both = format!("{},{odd}", stream("ab\\nc\\n"));
        check_outputs(&cut, &both, "[0] [0] 3..3 1..2\n");
    }

    #[test]
    fn addresses_colors_and_counts_are_noise() {
        let shown = |text: &str, count: u32| {
            format!(
                r#"{{"output_type":"execute_result","metadata":{{}},"execution_count":{count},
                    "data":{{"text/plain":"{text}"}}}}"#
            )
        };
        check_outputs(
            &shown("<A at 0x7f0011223344>", 1),
            &shown("<A at 0x7f5566778899>", 2),
            "~[0] [0] 0..1 0..1 text/plain\n~[0] [0] 0..1 0..1 execution_count\n",
        );
        check_outputs(
            r#"{"output_type":"error","ename":"E","evalue":"v",
                "traceback":["\u001b[0;31mE\u001b[0m","Cell In[3], line 1"]}"#,
            r#"{"output_type":"error","ename":"E","evalue":"v",
                "traceback":["\u001b[31mE\u001b[39m","Cell In[4], line 1"]}"#,
            "~[0] [0] 0..1 0..1 traceback\n",
        );
    }

    #[test]
    fn mime_types_are_compared_one_by_one_in_any_order() {
        let shown = |data: &str| {
            format!(r#"{{"output_type":"display_data","metadata":{{}},"data":{{{data}}}}}"#)
        };
        let old = shown(r#""image/png":"aGVsbG8=\n","text/plain":"a","application/json":{"a":1}"#);
        let same =
            shown(r#""application/json":{"a": 1},"text/plain":["a"],"image/png":"aGVsbG8=""#);
        check_outputs(&old, &same, "");
        let new = shown(r#""application/json":{"a":1.0},"text/html":"b","image/png":"aGVsbG9=""#);
        check_outputs(
            &old,
            &new,
            "[0] [0] 0..1 0..1 application/json\n[0] [0] 0..1 0..1 text/html\n\
             [0] [0] 0..1 0..1 image/png\n[0] [0] 0..1 0..1 text/plain\n",
        );
    }

    #[test]
    fn outputs_that_stayed_are_found_between_those_that_did_not() {
        let shown = |text: &str| {
            format!(
                r#"{{"output_type":"display_data","metadata":{{}},"data":{{"text/plain":"{text}"}}}}"#
            )
        };
        let join = |texts: &[&str]| {
            let outputs: Vec<_> = texts.iter().map(|text| shown(text)).collect();
            outputs.join(",")
        };
        check_outputs(
            &join(&["first", "second", "third"]),
            &join(&["second", "third", "fourth"]),
            "[0] [0] 0..1 0..0\n[0] [0] 3..3 2..3\n",
        );
    }

    #[test]
    fn booleans_numbers_and_lone_surrogates_are_changes() {
        let notebook = |value: &str, source: &str| {
            format!(
                r#"{{"nbformat":4,"nbformat_minor":5,"metadata":{{"x":{value}}},"cells":[
                   {{"cell_type":"raw","id":"a","metadata":{{}},"source":"{source}"}}]}}"#
            )
        };
        let old = notebook("true", "\\ud83d");
        assert_eq!(told(&old, &notebook("1", "\\ud83d")), "x\n");
        assert_eq!(told(&old, &notebook("true", "\\ud83e")), "[0] [0] source\n");
        assert_eq!(told(&old, &old.replace("\"a\"", "\"b\"")), "~[0] [0] id\n");
    }
}
