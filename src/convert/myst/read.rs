//! Reads cells from `MyST` Markdown: directives are code, raw and some
//! Markdown cells, and block breaks part the Markdown between.

use serde_json::Value;

use super::blocks::{self, BlockKind, Fenced};
use super::header;
use crate::convert::placed::{self, Placed};
use crate::convert::{Metadata, TextNotebook, ends, options, percent, yaml};
use crate::error::{Error, ErrorKind, LineColumn, Result};
use crate::notebook::CellKind;

/// The directives that are cells.
pub(super) const DIRECTIVES: [(CellKind, &str); 2] = [
    (CellKind::Code, "{code-cell}"),
    (CellKind::Raw, "{raw-cell}"),
];

/// The key behind a `+++` that says that the source of the next cell is what
/// stands in a fence of [`VERBATIM_INFO`].
pub(super) const VERBATIM: &str = "verbatim";

/// What stands behind the fence of a source.
pub(super) const VERBATIM_INFO: &str = "markdown";

/// Reads a `MyST` file as a notebook.
///
/// # Errors
///
/// Fails if the header or the options of a cell are no YAML, or if what
/// stands behind a `+++` is no JSON object.
pub fn read(text: &str) -> Result<TextNotebook> {
    let lines = placed::lines_of(text);
    let mut header = header::read(&lines)?;
    let behind = lines.get(header.n_lines..).unwrap_or_default();
    let mut body = cells(behind, header.n_lines);
    if let Some(error) = body.error.take() {
        return Err(error);
    }
    let mut cells: Vec<_> = body.cells.into_iter().map(|placed| placed.cell).collect();
    if let Some(list) = ends::take(&mut header.metadata) {
        ends::restore(&mut cells, &list);
    }
    if let Some(lexer) = body.lexer {
        header.note_lexer(lexer);
    }
    if let Some(source) = header.front_matter {
        cells.insert(0, percent::cell(CellKind::Raw, source, Metadata::new()));
    }
    Ok(TextNotebook {
        metadata: header.metadata,
        cells,
    })
}

/// The cells behind a header.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// The cells, in order.
    pub(super) cells: Vec<Placed>,
    /// The lexer of the first cell that names one.
    pub(super) lexer: Option<String>,
    /// The first thing that could not be read; the rest was.
    pub(super) error: Option<Error>,
}

/// Reads the cells of lines; `n_before` lines stand before them in the file.
pub(super) fn cells(lines: &[&str], n_before: usize) -> Body {
    let mut body = Body::default();
    let mut start = 0;
    let mut metadata = Metadata::new();
    for block in blocks::blocks(lines) {
        let own = &lines[block.start..block.end];
        match block.kind {
            BlockKind::Break => {
                body.push_markdown(lines, start..block.start, std::mem::take(&mut metadata));
                let said = own.first().and_then(|line| blocks::block_break(line));
                match break_metadata(said.unwrap_or_default(), n_before + block.start + 1) {
                    Ok(said) => metadata = said,
                    Err(error) => body.fail(error),
                }
            }
            BlockKind::Fence => {
                let fenced = blocks::fenced(own);
                let found = DIRECTIVES
                    .into_iter()
                    .find_map(|(kind, name)| Some((kind, fenced.info.strip_prefix(name)?)));
                if let Some((kind, lexer)) = found {
                    let said = std::mem::take(&mut metadata);
                    body.push_markdown(lines, start..block.start, said);
                    body.note_lexer(kind, lexer);
                    body.push_directive(kind, &fenced, block.start, n_before);
                } else if fenced.info == VERBATIM_INFO
                    && metadata
                        .get(VERBATIM)
                        .is_some_and(|is_verbatim| *is_verbatim == true)
                    && lines[start..block.start]
                        .iter()
                        .all(|line| ends::is_blank_line(line))
                {
                    let mut said = std::mem::take(&mut metadata);
                    said.shift_remove(VERBATIM);
                    let source = fenced.content.join("\n");
                    body.push(CellKind::Markdown, source, said, Some(block.start));
                } else {
                    continue;
                }
            }
        }
        start = block.end;
    }
    body.push_markdown(lines, start..lines.len(), metadata);
    body
}

