//! A notebook as text to read: sources, and what they put out, in short.

use std::borrow::Cow;
use std::io::{self, Write};

use owo_colors::Style;

use super::escape::{cut, printed, visible};
use super::hunks::{CUT_HINT, Origin, Pen, new_tokens};
use super::line::{Blanks, pieces};
use super::metadata::{key_words, meant_metadata};
use super::outputs::{about, label, number, preview, units};
use super::rows::LineEnds;
use super::summary::version;
use super::syntax::{Language, language_of};
use super::unified::kind_name;
use super::values::{compact, counted, excerpts};
use super::{Detail, RenderOptions, Theme};
use crate::diff::{OutputUnit, cell_text};
use crate::json::{Kind, Value};
use crate::notebook::{Cell, Notebook, OutputKind, Scope};

/// How many characters of a value of metadata are shown.
const VALUE: usize = 200;

/// Writes a notebook as text to read.
pub fn show(
    notebook: &Notebook<'_>,
    options: &RenderOptions,
    theme: &Theme,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut pen = Pen {
        out,
        options,
        theme,
    };
    let kernel = kernel_name(notebook).map(|name| format!(" · {name}"));
    let header = format!(
        "notebook{} · nbformat {} · {}",
        kernel.unwrap_or_default(),
        version(notebook.format),
        counted(notebook.cells.len(), "cell")
    );
    pen.line(&header, theme.cell)?;
    if options.detail == Detail::All {
        write_metadata(&mut pen, notebook.metadata.as_ref(), Scope::Notebook)?;
    }
    for (index, cell) in notebook.cells.iter().enumerate() {
        writeln!(pen.out)?;
        pen.line(&header_of(index, cell), theme.cell)?;
        let text = cell_text(cell, notebook.format);
        write_source(&mut pen, &text, language_of(notebook, Some(cell)))?;
        write_metadata(&mut pen, cell.metadata.as_ref(), Scope::Cell)?;
        for (name, words) in key_words(cell, notebook.format) {
            let (words, _) = excerpts(&words, "", VALUE);
            pen.aside(&format!("{name}: {words}"))?;
        }
        for unit in units(notebook, &[index]) {
            write_output(&mut pen, &unit)?;
        }
    }
    Ok(())
}

fn write_source(
    pen: &mut Pen<'_>,
    text: &str,
    language: Option<&'static Language>,
) -> io::Result<()> {
    let lines = crate::diff::lines(text).into_iter().map(Cow::Borrowed);
    let lines: Vec<_> = lines.collect();
    let tokens = new_tokens(pen, &lines, &Origin::source(language));
    if tokens.is_empty() {
        return text
            .lines()
            .try_for_each(|line| writeln!(pen.out, "{}", visible(line)));
    }
    for (line, tokens) in lines.iter().zip(&tokens) {
        let (ends, blanks) = (LineEnds::Hidden, Blanks::AsTheyAre);
        let pieces = pieces(line, &Vec::new(), tokens, ends, blanks);
        pen.pieces(&pieces, Style::new(), Style::new())?;
    }
    Ok(())
}

/// Returns the name of the kernel that a notebook is for, or else its
/// language.
pub(super) fn kernel_name(notebook: &Notebook<'_>) -> Option<String> {
    let metadata = notebook.metadata?;
    let name = |object: &str| metadata.get(object)?.get("name")?.as_str();
    let name = name("kernelspec").or_else(|| name("language_info"))?;
    Some(cut(&visible(&name), VALUE).into_owned())
}

fn header_of(index: usize, cell: &Cell<'_>) -> String {
    let mut header = format!("cell {} · {}", index + 1, kind_name(cell.kind));
    let count = cell.execution_count;
    if let Some(count) = count.filter(|count| count.kind() == Kind::Number) {
        let count = compact(&count);
        header.extend([" · In [", &cut(&count, 12), "]"]);
    }
    header
}

fn write_metadata(pen: &mut Pen<'_>, metadata: Option<&Value<'_>>, scope: Scope) -> io::Result<()> {
    for (name, value) in meant_metadata(metadata, scope) {
        let (value, _) = excerpts(&compact(&value), "", VALUE);
        pen.aside(&format!("metadata.{name}: {value}"))?;
    }
    Ok(())
}

fn write_output(pen: &mut Pen<'_>, unit: &OutputUnit<'_>) -> io::Result<()> {
    let header = format!("{} ({})", number("output", &unit.range), label(unit));
    let Some(text) = preview(unit) else {
        return pen.line(&format!("{header}: {}", about(unit)), pen.theme.header);
    };
    pen.line(&header, pen.theme.header)?;
    let style = match unit.kind {
        OutputKind::Error => pen.theme.removed,
        OutputKind::Stream
        | OutputKind::DisplayData
        | OutputKind::ExecuteResult
        | OutputKind::Unknown => pen.theme.quiet,
    };
    let most = match pen.options.detail {
        Detail::Meant => pen.options.output_lines,
        Detail::All => usize::MAX,
    };
    let count = text.lines().count();
    let most = if count <= most.saturating_add(1) {
        count
    } else {
        most
    };
    for line in text.lines().take(most) {
        pen.line(&visible(&printed(line)), style)?;
    }
    if most < count {
        let lines = counted(count - most, "more line");
        pen.aside(&format!("… {lines} {CUT_HINT}"))?;
    }
    Ok(())
}
