//! Writes percent scripts.

use serde_json::Value;

use super::escape::{self, Escapes};
use super::read::{cell_end, fence_leaps, is_left_open, read_cell};
use super::{Context, LINES_TO_NEXT_CELL, active_tag, is_active, kind_word};
use crate::convert::languages::{self, Comment};
use crate::convert::magics::{self, Magics};
use crate::convert::options::{self, Lead, Spelling};
use crate::convert::settings::TextSettings;
use crate::convert::{Format, Metadata, TextCell, TextNotebook, blank_lines, filter, header};
use crate::notebook::CellKind;

/// Writes a notebook as a script. `extension` has its dot; one that is of no
/// language is written as Python's. `format` is [`Format::Percent`], or
/// [`Format::Hydrogen`] to leave magics as they are.
pub fn write(notebook: &TextNotebook, format: Format, extension: &str) -> String {
    let mut settings = TextSettings::of(&notebook.metadata);
    settings.trailing_newlines = notebook
        .cells
        .iter()
        .any(|cell| cell.kind == CellKind::Code && cell.source.ends_with('\n'));
    let header = header::write(notebook, format, extension, &settings);
    let described = header::described(notebook.metadata.clone(), format, extension, &settings);
    let writer = Writer {
        context: Context::of(&notebook.metadata, format, extension),
        reader: Context::of(&described, format, extension),
        has_language_options: format != Format::Hydrogen,
        settings,
    };
    let cells = notebook.cells.get(header.n_cells..).unwrap_or_default();
    let n_cells = cells.len();
    let mut written: Vec<Written> = cells
        .iter()
        .enumerate()
        .map(|(index, cell)| writer.write(cell, index + 1 == n_cells))
        .collect();
    for index in (0..written.len()).rev() {
        let (before, after) = written.split_at_mut(index + 1);
        if let (Some(cell), Some(source)) = (before.last_mut(), cells.get(index)) {
            place_blank_lines(cell, source, after, &writer.reader);
        }
    }
    let mut text = String::new();
    let mut put = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    header.lines.iter().for_each(|line| put(line));
    let n_blank = header.lines_to_next_cell.unwrap_or_else(|| {
        let lines: Vec<&str> = header.lines.iter().map(String::as_str).collect();
        blank_lines::between(&lines, lines_of(&written), extension)
    });
    if !written.is_empty() {
        (0..n_blank).for_each(|_| put(""));
    }
    lines_of(&written).for_each(put);
    text
}

/// A cell as lines.
struct Written {
    marker: String,
    /// Its lines, without empty ones at the end if they are code.
    body: Vec<String>,
    /// How many empty lines belong to the source.
    n_own_blank: usize,
    /// How many empty lines stand behind it, its own among them.
    n_blank: usize,
    /// Whether empty lines behind it cannot be its own.
    is_closed: bool,
    /// Whether the option `language` is the cell's own, not a magic's.
    keeps_language: bool,
    parts: Parts,
}

/// What a marker is made of.
#[derive(Clone, Debug)]
struct Parts {
    indent: String,
    /// A depth, a title and a kind.
    lead: String,
    metadata: Metadata,
    spelling: Spelling,
}

/// Returns the lines of cells, with the empty ones behind them.
fn lines_of(written: &[Written]) -> impl Iterator<Item = &str> + Clone {
    written.iter().flat_map(|cell| {
        let lines =
            std::iter::once(cell.marker.as_str()).chain(cell.body.iter().map(String::as_str));
        lines.chain(std::iter::repeat_n("", cell.n_blank))
    })
}

/// What is known when a cell is written.
struct Writer {
    context: Context,
    /// What is known when it is read back: what the header tells.
    reader: Context,
    settings: TextSettings,
    /// Whether language magics go into options.
    has_language_options: bool,
}

