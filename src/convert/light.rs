//! Reads scripts whose paragraphs are the cells: comments are Markdown, code
//! goes on to an empty line, or from `# +` to `# -`.
//!
//! Such scripts are not written: what a paragraph is depends on what stands
//! around it, so one edit changes many cells.

use serde_json::Value;

use super::languages::Comment;
use super::magics::{self, Place, is_magic};
use super::percent::{
    Context, Marker, cell, is_active, lines_of, note_settings, restore_magic, unquoted,
    without_gonb,
};
use super::quotes::Quotes;
use super::settings::TextSettings;
use super::{Format, TextCell, TextNotebook, blank_lines, header, options};
use crate::error::Result;
use crate::notebook::CellKind;

/// Reads a script without markers. `extension` has its dot; one that is of no
/// language is read as Python's.
///
/// # Errors
///
/// Fails if the header is no YAML.
pub fn read(text: &str, extension: &str) -> Result<TextNotebook> {
    let lines = lines_of(text);
    let comment = super::percent::comment_of(extension);
    let header = header::read(&lines, comment, extension)?;
    let mut metadata = header.metadata;
    let body = lines.get(header.n_lines..).unwrap_or_default();
    let markers = TextSettings::of(&metadata)
        .cell_markers
        .or_else(|| found_markers(body, comment));
    let reader = Reader {
        context: Context::of(&metadata, Format::Light, extension),
        signs: Signs::of(markers.as_deref()),
        continues_indented: continues_indented(body),
    };
    let mut cells: Vec<TextCell> = header.first_cell.into_iter().collect();
    let mut has_json = false;
    let mut rest = body;
    while !rest.is_empty() {
        let (cell, n_lines) = reader.read_cell(rest, &mut has_json);
        cells.push(cell);
        rest = rest.get(n_lines.max(1)..).unwrap_or_default();
    }
    note_settings(&mut metadata, &reader.context, has_json);
    header::drop_representation(&mut metadata);
    Ok(TextNotebook { metadata, cells })
}

/// Returns the signs of folding editors, if the text has such regions.
fn found_markers(lines: &[&str], comment: Comment) -> Option<String> {
    let has = |sign: &str| {
        let is_start = |line: &&str| behind_sign(line, sign, comment).is_some();
        lines.iter().any(is_start)
    };
    if has("{{{") {
        Some("{{{,}}}".to_owned())
    } else {
        has("region").then(|| "region,endregion".to_owned())
    }
}

/// Returns what stands behind a comment and a sign.
fn behind_sign<'a>(line: &'a str, sign: &str, comment: Comment) -> Option<&'a str> {
    line.strip_prefix(comment.prefix)?
        .trim_start()
        .strip_prefix(sign)
}

/// What starts and ends the cells that say so.
struct Signs {
    start: String,
    /// `None` for `-`, or what a cell says itself.
    end: Option<String>,
}

impl Signs {
    fn of(markers: Option<&str>) -> Self {
        match markers.and_then(|markers| markers.split_once(',')) {
            Some((start, end)) if (start, end) != ("+", "-") => Self {
                start: start.to_owned(),
                end: Some(end.to_owned()),
            },
            _ => Self {
                start: "+".to_owned(),
                end: None,
            },
        }
    }
}

/// Where a cell ends.
struct End {
    /// The index behind its last line.
    content: usize,
    /// The index at which the next one can start.
    next: usize,
    /// Whether a line says that it ends.
    is_explicit: bool,
}

struct Reader {
    context: Context,
    signs: Signs,
    /// For each line of the text behind the header, whether the next one that
    /// is not blank, itself included, is indented.
    continues_indented: Vec<bool>,
}

