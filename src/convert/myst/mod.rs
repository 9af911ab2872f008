//! `MyST` Markdown: code and raw cells as directives, Markdown as it is, with
//! `+++` between neighbours.
//!
//! The text is jupytext's, byte for byte, where jupytext reads it back as the
//! same cells. Markdown that other cells could not be told from stands in a
//! fence, behind `+++ {"verbatim": true}`, and blank ends, which the format
//! has no place for, are noted in the header. That this holds is not left to
//! rules: the text is read back before anybody gets it.

mod blocks;
mod header;
mod read;
#[cfg(test)]
mod tests;

use crate::convert::ends::{self, End};
use crate::convert::placed::{Drift, LeavesOutBlank, drift, first_of_runs};
use crate::convert::settings::TextSettings;
use crate::convert::{Metadata, TextCell, TextNotebook, fences, filter, options, yaml};
use crate::notebook::CellKind;
use read::{self as reading, DIRECTIVES};

pub use read::read;

/// How often a text is written with protection for single cells, before all
/// cells get it.
const ATTEMPTS: usize = 4;

/// Writes a notebook as `MyST` Markdown. `extension` has its dot.
pub fn write(notebook: &TextNotebook, extension: &str) -> String {
    let settings = TextSettings::of(&notebook.metadata);
    let (lexer, metadata) = header::metadata(&notebook.metadata, extension, &settings);
    let n_header = header::n_cells(notebook.cells.first(), &metadata, &settings);
    let (front_matter, cells) = notebook.cells.split_at(n_header);
    let writer = Writer {
        lexer: lexer.as_deref(),
        settings: &settings,
    };
    let (body, ends) = writer.body(cells);
    let mut metadata = metadata;
    if metadata.contains_key("jupytext") {
        ends::note(&mut metadata, &ends, cells.len());
    }
    let mut text = header::write(front_matter.first(), &metadata, &settings);
    let skipped = usize::from(text.is_empty());
    for line in body.iter().skip(skipped) {
        text.push_str(line);
        text.push('\n');
    }
    text.truncate(text.trim_end_matches(ends::is_blank).len());
    text.push('\n');
    text
}

/// The text behind the header.
struct Body {
    lines: Vec<String>,
    /// Where each cell is: the line of its directive or first text.
    marks: Vec<Option<usize>>,
}

/// What writing cells depends on.
struct Writer<'a> {
    lexer: Option<&'a str>,
    settings: &'a TextSettings,
}