impl Writer {
    /// Writes a cell, and if it would not come back, writes it with more and
    /// more escapes until it does.
    fn write(&self, cell: &TextCell, is_last: bool) -> Written {
        let mut escapes = Escapes::default();
        let mut source = cell.source.clone();
        if source.contains('\r') {
            let plain = source.replace("\r\n", "\n");
            if !plain.contains('\r') && plain.replace('\n', "\r\n") == source {
                escapes.crlf = true;
                source = plain;
            } else {
                escapes.lines = true;
            }
        }
        let mut may_quote =
            cell.metadata.contains_key("cell_marker") || self.settings.cell_markers.is_some();
        loop {
            let written = self.attempt(cell, &source, escapes, may_quote);
            let flaw = flaw(&written, cell, &self.reader);
            // What the last cell leaves open swallows nothing.
            let Some(flaw) = flaw.filter(|flaw| !(is_last && *flaw == Flaw::Open)) else {
                return written;
            };
            let before = (escapes, may_quote);
            match flaw {
                Flaw::Start if !escapes.markers => escapes.markers = true,
                Flaw::Open if !escapes.quotes => escapes.quotes = true,
                Flaw::Kind if escapes.kind.is_none() => escapes.kind = Some(cell.kind),
                Flaw::Language if !escapes.language => escapes.language = true,
                Flaw::Start | Flaw::Kind | Flaw::Language | Flaw::Source | Flaw::Open => {
                    if may_quote {
                        may_quote = false;
                    } else {
                        escapes.lines = true;
                    }
                }
            }
            if (escapes, may_quote) == before {
                return written;
            }
        }
    }

    /// Writes a cell with these escapes. `source` has line feeds alone.
    fn attempt(&self, cell: &TextCell, source: &str, escapes: Escapes, may_quote: bool) -> Written {
        let Self {
            context, settings, ..
        } = self;
        let filter = settings.cell_metadata_filter.as_deref();
        let mut metadata = filter::cell_metadata(&cell.metadata, filter);
        let words = metadata.get(escape::OPTION).and_then(Value::as_str);
        if words.and_then(Escapes::of_words).is_some() {
            metadata.shift_remove(escape::OPTION);
        }
        let (body, language) = self.split_language(source, &mut metadata, escapes);
        let has_magic = body != Some(source);
        let is_raw = matches!(cell.kind, CellKind::Raw | CellKind::Unknown);
        let is_code = cell.kind == CellKind::Code
            || active_tag(&metadata).is_some()
            || (is_raw && active_names(&metadata));
        let is_own = languages::is_same(&language, &context.language);
        let is_active = is_active(&context.extension, &metadata, is_own);
        if is_raw && !active_names(&metadata) {
            metadata.shift_remove("active");
        }
        let is_as_is = is_code && is_active && !escapes.lines;
        let mut lines: Vec<String> = match body {
            Some(body) => body.split('\n').map(str::to_owned).collect(),
            None => Vec::new(),
        };
        let indent = if is_as_is {
            indent_of(&lines)
        } else {
            String::new()
        };
        if context.language == "go" && language == "go" && !escapes.lines {
            for line in &mut lines {
                *line = with_gonb(line);
            }
        }
        let mut n_own_blank = 0;
        let mut is_closed = true;
        if is_as_is {
            write_code(&mut lines, &language, context, escapes);
            if escapes.quotes {
                close_string(&mut lines, &language, context);
            } else {
                is_closed = false;
                let n_blank = lines
                    .iter()
                    .rev()
                    .take_while(|line| line.is_empty())
                    .count();
                lines.truncate(lines.len() - n_blank);
                // An empty source has no line at all.
                n_own_blank = if body == Some("") { 0 } else { n_blank };
            }
        } else {
            let markers = may_quote && !escapes.lines && cell.kind != CellKind::Code;
            let quotes = if markers {
                quotes_of(cell, source, settings, context)
            } else {
                None
            };
            match quotes {
                Some((left, right)) => {
                    let text = format!("{left}{source}{right}");
                    lines = text.split('\n').map(str::to_owned).collect();
                }
                None => write_comments(&mut lines, context.comment, escapes),
            }
            if escapes.quotes {
                close_string(&mut lines, &language, context);
            }
        }
        let kind = (!is_code).then_some(cell.kind);
        let lead = lead_of(&mut metadata, kind);
        if let Some(words) = escapes.words() {
            metadata.insert(escape::OPTION.to_owned(), words.into());
        }
        let parts = Parts {
            indent,
            lead,
            metadata: options::with_extras(cell, metadata),
            spelling: if settings.cell_metadata_json {
                Spelling::Json
            } else {
                Spelling::KeyValue
            },
        };
        Written {
            marker: marker_line(&parts, context.comment),
            body: lines,
            n_own_blank,
            n_blank: 0,
            is_closed,
            keeps_language: !has_magic && parts.metadata.contains_key("language"),
            parts,
        }
    }