impl Reader {
    /// Reads the cell that `lines` start with, and returns it with the number
    /// of lines it takes.
    fn read_cell(&self, lines: &[&str], has_json: &mut bool) -> (TextCell, usize) {
        let Context {
            extension, comment, ..
        } = &self.context;
        let first = lines.first().copied().unwrap_or_default();
        let options = behind_sign(first, &self.signs.start, *comment);
        let options = options.map(|options| {
            let options = options.trim_end();
            options.strip_suffix(comment.suffix).unwrap_or(options)
        });
        let mut marker = options.map(Marker::parse);
        *has_json |= marker.as_ref().is_some_and(|marker| marker.has_json);
        let mut kind = CellKind::Code;
        let is_end = self.is_end(first, None);
        let end = if marker.is_none() && !is_end && self.is_text(lines) {
            kind = CellKind::Markdown;
            let blank = lines.iter().position(|line| is_blank(line));
            End {
                content: blank.unwrap_or(lines.len()),
                next: blank.map_or(lines.len(), |index| index + 1),
                is_explicit: false,
            }
        } else {
            self.end_of_code(lines, &mut marker)
        };
        let start = usize::from(marker.is_some());
        let has_marker = marker.is_some();
        let mut marker = marker.unwrap_or_default();
        kind = marker.kind.unwrap_or(kind);
        marker.metadata.shift_remove("endofcell");
        let mut source = lines.get(start..end.content).unwrap_or_default();
        let whole = source;
        if extension == ".py" && end.is_explicit && ends_in_two_blank_lines(source) {
            source = source.get(..source.len() - 2).unwrap_or_default();
        }
        if kind == CellKind::Code && !is_active(".ipynb", &marker.metadata, true) {
            kind = CellKind::Raw;
            if marker.metadata.get("active").and_then(Value::as_str) == Some("") {
                marker.metadata.shift_remove("active");
                marker.kind = Some(CellKind::Raw);
            }
        }
        let (text, cell_marker) = self.content(source, &marker, kind, has_marker);
        let has_language = marker.language.is_some();
        let mut read = cell(kind, text, marker.metadata);
        if has_language {
            restore_magic(&mut read, source.is_empty(), &self.context);
        }
        if let Some(cell_marker) = cell_marker {
            read.metadata
                .insert("cell_marker".to_owned(), cell_marker.into());
        }
        let next = next_start(lines, &end);
        let rest = lines.get(next..).unwrap_or_default();
        let whole = if whole.is_empty() { &[""] } else { whole };
        let usual = blank_lines::between(whole, rest.iter().copied(), extension);
        let n_blank = next - end.content - usize::from(end.is_explicit);
        if !rest.is_empty() && n_blank != usual {
            read.metadata
                .insert("lines_to_next_cell".to_owned(), n_blank.into());
        }
        options::take_extras(&mut read);
        (read, next)
    }

    /// Returns whether a line ends a cell that said which line does.
    fn is_end(&self, line: &str, named: Option<&str>) -> bool {
        let Comment { prefix, .. } = self.context.comment;
        let line = line.trim_end();
        match &self.signs.end {
            Some(end) => {
                let text = line.strip_prefix(prefix).map(str::trim_start);
                text == Some(end.as_str())
            }
            None => named.is_some_and(|named| {
                let text = line.strip_prefix(prefix);
                text.and_then(|text| text.strip_prefix(' ')) == Some(named)
            }),
        }
    }

    /// Returns whether the first paragraph is nothing but comments.
    fn is_text(&self, lines: &[&str]) -> bool {
        let Comment { prefix, .. } = self.context.comment;
        for (index, line) in lines.iter().enumerate() {
            let Some(text) = line.strip_prefix(prefix) else {
                return index > 0 && is_blank(line);
            };
            let is_double = text.trim_start().starts_with(prefix);
            if !is_double && is_magic(line, &self.context.language, Place::Anywhere) {
                return false;
            }
        }
        true
    }

