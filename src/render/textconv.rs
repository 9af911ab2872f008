//! A notebook as text for programs that compare lines: `git log -p`, `blame`,
//! `grep`.
//!
//! What is noise leaves no trace, and no line says where in the notebook it
//! stands: numbers would change all lines behind a cell that was put in.

use std::borrow::Cow;
use std::io::{self, Write};

use super::RenderOptions;
use super::escape::{cut, printed, visible};
use super::metadata::{key_words, meant_metadata};
use super::outputs::{about, label, preview, units};
use super::show::kernel_name;
use super::unified::kind_name;
use super::values::{compact, counted, excerpts};
use crate::diff::{OutputUnit, cell_text, steady_line, text_digest};
use crate::json::Value;
use crate::notebook::{Notebook, Scope};

/// How many characters of a value, and how many columns of a line of an
/// output, are shown.
const MOST: usize = 200;

/// What lines begin with that are no source.
const MARKERS: &[&str] = &["%% ", "%  ", ">> ", "> "];

/// Stands behind a source that ends in a line feed, as few do.
const FINAL_NEWLINE: &str = "\\ newline at end";

/// A view of a widget is named anew in every run.
const WIDGET: &str = "application/vnd.jupyter.widget-view+json";

/// Writes a notebook as text that is good to compare by lines.
///
/// A cell begins with `%%` and what it is. Metadata and attachments follow in
/// lines with `%`, then the source as it is, but for a backslash before lines
/// that look like any of these. Lines of outputs begin with `>`.
pub fn textconv(
    notebook: &Notebook<'_>,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match kernel_name(notebook) {
        Some(kernel) => writeln!(out, "%% notebook {kernel}")?,
        None => writeln!(out, "%% notebook")?,
    }
    let metadata = notebook.metadata.as_ref();
    write_metadata(metadata, Scope::Notebook, out)?;
    for (index, cell) in notebook.cells.iter().enumerate() {
        writeln!(out, "\n%% {}", kind_name(cell.kind))?;
        write_metadata(cell.metadata.as_ref(), Scope::Cell, out)?;
        for (name, words) in key_words(cell, notebook.format) {
            write_key(&name, &words, out)?;
        }
        write_source(&cell_text(cell, notebook.format), out)?;
        for unit in units(notebook, &[index]) {
            write_output(&unit, options.output_lines, out)?;
        }
    }
    Ok(())
}

/// Writes a source, with a backslash before each line that could be taken for
/// one of ours, or for one that has such a backslash.
fn write_source(source: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in source.split_inclusive('\n') {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let mark = if looks_like_ours(line) { "\\" } else { "" };
        match line.strip_suffix('\r') {
            Some(line) => writeln!(out, "{mark}{}\r", visible(line))?,
            None => writeln!(out, "{mark}{}", visible(line))?,
        }
    }
    if source.ends_with('\n') {
        writeln!(out, "{FINAL_NEWLINE}")?;
    }
    Ok(())
}

fn looks_like_ours(line: &str) -> bool {
    let rest = line.trim_start_matches('\\');
    MARKERS.iter().any(|marker| rest.starts_with(marker))
        || rest.len() < line.len() && FINAL_NEWLINE.trim_start_matches('\\') == rest
}

/// Writes metadata that people mean, a line for each key.
fn write_metadata(
    metadata: Option<&Value<'_>>,
    scope: Scope,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (name, value) in meant_metadata(metadata, scope) {
        // The first line of the text has the name of the kernel; the rest is
        // how one machine describes it.
        let first = name.split('.').next();
        if scope == Scope::Notebook && matches!(first, Some("kernelspec" | "language_info")) {
            continue;
        }
        write_key(&name, &compact(&value), out)?;
    }
    Ok(())
}

fn write_key(name: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let (shown, _) = excerpts(text, "", MOST);
    if shown == text {
        writeln!(out, "%  {name}: {shown}")
    } else {
        writeln!(out, "%  {name}: {shown} ({})", text_digest(text).hash)
    }
}

fn write_output(unit: &OutputUnit<'_>, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let label = label(unit);
    let Some(text) = preview(unit) else {
        if label == WIDGET {
            return writeln!(out, ">> {label}");
        }
        return writeln!(out, ">> {label}: {}", about(unit));
    };
    writeln!(out, ">> {label}")?;
    let steady = |line| visible(&steady_line(&printed(line))).into_owned();
    let lines: Vec<_> = text.trim_end().lines().map(steady).collect();
    let most = if lines.len() <= most.saturating_add(1) {
        lines.len()
    } else {
        most
    };
    let (shown, rest) = lines.split_at(most);
    for line in shown {
        match cut(line, MOST) {
            Cow::Borrowed(line) => writeln!(out, "> {line}")?,
            Cow::Owned(start) => writeln!(out, "> {start} ({})", text_digest(line).hash)?,
        }
    }
    if !rest.is_empty() {
        let hash = text_digest(&rest.join("\n")).hash;
        writeln!(out, "> … {} ({hash})", counted(rest.len(), "more line"))?;
    }
    Ok(())
}
