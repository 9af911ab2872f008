//! Reads cells from Markdown: fences of known languages are code, comments
//! open regions, and everything between is Markdown.

use serde_json::Value;

use crate::convert::header::{self, Header};
use crate::convert::languages::{self, Comment};
use crate::convert::placed::{self, Placed};
use crate::convert::settings::TextSettings;
use crate::convert::{Metadata, TextNotebook, ends, fences, magics, options, percent};
use crate::error::Result;
use crate::notebook::CellKind;

/// The names that a region of Markdown can have.
pub(super) const REGIONS: [&str; 3] = ["region", "md", "markdown"];

/// The option that says that a cell is code though it is not active in
/// notebooks, which otherwise makes it a raw cell.
pub(super) const CELL_TYPE: &str = "cell_type";

/// The option that says that ends of regions inside of this one have one more
/// `#`.
pub(super) const ESCAPED: &str = "escaped";

/// Reads a Markdown file as a notebook. `extension` has its dot.
///
/// # Errors
///
/// Fails if the header is no YAML.
pub fn read(text: &str, extension: &str) -> Result<TextNotebook> {
    let lines = placed::lines_of(text);
    let Header {
        mut metadata,
        first_cell,
        n_lines,
        ..
    } = header::read(&lines, Comment::NONE, extension)?;
    let settings = TextSettings::of(&metadata);
    let list = ends::take(&mut metadata);
    let body = lines.get(n_lines..).unwrap_or_default();
    let read = cells(body, &metadata, extension, &settings);
    let mut cells: Vec<_> = read.cells.into_iter().map(|placed| placed.cell).collect();
    if let Some(list) = list {
        ends::restore(&mut cells, &list);
    }
    cells.splice(0..0, first_cell);
    Ok(TextNotebook { metadata, cells })
}

/// The cells behind a header.
#[derive(Debug)]
pub(super) struct Body {
    /// The cells, in order.
    pub(super) cells: Vec<Placed>,
    /// The language that cells without a magic are in.
    pub(super) language: String,
}

/// Reads the cells behind a header.
pub(super) fn cells(
    lines: &[&str],
    metadata: &Metadata,
    extension: &str,
    settings: &TextSettings,
) -> Body {
    let named = languages::main_language(metadata, extension);
    let reader = Reader {
        main_language: named.as_deref().unwrap_or("python"),
        settings,
    };
    let mut read = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        let (cell, next) = reader.cell(lines, start);
        read.push(cell);
        start = next.max(start + 1);
    }
    let language = named.unwrap_or_else(|| most_used(&read));
    let finish = |read: Read| {
        let mut placed = read.placed;
        let cell = &mut placed.cell;
        if let Some(own) = read.language {
            cell.metadata.insert("language".to_owned(), own.into());
            languages::restore_magic(cell, &language, &settings.custom_magics);
        }
        options::take_extras(cell);
        placed
    };
    Body {
        cells: read.into_iter().map(finish).collect(),
        language,
    }
}

/// Returns the language that most cells are in, for a text that does not say
/// its language; Python, unless another one is more frequent.
fn most_used(cells: &[Read]) -> String {
    // Two for each cell, so that Python can be ahead by half a one.
    let mut counts: Vec<(String, usize)> = vec![("python".to_owned(), 1)];
    for language in cells.iter().filter_map(|cell| cell.language.as_deref()) {
        let name = languages::usual_name(language);
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 2,
            None => counts.push((name.into_owned(), 2)),
        }
    }
    // The first of several equally frequent ones, as they stand in the text.
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or_else(String::new, |(name, _)| name)
}

/// A cell as it was read.
#[derive(Debug)]
struct Read {
    placed: Placed,
    /// The language of its fence, or what its region says.
    language: Option<String>,
}

/// What reading cells depends on.
#[derive(Debug)]
struct Reader<'a> {
    main_language: &'a str,
    settings: &'a TextSettings,
}

/// Where a cell ends.
#[derive(Clone, Copy, Debug)]
struct Extent {
    /// The line behind its content.
    end: usize,
    /// The line at which looking for the next cell goes on.
    next: usize,
    /// Whether something marks the end: a marker, or two blank lines.
    is_marked: bool,
}

