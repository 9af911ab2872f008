//! A notebook as text to review: what people wrote and, in short, what came
//! of it. Also for programs that compare lines: `git log -p`, `blame`, `grep`.
//!
//! What is noise leaves no trace, and no line says where in the notebook it
//! stands: numbers would change all lines behind a cell that was put in.

mod markdown;
mod pictures;
mod script;

use std::borrow::Cow;
use std::io::{self, Write};

use super::RenderOptions;
use super::escape::{cut, printed, visible};
use super::metadata::{key_words, meant_metadata};
use super::outputs::{about, label, preview, units};
use super::values::{compact, counted, excerpts};
use crate::convert::Metadata;
use crate::convert::languages::{self, Comment};
use crate::diff::{OutputUnit, steady_line, text_digest};
use crate::json::Value;
use crate::notebook::{Cell, Notebook, Scope};

pub use pictures::{PictureFile, pictures};

/// How many characters of a value, and how many columns of a line of an
/// output, are shown.
const MOST: usize = 200;

/// A view of a widget is named anew in every run.
const WIDGET: &str = "application/vnd.jupyter.widget-view+json";

/// What comments are written with where nobody says which language it is.
const HASH: Comment = Comment {
    prefix: "#",
    suffix: "",
};

/// What a notebook is written as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReviewForm<'a> {
    /// A script with `# %%` before each cell.
    Script(Comment),
    /// Markdown with fenced code.
    Markdown {
        /// Where links to pictures lead, with a `/` at the end; `None` for no
        /// links.
        pictures: Option<&'a str>,
    },
}

impl ReviewForm<'_> {
    /// Returns the script of a notebook's language.
    pub fn script_of(notebook: &Notebook<'_>) -> Self {
        let extension = extension(notebook);
        let script = extension.and_then(|extension| languages::by_extension(&extension));
        Self::Script(script.map_or(HASH, |script| script.comment))
    }
}

/// Returns the extension of scripts in a notebook's language, with its dot.
pub fn extension(notebook: &Notebook<'_>) -> Option<String> {
    let all = notebook.metadata?;
    let mut metadata = Metadata::new();
    for key in ["kernelspec", "language_info"] {
        let value = all.get(key).and_then(|value| {
            // What JSON does not know, such as `NaN`, tells no language.
            serde_json::from_slice(value.raw()).ok()
        });
        metadata.extend(value.map(|value| (key.to_owned(), value)));
    }
    languages::extension_of(&metadata)
}

/// Writes a notebook as text to review.
///
/// Different notebooks have different texts, but for noise: a line of a cell
/// that looks like one of ours has a backslash before it, and what is cut
/// short has a name for its content.
pub fn review(
    notebook: &Notebook<'_>,
    form: ReviewForm<'_>,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match form {
        ReviewForm::Script(comment) => script::write(notebook, comment, options, out),
        ReviewForm::Markdown { pictures } => markdown::write(notebook, pictures, options, out),
    }
}

/// Writes a notebook as the script that git compares by lines.
pub fn textconv(
    notebook: &Notebook<'_>,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    review(notebook, ReviewForm::script_of(notebook), options, out)
}

/// Returns a line for each key of the notebook's metadata that people mean.
fn notebook_lines(notebook: &Notebook<'_>) -> Vec<String> {
    let meant = meant_metadata(notebook.metadata.as_ref(), Scope::Notebook);
    let lines = meant.into_iter().filter_map(|(name, value)| {
        // The first line of the text has the name of the kernel; the rest is
        // how one machine describes it.
        let first = name.split('.').next();
        let is_kernel = matches!(first, Some("kernelspec" | "language_info"));
        (!is_kernel).then(|| key_line(&name, &compact(&value)))
    });
    lines.collect()
}

/// Returns a line for each key of a cell that people mean: metadata,
/// attachments, what the format does not know.
fn cell_lines(cell: &Cell<'_>, notebook: &Notebook<'_>) -> Vec<String> {
    let meant: Vec<(String, Value<'_>)> = meant_metadata(cell.metadata.as_ref(), Scope::Cell);
    let metadata = meant
        .iter()
        .map(|(name, value)| key_line(name, &compact(value)));
    let keys = key_words(cell, notebook.format);
    let keys = keys.iter().map(|(name, words)| key_line(name, words));
    metadata.chain(keys).collect()
}

fn key_line(name: &str, text: &str) -> String {
    let (shown, _) = excerpts(text, "", MOST);
    if shown == text {
        format!("{name}: {shown}")
    } else {
        format!("{name}: {shown} ({})", text_digest(text).hash)
    }
}

/// What is shown of an output.
struct Shown<'a> {
    unit: OutputUnit<'a>,
    /// What it is, and what it is about if it is not text.
    title: String,
    /// Its text, line by line.
    lines: Vec<String>,
}

/// Returns what is shown of each output of a cell; of text, `most` lines.
fn outputs_of<'a>(notebook: &'a Notebook<'a>, index: usize, most: usize) -> Vec<Shown<'a>> {
    let units = units(notebook, &[index]).into_iter();
    units.map(|unit| shown(unit, most)).collect()
}

fn shown(unit: OutputUnit<'_>, most: usize) -> Shown<'_> {
    let label = label(&unit);
    let (title, lines) = match preview(&unit) {
        Some(text) => (label, output_lines(&text, most)),
        None if label == WIDGET => (label, Vec::new()),
        None => (format!("{label}: {}", about(&unit)), Vec::new()),
    };
    Shown { unit, title, lines }
}

fn output_lines(text: &str, most: usize) -> Vec<String> {
    let steady = |line| visible(&steady_line(&printed(line))).into_owned();
    let lines: Vec<_> = text.trim_end().lines().map(steady).collect();
    let most = if lines.len() <= most.saturating_add(1) {
        lines.len()
    } else {
        most
    };
    let (shown, rest) = lines.split_at(most);
    let shown = shown.iter().map(|line| match cut(line, MOST) {
        Cow::Borrowed(line) => line.to_owned(),
        Cow::Owned(start) => format!("{start} ({})", text_digest(line).hash),
    });
    let mut shown: Vec<_> = shown.collect();
    if !rest.is_empty() {
        let hash = text_digest(&rest.join("\n")).hash;
        shown.push(format!("… {} ({hash})", counted(rest.len(), "more line")));
    }
    shown
}
