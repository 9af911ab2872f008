//! Reads percent scripts, also those with uncommented magics.

use serde_json::Value;

use super::escape;
use super::marker::Marker;
use super::{Context, LINES_TO_NEXT_CELL, cell, comment_of, is_active, marker};
use crate::convert::languages::{self, Comment};
use crate::convert::magics;
use crate::convert::options;
use crate::convert::quotes::Quotes;
use crate::convert::{Format, Metadata, TextCell, TextNotebook, blank_lines, header};
use crate::error::Result;
use crate::notebook::CellKind;

/// Reads a script. `extension` has its dot; one that is of no language is
/// read as Python's. `format` is [`Format::Percent`], or
/// [`Format::Hydrogen`] if magics are not commented out.
///
/// # Errors
///
/// Fails if the header is no YAML.
pub fn read(text: &str, format: Format, extension: &str) -> Result<TextNotebook> {
    let lines = lines_of(text);
    let comment = comment_of(extension);
    let header = header::read(&lines, comment, extension)?;
    let mut metadata = header.metadata;
    let context = Context::of(&metadata, format, extension);
    let lines = lines.get(header.n_lines..).unwrap_or_default();
    let mut cells: Vec<TextCell> = header.first_cell.into_iter().collect();
    let mut has_json = false;
    let first = lines
        .iter()
        .position(|line| !line.is_empty())
        .unwrap_or(lines.len());
    let mut rest = lines.get(first..).unwrap_or_default();
    while !rest.is_empty() {
        let (read, end) = read_cell(rest, &context);
        cells.push(read.cell);
        has_json |= read.has_json;
        rest = rest.get(end..).unwrap_or_default();
    }
    note_settings(&mut metadata, &context, has_json);
    header::drop_representation(&mut metadata);
    Ok(TextNotebook { metadata, cells })
}

/// Returns the lines of a text, whatever ends them.
pub(in crate::convert) fn lines_of(text: &str) -> Vec<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines: Vec<&str> = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .collect();
    // What ends in a line end has no line behind it.
    if lines.last() == Some(&"") {
        lines.pop();
    }
    lines
}

/// Notes in metadata what the text tells beside its header: the language, if
/// that is not Python and nothing else says it, and JSON for metadata.
pub(in crate::convert) fn note_settings(
    metadata: &mut Metadata,
    context: &Context,
    has_json: bool,
) {
    let has_language = languages::text_at(metadata, "kernelspec", "language").is_some()
        || context.language == "python";
    if has_language && !has_json {
        return;
    }
    let section = metadata
        .entry("jupytext")
        .or_insert_with(|| Metadata::new().into());
    if let Value::Object(section) = section {
        if !has_language {
            section.insert("main_language".to_owned(), context.language.clone().into());
        }
        if has_json {
            section.insert("cell_metadata_json".to_owned(), true.into());
        }
    }
}

/// A cell, and how its metadata was spelled.
pub(super) struct Read {
    pub(super) cell: TextCell,
    pub(super) has_json: bool,
    /// The language that the marker tells.
    pub(super) language: Option<String>,
}

/// Reads the cell that `lines` start with, and returns it with the number of
/// lines up to the next one.
pub(super) fn read_cell(lines: &[&str], context: &Context) -> (Read, usize) {
    let options = lines.first().and_then(|line| marker(line, context.comment));
    let mut marker = options.map(Marker::parse).unwrap_or_default();
    let kind = cell_kind(&mut marker);
    let end = cell_end(lines, kind, marker.language.as_deref(), context);
    let n_marker = usize::from(options.is_some());
    let cell_lines = lines.get(..end).unwrap_or_default();
    let next = lines.get(end..).unwrap_or_default();
    let is_comment = marker.escapes.lines || !is_written_as_code(kind, &marker, context);
    let is_text = is_comment && kind != CellKind::Code;
    let is_closed = is_comment || marker.escapes.quotes;
    let split = split_blank_lines(cell_lines, next, n_marker, is_closed, &marker, context);
    let mut body: Vec<&str> = cell_lines
        .get(n_marker..split.content_end)
        .unwrap_or_default()
        .to_vec();
    if marker.escapes.quotes {
        body.pop();
    }
    let hides_gonb = context.language == "go" && marker.language.is_none();
    let mut cell_marker = None;
    let mut source = if marker.escapes.lines {
        let line = |line: &&str| escape::show_line(context.comment.uncommented(line));
        joined(body.iter().map(line))
    } else if let Some(quoted) = unquoted(&body, is_text, context) {
        cell_marker = Some(quoted.marker);
        quoted.source
    } else if is_comment {
        joined(body.iter().map(|line| {
            let line = context.comment.uncommented(line);
            let line = if marker.escapes.markers {
                escape::show_text_marker(line, context.comment)
            } else {
                line.to_owned()
            };
            if hides_gonb {
                without_gonb(&line)
            } else {
                line
            }
        }))
    } else {
        code_lines(&body, &marker, hides_gonb, context)
    };
    if !is_comment {
        source.push_str(&split.line_ends);
    }
    if marker.escapes.crlf {
        source = source.replace('\n', "\r\n");
    }
    let is_empty = body.is_empty() && split.line_ends.is_empty();
    let has_magic = marker.language.is_some();
    let mut read = cell(kind, source, marker.metadata);
    if has_magic {
        restore_magic(&mut read, is_empty, context);
    }
    if let Some(marker) = cell_marker {
        read.metadata
            .insert("cell_marker".to_owned(), marker.into());
    }
    if let Some(n_lines) = split.lines_to_next_cell {
        read.metadata
            .insert(LINES_TO_NEXT_CELL.to_owned(), n_lines.into());
    }
    options::take_extras(&mut read);
    let read = Read {
        cell: read,
        has_json: marker.has_json,
        language: marker.language,
    };
    (read, end)
}