impl Extent {
    /// The rest of the text.
    fn rest(lines: &[&str]) -> Self {
        Self {
            end: lines.len(),
            next: lines.len(),
            is_marked: false,
        }
    }

    /// Behind the marker in line `at`.
    fn marked(at: usize) -> Self {
        Self {
            end: at,
            next: at + 1,
            is_marked: true,
        }
    }
}

impl Reader<'_> {
    /// Reads the cell that starts at line `start`, and says where the next
    /// one starts.
    fn cell(&self, lines: &[&str], start: usize) -> (Read, usize) {
        let first = lines[start];
        if let Some((name, options)) = region_start(first) {
            return region(lines, start, name, options);
        }
        match self.fence(first) {
            Some(fence) if !fence.is_text => self.code(lines, start, fence),
            Some(fence) => {
                // A fence that is not to be run is a Markdown cell of its own.
                let extent = code_extent(lines, start, fence.length);
                let end = (extent.end + 1).min(lines.len());
                let extent = Extent {
                    end,
                    next: extent.next,
                    is_marked: false,
                };
                markdown(lines, start, extent)
            }
            None => markdown(lines, start, self.markdown_extent(lines, start)),
        }
    }

    /// Reads a cell of code.
    fn code(&self, lines: &[&str], start: usize, fence: Fence) -> (Read, usize) {
        let extent = code_extent(lines, start, fence.length);
        let (next, blank) = next_cell(lines, extent);
        let mut metadata = fence.metadata;
        // Options that name a language mean just that: it is no magic.
        let language = (!metadata.contains_key("language")).then_some(fence.language);
        let is_code = metadata.get(CELL_TYPE).is_some_and(|kind| kind == "code");
        let kind = if is_code {
            metadata.shift_remove(CELL_TYPE);
            CellKind::Code
        } else if percent::is_active("ipynb", &metadata, true) {
            CellKind::Code
        } else {
            if metadata.get("active").is_some_and(|active| active == "") {
                metadata.shift_remove("active");
            }
            CellKind::Raw
        };
        note_blank(&mut metadata, blank);
        let content = &lines[start + 1..extent.end.max(start + 1)];
        let source = if kind == CellKind::Code && self.settings.comment_magics == Some(true) {
            let mut content: Vec<_> = content.iter().map(|line| (*line).to_owned()).collect();
            let language = language.as_deref().unwrap_or(self.main_language);
            magics::uncomment_magics(&mut content, language);
            content.join("\n")
        } else {
            content.join("\n")
        };
        let placed = Placed {
            cell: percent::cell(kind, source, metadata),
            line: Some(start),
        };
        (Read { placed, language }, next)
    }

    /// Finds the end of Markdown: at two blank lines, a fence of code, or a
    /// region, but not inside of other fences and indented code.
    fn markdown_extent(&self, lines: &[&str], start: usize) -> Extent {
        // Whether a line ends the fence we are in.
        let mut open: Option<usize> = None;
        let mut last_length = None;
        let mut is_indented = false;
        let mut n_blank = 0;
        for (at, line) in lines.iter().enumerate().skip(start) {
            let is_blank = line.trim().is_empty();
            if let Some(length) = open
                && ends_fence(line, length)
            {
                open = None;
                continue;
            }
            if n_blank > 0 && line.starts_with("    ") && !is_blank {
                is_indented = true;
                n_blank = 0;
                continue;
            }
            if is_indented && !is_blank && !line.starts_with("    ") {
                is_indented = false;
            }
            if is_indented || open.is_some() {
                continue;
            }
            let before_blank = Extent {
                end: if at > start + 1 && n_blank > 0 {
                    at - 1
                } else {
                    at
                },
                next: at,
                is_marked: false,
            };
            if region_start(line).is_some() {
                return before_blank;
            }
            if let Some(fence) = self.fence(line) {
                last_length = Some(fence.length);
                if fence.is_text {
                    open = Some(fence.length);
                    n_blank = 0;
                    continue;
                }
                return before_blank;
            }
            if line.starts_with("```") {
                if !line.starts_with("```{") && n_blank >= 2 {
                    return Extent {
                        end: at - 2,
                        next: at,
                        is_marked: true,
                    };
                }
                open = Some(last_length.unwrap_or(0));
                n_blank = 0;
                continue;
            }
            if self.settings.split_at_heading && line.starts_with('#') && n_blank >= 1 {
                return Extent {
                    end: at - 1,
                    next: at,
                    is_marked: false,
                };
            }
            if is_blank {
                n_blank += 1;
            } else if n_blank >= 2 {
                return Extent {
                    end: at - 2,
                    next: at,
                    is_marked: true,
                };
            } else {
                n_blank = 0;
            }
        }
        Extent::rest(lines)
    }

    /// Reads the start of a fence in a language that makes it a cell.
    fn fence(&self, line: &str) -> Option<Fence> {
        let length = fences::run(line, '`');
        if length < 3 {
            return None;
        }
        let info = line.trim_start_matches('`').trim_start();
        let (language, rest) = self.language(info)?;
        let is_known = languages::is_fence_language(language);
        let (_, metadata) = if is_known {
            options::read_fence(&format!("{language}{rest}"))
        } else {
            options::read_fence(&format!("python{rest}"))
        };
        let is_text = metadata.get(".noeval").is_some_and(Value::is_null);
        Some(Fence {
            length,
            language: language.to_owned(),
            metadata,
            is_text,
        })
    }

    /// Splits the language off what stands behind a fence, if it is one that
    /// makes it a cell: the notebook's, or that of a magic.
    fn language<'t>(&self, info: &'t str) -> Option<(&'t str, &'t str)> {
        let ends = |rest: &str| rest.is_empty() || rest.starts_with(char::is_whitespace);
        for name in [self.main_language, "wolfram language", "WOLFRAM LANGUAGE"] {
            if let Some(rest) = info.strip_prefix(name)
                && ends(rest)
                && !name.is_empty()
            {
                return info.split_at_checked(name.len());
            }
        }
        let end = info.find(char::is_whitespace).unwrap_or(info.len());
        let (word, rest) = info.split_at(end);
        let is_custom = || {
            let custom = &self.settings.custom_magics;
            custom
                .iter()
                .any(|name| name == word || name.to_uppercase() == word)
        };
        (languages::is_fence_language(word) || (!word.is_empty() && is_custom()))
            .then_some((word, rest))
    }
}

