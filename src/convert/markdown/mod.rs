//! Jupytext Markdown: code in fences, Markdown as it is, and comments around
//! what would be read as something else.
//!
//! The text is jupytext's, byte for byte, where jupytext reads it back as the
//! same cells. Where it would not, cells get the comments (`<!-- #region -->`)
//! that it knows for other cases, and blank ends that it loses are noted in
//! the header. That this holds is not left to rules: the text is read back
//! before anybody gets it.

mod cells;
mod read;
#[cfg(test)]
mod tests;

use crate::convert::ends;
use crate::convert::header;
use crate::convert::languages;
use crate::convert::placed::{Drift, LeavesOutBlank, drift, first_of_runs};
use crate::convert::settings::TextSettings;
use crate::convert::{Format, TextCell, TextNotebook, filter};
use crate::notebook::CellKind;
use cells::{Piece, Protection, Writer};
use read as reading;

pub use read::read;

/// How often a text is written with protection for single cells, before all
/// cells get it.
const ATTEMPTS: usize = 4;

/// Writes a notebook as Markdown. `extension` has its dot.
pub fn write(notebook: &TextNotebook, extension: &str) -> String {
    let mut notebook = notebook.clone();
    ends::take(&mut notebook.metadata);
    let settings = TextSettings::of(&notebook.metadata);
    let header = header::write(&notebook, Format::Markdown, extension, &settings);
    let body = write_body(&mut notebook, header.n_cells, extension, &settings);
    let header = header::write(&notebook, Format::Markdown, extension, &settings);
    let asked = header.lines_to_next_cell.unwrap_or(1);
    let text = join(&header.lines, asked, &body);
    let is_kept = |text: &str| {
        let read = read(text, extension);
        let same = |(old, new): (&TextCell, &TextCell)| old.source == new.source;
        read.is_ok_and(|read| {
            read.cells.len() == notebook.cells.len()
                && notebook.cells.iter().zip(&read.cells).all(same)
        })
    };
    if asked == 1 || is_kept(&text) {
        text
    } else {
        join(&header.lines, 1, &body)
    }
}

/// Puts the header and the cells together, with blank lines between.
fn join(header: &[String], n_blank: usize, body: &[String]) -> String {
    let mut text = String::new();
    let n_blank = if header.is_empty() { 0 } else { n_blank };
    let blank = std::iter::repeat_n("", n_blank);
    let header = header.iter().map(|line| &**line);
    for line in header.chain(blank).chain(body.iter().map(|line| &**line)) {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// Writes the cells behind the header, which holds the first `n_header`, and
/// notes in the notebook's metadata what the header has to say about them.
fn write_body(
    notebook: &mut TextNotebook,
    n_header: usize,
    extension: &str,
    settings: &TextSettings,
) -> Vec<String> {
    let TextNotebook { metadata, cells } = notebook;
    let cells = cells.get(n_header..).unwrap_or_default();
    let main_language = languages::main_language(metadata, extension);
    let writer = Writer {
        main_language: main_language.as_deref().unwrap_or("python"),
        settings,
    };
    let mut protection = vec![Protection::default(); cells.len()];
    let mut attempt = 0;
    loop {
        let body = lay_out(cells, &writer, &protection);
        let filter = settings.notebook_metadata_filter.as_deref();
        let kept = filter::notebook_metadata(metadata, filter);
        let lines: Vec<_> = body.lines.iter().map(|line| &**line).collect();
        let read = reading::cells(&lines, &kept, extension, settings);
        let is_last = attempt > ATTEMPTS;
        attempt += 1;
        if main_language.is_none() && read.language != "python" && !is_last {
            // Most cells are in another language, which would be taken for
            // the notebook's.
            set_option(metadata, "main_language", "python");
            continue;
        }
        let protected = match drift(cells, &body.marks, &read.cells, LeavesOutBlank::No) {
            Drift::Ends(ends) => {
                let holds_ends = ends.is_empty()
                    || filter::notebook_metadata(
                        &[("jupytext".to_owned(), serde_json::Value::Null)]
                            .into_iter()
                            .collect(),
                        filter,
                    )
                    .contains_key("jupytext");
                if holds_ends || is_last {
                    ends::note(metadata, &ends, cells.len());
                    return body.lines;
                }
                ends.iter().map(|end| end.cell).collect()
            }
            Drift::Cells(_) if is_last => return body.lines,
            Drift::Cells(wrong) if attempt < ATTEMPTS => first_of_runs(&wrong),
            Drift::Cells(_) => (0..cells.len()).collect(),
        };
        protect(cells, &mut protection, &protected);
    }
}

/// Sets an option in the `jupytext` section.
fn set_option(metadata: &mut crate::convert::Metadata, key: &str, value: &str) {
    let section = metadata
        .entry("jupytext")
        .or_insert_with(|| crate::convert::Metadata::new().into());
    if let Some(section) = section.as_object_mut() {
        section.insert(key.to_owned(), value.into());
    }
}

/// Protects cells that were read wrongly: Markdown by a region, others by the
/// blank lines around them and by a region of the Markdown before and behind.
fn protect(cells: &[TextCell], protection: &mut [Protection], wrong: &[usize]) {
    for &cell in wrong {
        let around = cell.saturating_sub(1)..(cell + 2).min(cells.len());
        let is_open = |index: usize, protection: &[Protection]| {
            cells[index].kind == CellKind::Markdown && !protection[index].in_region
        };
        if is_open(cell, protection) {
            protection[cell].in_region = true;
        } else {
            for index in around.clone() {
                protection[index].in_region |= is_open(index, protection);
            }
        }
        for index in around {
            protection[index].default_blank = true;
        }
    }
}

/// The text behind the header.
struct Body {
    lines: Vec<String>,
    /// Where each cell is: the line of its marker or first text.
    marks: Vec<Option<usize>>,
}

/// Writes cells one below the other.
fn lay_out(cells: &[TextCell], writer: &Writer<'_>, protection: &[Protection]) -> Body {
    let pieces: Vec<Piece> = cells
        .iter()
        .zip(protection)
        .map(|(cell, protection)| writer.piece(cell, *protection))
        .collect();
    let mut body = Body {
        lines: Vec::new(),
        marks: Vec::new(),
    };
    for (index, piece) in pieces.iter().enumerate() {
        let start = body.lines.len();
        let first = if piece.is_marked {
            Some(0)
        } else {
            let mut lines = piece.lines.iter();
            lines.position(|line| !ends::is_blank_line(line))
        };
        body.marks.push(first.map(|first| start + first));
        body.lines.extend_from_slice(&piece.lines);
        let mut blank = piece.lines_to_next_cell.unwrap_or(1);
        if let Some(next) = pieces.get(index + 1)
            && writer.needs_two_blank(piece, next)
        {
            blank += 1;
        }
        if index + 1 == pieces.len() {
            // The last line end is the file's.
            blank = blank.saturating_sub(1);
        }
        body.lines.extend(std::iter::repeat_n(String::new(), blank));
    }
    body
}