/// Returns the kind of a cell. A cell that no notebook runs is raw.
fn cell_kind(marker: &mut Marker) -> CellKind {
    if let Some(kind) = marker.escapes.kind.or(marker.kind) {
        return kind;
    }
    if is_active(".ipynb", &marker.metadata, true) {
        return CellKind::Code;
    }
    if marker.metadata.get("active").and_then(Value::as_str) == Some("") {
        marker.metadata.shift_remove("active");
    }
    CellKind::Raw
}

/// Returns whether the lines of a cell stand in the script as they are.
fn is_written_as_code(kind: CellKind, marker: &Marker, context: &Context) -> bool {
    if matches!(marker.kind, Some(CellKind::Markdown | CellKind::Raw)) {
        return false;
    }
    let is_own = marker
        .language
        .as_ref()
        .is_none_or(|language| languages::is_same(language, &context.language));
    let is_default = kind == CellKind::Code && is_own;
    is_active(&context.extension, &marker.metadata, is_default)
}

/// Returns where the next cell starts.
pub(super) fn cell_end(
    lines: &[&str],
    kind: CellKind,
    language: Option<&str>,
    context: &Context,
) -> usize {
    let mut quotes = Quotes::of(language.unwrap_or(&context.language));
    let is_text = kind != CellKind::Code;
    let mut fences = Fences::default();
    for (index, line) in lines.iter().enumerate() {
        let is_quoted = quotes.is_quoted();
        quotes.read(line);
        if is_quoted || index < fences.skip_to {
            continue;
        }
        if is_text && fences.open(lines, index, context.comment) {
            continue;
        }
        if index > 0 && marker(line, context.comment).is_some() {
            return index;
        }
    }
    lines.len()
}

/// Returns whether the lines of a cell leave a string open.
pub(super) fn is_left_open(lines: &[&str], language: Option<&str>, context: &Context) -> bool {
    let mut quotes = Quotes::of(language.unwrap_or(&context.language));
    for line in lines {
        quotes.read(line);
    }
    quotes.is_quoted()
}

/// Returns whether a fenced block of the first `n_lines` lines, a text cell,
/// ends behind them.
pub(super) fn fence_leaps(lines: &[&str], n_lines: usize, comment: Comment) -> bool {
    let mut fences = Fences::default();
    for index in 0..n_lines {
        if index >= fences.skip_to {
            fences.open(lines, index, comment);
        }
    }
    fences.skip_to > n_lines
}

/// The fenced blocks of a Markdown cell, in which lines that look like
/// markers are none.
#[derive(Debug, Default)]
struct Fences {
    /// The index behind the line that ends the block that is open.
    skip_to: usize,
    /// What was looked for in vain: the sign, the length, and how far.
    not_closed: Vec<(char, usize, usize)>,
}

impl Fences {
    /// Opens a block if one starts at this line and ends in this cell:
    /// before a line that is no comment.
    fn open(&mut self, lines: &[&str], index: usize, comment: Comment) -> bool {
        let line = lines.get(index).copied().unwrap_or_default();
        let Some((sign, length, info)) = fence(comment.uncommented(line)) else {
            return false;
        };
        if sign == '`' && info.contains('`') {
            return false;
        }
        let is_known = |&(known, shortest, end): &(char, usize, usize)| {
            known == sign && length >= shortest && index < end
        };
        if self.not_closed.iter().any(is_known) {
            return false;
        }
        let mut at = index + 1;
        while let Some(line) = lines.get(at)
            && line.starts_with(comment.prefix)
        {
            let closing = fence(comment.uncommented(line));
            let closes = |(closing, n_signs, info): (char, usize, &str)| {
                closing == sign && n_signs >= length && info.trim().is_empty()
            };
            at += 1;
            if closing.is_some_and(closes) {
                self.skip_to = at;
                return true;
            }
        }
        self.not_closed.push((sign, length, at));
        false
    }
}

/// Returns the sign and length of a fence, and what stands behind it.
fn fence(line: &str) -> Option<(char, usize, &str)> {
    let text = line.trim_start_matches(' ');
    let sign = text
        .chars()
        .next()
        .filter(|sign| matches!(sign, '`' | '~'))?;
    let info = text.trim_start_matches(sign);
    let length = text.len() - info.len();
    (line.len() - text.len() <= 3 && length >= 3).then_some((sign, length, info))
}