/// The start of a fence that is a cell.
#[derive(Debug)]
struct Fence {
    /// How many backticks it has.
    length: usize,
    language: String,
    metadata: Metadata,
    /// Whether it is not to be run, and so a Markdown cell.
    is_text: bool,
}

/// Returns whether a line ends a fence of so many backticks inside of
/// Markdown; of zero if only a fence of three does.
fn ends_fence(line: &str, length: usize) -> bool {
    if length > 0 {
        fences::run(line, '`') >= length
    } else {
        line.strip_prefix("```")
            .is_some_and(|rest| rest.trim().is_empty())
    }
}

/// Finds the end of a cell of code.
fn code_extent(lines: &[&str], start: usize, length: usize) -> Extent {
    let mut behind = lines.iter().enumerate().skip(start + 1);
    behind
        .find(|(_, line)| fences::run(line, '`') >= length)
        .map_or_else(|| Extent::rest(lines), |(at, _)| Extent::marked(at))
}

/// Returns whether Markdown without a marker is read as one Markdown cell.
pub(super) fn is_one_cell(lines: &[&str], main_language: &str, settings: &TextSettings) -> bool {
    let reader = Reader {
        main_language,
        settings,
    };
    let (read, next) = reader.cell(lines, 0);
    let cell = read.placed.cell;
    next >= lines.len() && cell.kind == CellKind::Markdown && cell.source == lines.join("\n")
}