    /// Splits the magic of another language off a source, into metadata, and
    /// returns what is left, with the language of the cell.
    fn split_language<'a>(
        &self,
        source: &'a str,
        metadata: &mut Metadata,
        escapes: Escapes,
    ) -> (Option<&'a str>, String) {
        let context = &self.context;
        let magic = languages::split_magic(source, &context.language, &context.custom_magics)
            .filter(|_| self.has_language_options && !escapes.lines);
        if let Some(magic) = magic {
            if !magic.arguments.is_empty() {
                metadata.insert("magic_args".to_owned(), magic.arguments.into());
            }
            metadata.insert("language".to_owned(), magic.language.into());
            return (magic.body, magic.language.to_owned());
        }
        let named = metadata.get("language").and_then(Value::as_str);
        let language = named.unwrap_or(&context.language).to_owned();
        (Some(source), language)
    }
}

/// What is wrong with a cell that was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Flaw {
    /// One of its lines starts another cell.
    Start,
    /// It is read as another kind.
    Kind,
    /// It is read with the magic of a language, or without one.
    Language,
    /// It is read with another source.
    Source,
    /// It leaves a string open, into which the next cell falls.
    Open,
}

/// Reads a cell back and returns what is not as it was.
fn flaw(written: &Written, cell: &TextCell, context: &Context) -> Option<Flaw> {
    let mut lines = vec![written.marker.as_str()];
    lines.extend(written.body.iter().map(String::as_str));
    // As they are read in a text that tells how many lines are between cells.
    let n_blank = written.n_own_blank;
    lines.extend(std::iter::repeat_n("", n_blank));
    let context = Context {
        is_exact: true,
        ..context.clone()
    };
    let (read, end) = read_cell(&lines, &context);
    if end < lines.len() {
        return Some(Flaw::Start);
    }
    let language = read.language.as_deref();
    debug_assert_eq!(cell_end(&lines, cell.kind, language, &context), end);
    let kind = match cell.kind {
        CellKind::Unknown => CellKind::Raw,
        CellKind::Code | CellKind::Markdown | CellKind::Raw => cell.kind,
    };
    if read.cell.kind != kind {
        return Some(Flaw::Kind);
    }
    if read.cell.metadata.contains_key("language") != written.keeps_language {
        return Some(Flaw::Language);
    }
    if read.cell.source != cell.source {
        return Some(Flaw::Source);
    }
    is_left_open(&lines, language, &context).then_some(Flaw::Open)
}

/// Returns whether a raw cell names files that it takes part in.
fn active_names(metadata: &Metadata) -> bool {
    let active = metadata.get("active").and_then(Value::as_str);
    active.is_some_and(|active| !active.is_empty())
}

fn indent_of(lines: &[String]) -> String {
    let Some(first) = lines.first() else {
        return String::new();
    };
    let text = first.trim_start();
    if text.is_empty() {
        return String::new();
    }
    first.strip_suffix(text).unwrap_or_default().to_owned()
}

fn write_code(lines: &mut [String], language: &str, context: &Context, escapes: Escapes) {
    let which = if context.comments_magics {
        Magics::All
    } else {
        Magics::Forced
    };
    magics::comment_magics(lines, language, which);
    if escapes.markers {
        for line in lines {
            *line = escape::hide_code_marker(line, context.comment);
        }
    }
}

/// Hides `%%` of Go's kernel, alone or with arguments, from the compiler.
fn with_gonb(line: &str) -> String {
    let mut text = line;
    while let Some(inner) = text.strip_prefix("//") {
        text = inner.trim_start();
    }
    let Some(arguments) = text.strip_prefix("%%") else {
        return line.to_owned();
    };
    let is_magic = arguments.trim().is_empty()
        || (arguments.starts_with(char::is_whitespace) && arguments.trim_start().starts_with('-'));
    match line.strip_suffix(text) {
        Some(before) if is_magic => format!("{before}//gonb:{text}"),
        _ => line.to_owned(),
    }
}

/// Adds a line that ends the string that the lines leave open.
fn close_string(lines: &mut Vec<String>, language: &str, context: &Context) {
    let mut quotes = crate::convert::quotes::Quotes::of(language);
    for line in lines.iter() {
        quotes.read(line);
    }
    let closing = quotes.closing().unwrap_or_default();
    lines.push(context.comment.line(closing));
}

fn write_comments(lines: &mut [String], comment: Comment, escapes: Escapes) {
    for line in lines {
        let text = if escapes.lines {
            escape::hide_line(line)
        } else if escapes.markers {
            escape::hide_text_marker(line, comment)
        } else {
            std::mem::take(line)
        };
        *line = comment.line(&text);
    }
}