    /// Finds the end of a cell of code. A marker whose region does not end
    /// before the next one starts is no marker.
    fn end_of_code(&self, lines: &[&str], marker: &mut Option<Marker>) -> End {
        let language = marker.as_ref().and_then(|marker| marker.language.clone());
        let mut quotes = Quotes::of(language.as_ref().unwrap_or(&self.context.language));
        let named = marker.as_ref().map(|marker| {
            let named = marker.metadata.get("endofcell").and_then(Value::as_str);
            named.unwrap_or("-").to_owned()
        });
        let end = |content, next| End {
            content,
            next,
            is_explicit: false,
        };
        let skipped = usize::from(marker.is_some());
        for (index, line) in lines.iter().enumerate().skip(skipped) {
            let is_quoted = quotes.is_quoted();
            quotes.read(line);
            if is_quoted {
                continue;
            }
            if index > 0 && behind_sign(line, &self.signs.start, self.context.comment).is_some() {
                if self.signs.end.is_some() {
                    *marker = None;
                }
                let before = lines.get(..index).unwrap_or_default();
                let n_blank = before
                    .iter()
                    .rev()
                    .take(2)
                    .take_while(|line| is_blank(line));
                return end(index - n_blank.count(), index);
            }
            if named.is_some() {
                if self.is_end(line, named.as_deref()) {
                    return End {
                        is_explicit: true,
                        ..end(index, index + 1)
                    };
                }
            } else if is_blank(line) && !self.continues_indented(lines, index) {
                return match index {
                    0 if lines.get(1).is_some_and(|line| !is_blank(line)) => end(1, 1),
                    0 => end(1, 2.min(lines.len())),
                    _ => end(index, index + 1),
                };
            }
        }
        end(lines.len(), lines.len())
    }

    /// Returns whether the next line of `lines`, which go to the end of the
    /// text, that is not blank is indented.
    fn continues_indented(&self, lines: &[&str], index: usize) -> bool {
        let start = self.continues_indented.len() - lines.len();
        self.continues_indented.get(start + index) == Some(&true)
    }

    /// Returns the source of a cell, and the quotes it stood in, if any.
    fn content(
        &self,
        lines: &[&str],
        marker: &Marker,
        kind: CellKind,
        has_marker: bool,
    ) -> (String, Option<String>) {
        let context = &self.context;
        let is_default = kind == CellKind::Code;
        let is_text = !is_active(&context.extension, &marker.metadata, is_default)
            && marker.kind != Some(CellKind::Code);
        if let Some(quoted) = unquoted(lines, is_text && has_marker, context) {
            return (quoted.source, Some(quoted.marker));
        }
        let is_other = marker
            .language
            .as_ref()
            .is_some_and(|language| *language != context.language);
        let is_inactive = !is_active(&context.extension, &marker.metadata, true)
            || (marker.metadata.get("active").is_none() && is_other)
            || (kind == CellKind::Raw && marker.kind == Some(CellKind::Raw));
        let mut lines: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        if !is_inactive {
            if context.comments_magics {
                let place = if has_marker {
                    Place::Code
                } else {
                    Place::Anywhere
                };
                let language = marker.language.as_ref().unwrap_or(&context.language);
                magics::uncomment_magics_at(&mut lines, language, place);
            }
            if context.language == "go" && marker.language.is_none() {
                for line in &mut lines {
                    *line = without_gonb(line);
                }
            }
        }
        let is_commented = is_inactive || kind == CellKind::Markdown;
        for line in &mut lines {
            *line = if is_commented {
                context.comment.uncommented(line).to_owned()
            } else {
                self.without_escape(line)
            };
        }
        (lines.join("\n"), None)
    }

    /// Takes the comment sign off a line that would start a cell without it.
    fn without_escape(&self, line: &str) -> String {
        let Comment { prefix, .. } = self.context.comment;
        let inner = line.strip_prefix(prefix);
        let inner = inner.map(|inner| inner.strip_prefix(' ').unwrap_or(inner));
        match inner {
            Some(inner) if is_escaped_start(inner, prefix) => inner.to_owned(),
            _ => line.to_owned(),
        }
    }
}