impl Writer<'_> {
    /// Writes the cells, with blank ends that the text does not show.
    fn body<'c>(&self, cells: &'c [TextCell]) -> (Vec<String>, Vec<End<'c>>) {
        let metadata: Vec<_> = cells.iter().map(|cell| self.metadata(cell)).collect();
        // A blank cell is left out, and what is said about it with it.
        let mut protected: Vec<_> = cells
            .iter()
            .zip(&metadata)
            .map(|(cell, metadata)| !metadata.is_empty() && ends::trimmed(&cell.source).is_empty())
            .collect();
        for attempt in 0.. {
            let body = self.lay_out(cells, &metadata, &protected);
            let lines: Vec<_> = body.lines.iter().map(|line| &**line).collect();
            let read = reading::cells(&lines, 0);
            let wrong = match drift(cells, &body.marks, &read.cells, LeavesOutBlank::Yes) {
                Drift::Ends(ends) if read.error.is_none() => return (body.lines, ends),
                Drift::Ends(_) => Vec::new(),
                Drift::Cells(wrong) => wrong,
            };
            if attempt > ATTEMPTS {
                return (body.lines, Vec::new());
            }
            let wrong = if attempt == ATTEMPTS || wrong.is_empty() {
                (0..cells.len()).collect()
            } else {
                first_of_runs(&wrong)
            };
            for cell in wrong {
                protected[cell] = true;
            }
        }
        (Vec::new(), Vec::new())
    }

    /// Returns what a cell's metadata is in the text.
    fn metadata(&self, cell: &TextCell) -> Metadata {
        let filter = self.settings.cell_metadata_filter.as_deref();
        options::with_extras(cell, filter::cell_metadata(&cell.metadata, filter))
    }

    /// Writes cells one below the other, each behind a blank line.
    fn lay_out(&self, cells: &[TextCell], metadata: &[Metadata], protected: &[bool]) -> Body {
        let mut body = Body {
            lines: Vec::new(),
            marks: Vec::new(),
        };
        let mut is_behind_markdown = false;
        for ((cell, metadata), is_protected) in cells.iter().zip(metadata).zip(protected) {
            let is_markdown = cell.kind == CellKind::Markdown;
            body.lines.push(String::new());
            if is_markdown && (is_behind_markdown || *is_protected || !metadata.is_empty()) {
                body.lines.push(block_break(metadata, *is_protected));
                body.lines.push(String::new());
            }
            is_behind_markdown = is_markdown;
            let start = body.lines.len();
            let first = if is_markdown && !is_protected {
                let lines = source_lines(&cell.source);
                body.lines.extend(lines.map(str::to_owned));
                let mut text = body.lines.iter().skip(start);
                text.position(|line| !ends::is_blank_line(line))
            } else {
                body.lines.append(&mut self.directive(cell, metadata));
                Some(0)
            };
            body.marks.push(first.map(|first| start + first));
        }
        body
    }

    /// Writes a cell between fences.
    fn directive(&self, cell: &TextCell, metadata: &Metadata) -> Vec<String> {
        let is_markdown = cell.kind == CellKind::Markdown;
        let is_code = cell.kind == CellKind::Code;
        let mut source: Vec<_> = source_lines(&cell.source).collect();
        if is_markdown {
            // As it is, to the last blank line.
            source = cell.source.split('\n').collect();
        }
        let mut fence = fences::around(source.iter().copied());
        while source
            .iter()
            .any(|line| fences::ends_block(line, '`', fence.len()))
        {
            fence.push('`');
        }
        let [(_, code), (_, raw)] = DIRECTIVES;
        let mut opening = fence.clone();
        opening.push_str(match cell.kind {
            CellKind::Code => code,
            CellKind::Markdown => reading::VERBATIM_INFO,
            CellKind::Raw | CellKind::Unknown => raw,
        });
        if let Some(lexer) = self.lexer
            && is_code
        {
            opening.push(' ');
            opening.push_str(lexer);
        }
        let mut lines = vec![opening];
        if is_markdown {
            // The metadata stands before it, where jupytext looks for it.
        } else if !metadata.is_empty() {
            lines.append(&mut option_lines(metadata));
        } else if source
            .first()
            .is_some_and(|line| line.starts_with("---") || line.trim_start().starts_with(':'))
        {
            // Not options, then.
            lines.push(String::new());
        }
        lines.extend(source.into_iter().map(str::to_owned));
        lines.push(fence);
        lines
    }
}

/// Returns the lines of a source, without a line for the end of the last.
fn source_lines(source: &str) -> impl Iterator<Item = &str> {
    source.strip_suffix('\n').unwrap_or(source).split('\n')
}

/// Returns the line between two Markdown cells, with the metadata of the
/// second.
fn block_break(metadata: &Metadata, is_verbatim: bool) -> String {
    let mut metadata = metadata.clone();
    if is_verbatim {
        metadata.insert(reading::VERBATIM.to_owned(), true.into());
    }
    if metadata.is_empty() {
        "+++".to_owned()
    } else {
        format!("+++ {}", options::json_text(&metadata.into()))
    }
}

/// Writes the options of a directive: a line each, where that is enough, or
/// else as YAML.
fn option_lines(metadata: &Metadata) -> Vec<String> {
    let yaml = yaml::write(metadata, yaml::Style::Compact);
    let is_compact = yaml
        .lines()
        .all(|line| line.starts_with(char::is_alphabetic));
    if is_compact {
        let lines = yaml.lines().map(|line| format!(":{line}"));
        lines.chain([String::new()]).collect()
    } else {
        let rule = || ["---".to_owned()];
        let lines = yaml.lines().map(str::to_owned);
        rule().into_iter().chain(lines).chain(rule()).collect()
    }
}