/// Returns the quotes that a text cell of a Python script is to be put
/// between, if it is.
fn quotes_of(
    cell: &TextCell,
    source: &str,
    settings: &TextSettings,
    context: &Context,
) -> Option<(String, String)> {
    if context.extension != ".py" {
        return None;
    }
    let of_cell = cell.metadata.get("cell_marker").and_then(Value::as_str);
    let markers = of_cell.or(settings.cell_markers.as_deref())?;
    let (mut left, right) = if let Some((left, right)) = markers.split_once(',') {
        (left.to_owned(), right.to_owned())
    } else {
        let quotes = markers.strip_prefix(['r', 'R']).unwrap_or(markers);
        (format!("{markers}\n"), format!("\n{quotes}"))
    };
    let is_raw = left.starts_with(['r', 'R']);
    let quotes = left.strip_prefix(['r', 'R']).unwrap_or(&left);
    let has_quotes = ["\"\"\"", "'''"]
        .iter()
        .any(|three| quotes.starts_with(three) && right.ends_with(three));
    if !has_quotes {
        return None;
    }
    if !is_raw && source.contains('\\') {
        left.insert(0, 'r');
    }
    Some((left, right))
}

/// Takes depth and title out of metadata and returns them with the kind, as a
/// marker has them.
fn lead_of(metadata: &mut Metadata, kind: Option<CellKind>) -> String {
    let title = options::take_title(metadata);
    let mut words = Vec::new();
    let depth = metadata.get("cell_depth").and_then(Value::as_u64);
    // A depth alone would start no cell.
    let is_alone = title.is_none() && kind.is_none() && metadata.len() == 1;
    if let Some(depth @ 1..=9) = depth
        && !is_alone
    {
        metadata.shift_remove("cell_depth");
        words.push("%".repeat(usize::try_from(depth).unwrap_or(1)));
    }
    words.extend(title);
    match kind {
        Some(kind) => {
            metadata.shift_remove("cell_type");
            let is_short = kind == CellKind::Markdown
                && metadata.get("region_name").and_then(Value::as_str) == Some("md");
            if is_short {
                metadata.shift_remove("region_name");
            }
            let word = if is_short { "md" } else { kind_word(kind) };
            words.push(format!("[{word}]"));
        }
        None => {
            if let Some(Value::String(named)) = metadata.shift_remove("cell_type")
                && named == "code"
            {
                words.push("[code]".to_owned());
            }
        }
    }
    words.join(" ")
}

fn marker_line(parts: &Parts, comment: Comment) -> String {
    let lead = Lead::Title(parts.lead.clone());
    let options = options::write_behind(&lead, &parts.metadata, parts.spelling);
    let blank = if options.is_empty() || options.starts_with('%') {
        ""
    } else {
        " "
    };
    let line = comment.line(&format!("%%{blank}{options}"));
    format!("{}{line}", parts.indent)
}

/// Decides how many empty lines stand behind a cell, and notes their number
/// at its marker where it could not be told otherwise.
fn place_blank_lines(cell: &mut Written, source: &TextCell, after: &[Written], context: &Context) {
    let lines: Vec<&str> = std::iter::once(cell.marker.as_str())
        .chain(cell.body.iter().map(String::as_str))
        .collect();
    let usual = blank_lines::between(&lines, lines_of(after), &context.extension);
    if after.is_empty() {
        // The end of the last line is written anyway.
        cell.n_blank = cell.n_own_blank + usual - 1;
    } else {
        let asked = header::lines_to_next_cell(&source.metadata).filter(|asked| {
            // A block that is open could end in a cell right behind it.
            let is_comment = |line: &&str| line.starts_with(context.comment.prefix);
            let joined = || {
                lines
                    .iter()
                    .copied()
                    .chain(lines_of(after).take_while(is_comment))
            };
            let leaps = || fence_leaps(&joined().collect::<Vec<_>>(), lines.len(), context.comment);
            *asked > 0 || !cell.is_closed || !leaps()
        });
        cell.n_blank = cell.n_own_blank + asked.unwrap_or(usual);
    }
    if cell.is_closed {
        return;
    }
    let n_between = cell.n_blank - cell.n_own_blank;
    let n_read = if after.is_empty() {
        cell.n_blank
    } else if context.is_exact {
        cell.n_blank.saturating_sub(usual)
    } else if cell.n_blank == 2 {
        0
    } else {
        cell.n_blank.saturating_sub(1)
    };
    if n_read != cell.n_own_blank || (after.is_empty() && !context.is_exact && cell.n_own_blank > 0)
    {
        let n_between = n_between + usize::from(after.is_empty());
        cell.parts
            .metadata
            .insert(LINES_TO_NEXT_CELL.to_owned(), n_between.into());
        cell.marker = marker_line(&cell.parts, context.comment);
    }
}