/// Reads a region: a Markdown or raw cell between comments.
fn region(lines: &[&str], start: usize, name: &str, options: &str) -> (Read, usize) {
    let mut behind = lines.iter().enumerate().skip(start + 1);
    let extent = behind
        .find(|(_, line)| region_end(line) == Some(name))
        .map_or_else(|| Extent::rest(lines), |(at, _)| Extent::marked(at));
    let (next, blank) = next_cell(lines, extent);
    let (title, mut metadata) = options::read_titled(options);
    if !title.is_empty() {
        metadata.insert("title".to_owned(), title.into());
    }
    let kind = if name == "raw" {
        CellKind::Raw
    } else {
        if name != "region" {
            metadata.insert("region_name".to_owned(), name.into());
        }
        CellKind::Markdown
    };
    note_blank(&mut metadata, blank);
    let content = &lines[start + 1..extent.end.max(start + 1)];
    let source = if metadata.shift_remove(ESCAPED).is_some() {
        content
            .iter()
            .map(|line| unescaped(line))
            .collect::<Vec<_>>()
            .join("\n")
    } else {
        content.join("\n")
    };
    let placed = Placed {
        cell: percent::cell(kind, source, metadata),
        line: Some(start),
    };
    let cell = &placed.cell;
    let language = match cell.metadata.get("language") {
        Some(Value::String(language)) if kind == CellKind::Markdown => Some(language.clone()),
        _ => None,
    };
    (Read { placed, language }, next)
}

/// Reads a Markdown cell without a marker.
fn markdown(lines: &[&str], start: usize, extent: Extent) -> (Read, usize) {
    let (next, blank) = next_cell(lines, extent);
    let mut metadata = Metadata::new();
    note_blank(&mut metadata, blank);
    let content = &lines[start..extent.end];
    let text = content.iter().position(|line| !ends::is_blank_line(line));
    let placed = Placed {
        cell: percent::cell(CellKind::Markdown, content.join("\n"), metadata),
        line: text.map(|at| start + at),
    };
    let language = None;
    (Read { placed, language }, next)
}

/// Returns where the next cell starts, behind one blank line or two, and how
/// many blank lines stand between the two cells.
fn next_cell(lines: &[&str], extent: Extent) -> (usize, usize) {
    let is_blank = |at: usize| lines.get(at).map(|line| line.trim().is_empty());
    let Extent {
        end,
        next,
        is_marked,
    } = extent;
    let is = |at: usize, blank: bool| is_blank(at) == Some(blank);
    let next = if is(next, true) && is(next + 1, false) {
        next + 1
    } else if is_marked && is(next, true) && is(next + 1, true) && is(next + 2, false) {
        next + 2
    } else {
        next
    };
    let blank = if end < lines.len() {
        (next + usize::from(next >= lines.len())).saturating_sub(end + usize::from(is_marked))
    } else {
        1
    };
    (next, blank)
}

/// Notes how many blank lines follow a cell, if it is not one.
fn note_blank(metadata: &mut Metadata, blank: usize) {
    if blank != 1 {
        metadata.insert("lines_to_next_cell".to_owned(), blank.into());
    }
}

/// Reads the comment that opens a region: its name, and what stands behind.
fn region_start(line: &str) -> Option<(&'static str, &str)> {
    let body = line.strip_prefix("<!--")?.trim_start().strip_prefix('#')?;
    let body = body.trim_end().strip_suffix("-->")?;
    // `markdown` before its start `md` is none; no name is another's start.
    ["region", "markdown", "md", "raw"]
        .into_iter()
        .find_map(|name| Some((name, body.strip_prefix(name)?)))
}

/// Reads the comment that closes a region: its name.
fn region_end(line: &str) -> Option<&str> {
    let body = line
        .strip_prefix("<!--")?
        .trim_start()
        .strip_prefix("#end")?;
    Some(body.trim_end().strip_suffix("-->")?.trim_end())
}

/// Returns whether a line would end a region of this name.
pub(super) fn is_region_end(line: &str, name: &str) -> bool {
    region_end(line) == Some(name)
}

/// Puts one more `#` into the end of a region that stands in a region.
pub(super) fn escape(line: &str) -> String {
    match line.split_once('#') {
        Some((before, rest)) if is_escapable(line) => format!("{before}##{rest}"),
        _ => line.to_owned(),
    }
}

/// Takes the `#` of [`escape`] out again.
fn unescaped(line: &str) -> String {
    match line.split_once("##") {
        Some((before, rest)) if is_escapable(line) => format!("{before}#{rest}"),
        _ => line.to_owned(),
    }
}

/// Returns whether a line is the end of a region, or one that was escaped.
fn is_escapable(line: &str) -> bool {
    let body = line.strip_prefix("<!--").map(str::trim_start);
    body.is_some_and(|body| {
        body.starts_with('#') && body.trim_start_matches('#').starts_with("end")
    })
}