/// How the empty lines at the end of a cell are divided.
struct BlankLines {
    /// The index behind the last line that is not empty.
    content_end: usize,
    /// The line ends that belong to the source.
    line_ends: String,
    /// How many empty lines stand before the next cell, if that is not the
    /// usual number.
    lines_to_next_cell: Option<usize>,
}

fn split_blank_lines(
    lines: &[&str],
    next: &[&str],
    n_marker: usize,
    is_closed: bool,
    marker: &Marker,
    context: &Context,
) -> BlankLines {
    let n_blank = lines
        .iter()
        .skip(n_marker)
        .rev()
        .take_while(|line| line.is_empty())
        .count();
    let content_end = lines.len() - n_blank;
    let content = lines.get(..content_end).unwrap_or_default();
    let usual = blank_lines::between(content, next.iter().copied(), &context.extension);
    let is_last = next.is_empty();
    let lines_blank = n_blank;
    // The end of the last line is one of those that follow.
    let n_blank = n_blank + usize::from(is_last);
    let (n_own, n_between) = if is_closed {
        (0, n_blank)
    } else if let Some(asked) = marker.lines_to_next_cell {
        (n_blank.saturating_sub(asked), asked.min(n_blank))
    } else if context.is_exact {
        (n_blank.saturating_sub(usual), usual.min(n_blank))
    } else {
        // Two lines alone may be there for the look of it.
        let is_pair = lines_blank == 2 && lines.len() > 2;
        let n_between = if is_pair { 2 } else { lines_blank.min(1) };
        (lines_blank - n_between, n_between)
    };
    // Without a line of content, the first line of the source counts, too.
    let n_line_ends = if content.len() <= n_marker {
        n_own.saturating_sub(1)
    } else {
        n_own
    };
    BlankLines {
        content_end,
        line_ends: "\n".repeat(n_line_ends),
        lines_to_next_cell: (n_between != usual && !is_last).then_some(n_between),
    }
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the source of a cell that stands in the script as code.
fn code_lines(body: &[&str], marker: &Marker, hides_gonb: bool, context: &Context) -> String {
    let mut lines: Vec<String> = body.iter().map(|&line| line.to_owned()).collect();
    if marker.escapes.markers {
        for line in &mut lines {
            *line = escape::show_code_marker(line, context.comment);
        }
    }
    if context.comments_magics {
        let language = marker.language.as_ref().unwrap_or(&context.language);
        magics::uncomment_magics(&mut lines, language);
    }
    if hides_gonb {
        for line in &mut lines {
            *line = without_gonb(line);
        }
    }
    lines.join("\n")
}

/// Takes the sign off that hides `%%` of Go's kernel from the compiler.
pub(in crate::convert) fn without_gonb(line: &str) -> String {
    let mut text = line;
    let mut kept = String::new();
    while let Some(rest) = text.strip_prefix("//") {
        let inner = rest.trim_start();
        if let Some(magic) = inner.strip_prefix("gonb:%%") {
            return format!("{kept}%%{magic}");
        }
        kept.push_str(text.strip_suffix(inner).unwrap_or_default());
        text = inner;
    }
    line.to_owned()
}

/// The text of a string that a cell of a Python script is.
pub(in crate::convert) struct Quoted {
    pub(in crate::convert) source: String,
    pub(in crate::convert) marker: String,
}

/// Returns the text of a cell that is one triple quoted string.
pub(in crate::convert) fn unquoted(
    body: &[&str],
    is_text: bool,
    context: &Context,
) -> Option<Quoted> {
    if context.extension != ".py" || !is_text {
        return None;
    }
    let body = body.join("\n");
    let body = body.trim();
    for prefix in ["", "r", "R"] {
        for quotes in ["\"\"\"", "'''"] {
            let Some(text) = body
                .strip_prefix(prefix)
                .and_then(|body| body.strip_prefix(quotes))
                .and_then(|body| body.strip_suffix(quotes))
            else {
                continue;
            };
            let (start, text) = match text.strip_prefix('\n') {
                Some(text) => ("\n", text),
                None => ("", text),
            };
            let (end, text) = match text.strip_suffix('\n') {
                Some(text) => ("\n", text),
                None => ("", text),
            };
            let marker = match (start, end) {
                ("\n", "\n") => format!("{prefix}{quotes}"),
                _ => format!("{prefix}{quotes}{start},{end}{quotes}"),
            };
            return Some(Quoted {
                source: text.to_owned(),
                marker,
            });
        }
    }
    None
}

/// Puts the magic of another language back. A cell without a line below its
/// marker had none below its magic.
pub(in crate::convert) fn restore_magic(cell: &mut TextCell, is_empty: bool, context: &Context) {
    let language = cell.metadata.get("language").and_then(Value::as_str);
    // jupytext writes the notebook's own language only where metadata has it.
    if !context.is_ours && language == Some(&context.language) {
        cell.metadata.shift_remove("language");
        return;
    }
    let is_known = language.is_some_and(|language| {
        languages::is_magic_language(language)
            || context.custom_magics.iter().any(|name| name == language)
    });
    if is_known {
        languages::put_magic(cell, &context.language);
        if is_empty {
            cell.source.pop();
        }
    }
}