impl Body {
    fn push(&mut self, kind: CellKind, source: String, metadata: Metadata, line: Option<usize>) {
        let mut cell = percent::cell(kind, source, metadata);
        options::take_extras(&mut cell);
        self.cells.push(Placed { cell, line });
    }

    fn note_lexer(&mut self, kind: CellKind, lexer: &str) {
        let lexer = lexer.trim();
        if kind == CellKind::Code && self.lexer.is_none() && !lexer.is_empty() {
            self.lexer = Some(lexer.to_owned());
        }
    }

    /// Adds the Markdown of these lines, if there is any.
    fn push_markdown(&mut self, lines: &[&str], range: std::ops::Range<usize>, metadata: Metadata) {
        let start = range.start;
        let text = lines[range].join("\n");
        let text = text
            .trim_end_matches(ends::is_blank)
            .trim_start_matches('\n');
        if text.is_empty() {
            return;
        }
        let mut behind = lines.iter().enumerate().skip(start);
        let line = behind.find(|(_, line)| !ends::is_blank_line(line));
        self.push(
            CellKind::Markdown,
            text.to_owned(),
            metadata,
            line.map(|(at, _)| at),
        );
    }

    /// Adds the cell of a directive.
    fn push_directive(
        &mut self,
        kind: CellKind,
        fenced: &Fenced<'_>,
        start: usize,
        n_before: usize,
    ) {
        let (metadata, content) = match directive(&fenced.content, n_before + start + 2) {
            Ok(read) => read,
            Err(error) => {
                self.fail(error);
                (Metadata::new(), &*fenced.content)
            }
        };
        let content = match content.split_first() {
            Some((first, rest)) if ends::is_blank_line(first) => rest,
            _ => content,
        };
        self.push(kind, content.join("\n"), metadata, Some(start));
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}

/// Reads what stands behind a `+++` in `line`, from one.
fn break_metadata(said: &str, line: usize) -> Result<Metadata> {
    if said.is_empty() {
        return Ok(Metadata::new());
    }
    serde_json::from_str(said).map_err(|error| {
        ErrorKind::Syntax {
            at: LineColumn { line, column: 1 },
            what: format!("an object was expected behind `+++`: {error}"),
        }
        .into()
    })
}

/// Splits the content of a directive into its options and the rest. `line` is
/// its first, from one.
fn directive<'a, 'l>(content: &'l [&'a str], line: usize) -> Result<(Metadata, &'l [&'a str])> {
    let Some(first) = content.first() else {
        return Ok((Metadata::new(), content));
    };
    let (yaml, rest) = if first.starts_with("---") {
        let behind = content.split_at(1).1;
        let end = behind.iter().position(|line| line.starts_with("---"));
        let (options, rest) = behind.split_at(end.unwrap_or(behind.len()));
        let rest = rest.split_at(usize::from(!rest.is_empty())).1;
        (yaml::read(&options.join("\n"), line + 1)?, rest)
    } else if first.trim_start().starts_with(':') {
        let is_option = |line: &&str| line.trim_start().starts_with(':');
        let n_options = content.iter().take_while(|line| is_option(line)).count();
        let (options, rest) = content.split_at(n_options);
        let options: Vec<_> = options
            .iter()
            .filter_map(|line| line.trim_start().strip_prefix(':'))
            .collect();
        (yaml::read(&options.join("\n"), line)?, rest)
    } else {
        return Ok((Metadata::new(), content));
    };
    // Behind options, jupytext takes an empty last line for the end of the
    // one before.
    let rest = match rest.split_last() {
        Some((&"", before)) => before,
        _ => rest,
    };
    Ok(match yaml {
        Value::Object(options) => (options, rest),
        Value::Null => (Metadata::new(), rest),
        // Something else that starts like options.
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            (Metadata::new(), content)
        }
    })
}