/// Returns whether a line is `# +`, with one comment sign or more.
fn is_escaped_start(line: &str, prefix: &str) -> bool {
    let mut text = line;
    let mut is_comment = false;
    while let Some(inner) = text.strip_prefix(prefix) {
        text = inner.strip_prefix(' ').unwrap_or(inner);
        is_comment = true;
    }
    is_comment && text.starts_with('+')
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

fn ends_in_two_blank_lines(lines: &[&str]) -> bool {
    let mut last = lines.iter().rev().map(|line| is_blank(line));
    (last.next(), last.next(), last.next()) == (Some(true), Some(true), Some(false))
}

/// Returns for each line whether the next one that is not blank is indented.
fn continues_indented(lines: &[&str]) -> Vec<bool> {
    let mut is_indented = false;
    let mut found: Vec<bool> = lines
        .iter()
        .rev()
        .map(|line| {
            if !is_blank(line) {
                is_indented = line.starts_with(char::is_whitespace);
            }
            is_indented
        })
        .collect();
    found.reverse();
    found
}

/// Returns where the next cell starts: behind one blank line, or two behind
/// an explicit end.
fn next_start(lines: &[&str], end: &End) -> usize {
    let is = |offset: usize| lines.get(end.next + offset).map(|line| is_blank(line));
    match (is(0), is(1), is(2)) {
        (Some(true), Some(false), _) => end.next + 1,
        (Some(true), Some(true), Some(false)) if end.is_explicit => end.next + 2,
        _ => end.next,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CODE: CellKind = CellKind::Code;
    const MARKDOWN: CellKind = CellKind::Markdown;
    const RAW: CellKind = CellKind::Raw;

    #[track_caller]
    fn check(text: &str, extension: &str, expected: &[(CellKind, &str)]) {
        let read = read(text, extension).unwrap();
        let found: Vec<_> = read
            .cells
            .iter()
            .map(|cell| (cell.kind, &*cell.source))
            .collect();
        assert_eq!(found, expected);
    }

    /// The expected cells are what jupytext 1.19.6 reads.
    #[test]
    fn paragraphs_are_cells() {
        check(
            "# Title\n#\n# text\n\nx = 1\ny = 2\n\ndef f():\n    a\n\n    b\n\n# %time x\n",
            ".py",
            &[
                (MARKDOWN, "Title\n\ntext"),
                (CODE, "x = 1\ny = 2"),
                (CODE, "def f():\n    a\n\n    b"),
                (CODE, "%time x"),
            ],
        );
    }

    #[test]
    fn explicit_cells_hold_empty_lines() {
        check(
            "# + tags=[\"a\"]\nx\n\ny\n# -\n\n# +\nz\n\n# + active=\"\"\n# raw\n\n# + [markdown] a=1\n# b\n",
            ".py",
            &[(CODE, "x\n\ny"), (CODE, "z"), (RAW, "raw"), (MARKDOWN, "b")],
        );
        check(
            "# + endofcell=\"--\"\n# # +\n# -\nx\n# --\n",
            ".py",
            &[(CODE, "# +\n# -\nx")],
        );
        check(
            "(* + a=1 *)\nlet x\n(* - *)\n",
            ".ml",
            &[(CODE, "let x\n(* - *)")],
        );
    }

    #[test]
    fn regions_of_editors_are_cells() {
        check(
            "# region A\nx\n\ny\n# endregion\n\nz\n",
            ".py",
            &[(CODE, "x\n\ny"), (CODE, "z")],
        );
        check("# {{{ a=1\nx\n\n\ny\n# }}}\n", ".py", &[(CODE, "x\n\n\ny")]);
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text: String, lines in prop::collection::vec(
            "(# |  )?(\\+|-|region|a|'''|)( a=1)?", 0..12)) {
            read(&text, ".py").ok();
            read(&lines.join("\n"), ".py").unwrap();
        }
    }
}
