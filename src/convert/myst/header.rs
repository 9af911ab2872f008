//! The header of a `MyST` text: metadata at the root, beside the front matter
//! of a first raw cell.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::convert::settings::TextSettings;
use crate::convert::{Format, Metadata, TextCell, ends, filter, header, yaml};
use crate::error::Result;
use crate::notebook::CellKind;

/// The key of the `jupytext` section for the lexer of the cells.
const LEXER: &str = "default_lexer";

/// The key of the `jupytext` section for how many lines of the header are the
/// first, raw cell as it was written.
const FRONT_MATTER: &str = "front_matter_lines";

/// The section for metadata that does not stand at the root.
const NAMESPACE: &str = "jupyter";

/// Returns the lexer for the cells of a notebook, and its metadata as the
/// header has it.
pub(super) fn metadata(
    metadata: &Metadata,
    extension: &str,
    settings: &TextSettings,
) -> (Option<String>, Metadata) {
    let mut metadata = metadata.clone();
    ends::take(&mut metadata);
    let named = metadata
        .get("language_info")
        .and_then(|info| info.get("pygments_lexer"));
    let mut lexer = named.and_then(Value::as_str).map(str::to_owned);
    let section = section(&mut metadata);
    let noted = section.shift_remove(LEXER);
    if lexer.as_deref().is_none_or(str::is_empty) {
        lexer = noted.and_then(|lexer| lexer.as_str().map(str::to_owned));
    }
    let mut metadata = header::described(metadata, Format::Myst, extension, settings);
    metadata.sort_keys();
    let fits = |lexer: &String| !lexer.is_empty() && !lexer.contains(['\n', '\r', '`']);
    (lexer.filter(fits), metadata)
}

/// Returns the `jupytext` section of a notebook's metadata.
fn section(metadata: &mut Metadata) -> &mut Metadata {
    let section = metadata.entry("jupytext").or_insert(Value::Null);
    if !section.is_object() {
        *section = Metadata::new().into();
    }
    match section {
        Value::Object(section) => section,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            unreachable!("it was made an object")
        }
    }
}

/// Returns how many cells the header takes: one if the first is front matter
/// that comes back as it is.
pub(super) fn n_cells(
    first: Option<&TextCell>,
    metadata: &Metadata,
    settings: &TextSettings,
) -> usize {
    let Some(cell) = first else {
        return 0;
    };
    let header = text(Some(cell), metadata, settings);
    usize::from(header.is_some_and(|header| takes(&header, cell)))
}

/// Writes a header; nothing if there is nothing to say. `front_matter` is the
/// cell that goes into it.
pub(super) fn write(
    front_matter: Option<&TextCell>,
    metadata: &Metadata,
    settings: &TextSettings,
) -> String {
    text(front_matter, metadata, settings).unwrap_or_default()
}

/// Returns whether a header is read back as one with this first cell.
fn takes(header: &str, cell: &TextCell) -> bool {
    let lines: Vec<_> = header.lines().collect();
    read(&lines).is_ok_and(|header| header.front_matter.as_deref() == Some(&*cell.source))
}

/// Writes a header, if its front matter can be one.
fn text(cell: Option<&TextCell>, metadata: &Metadata, settings: &TextSettings) -> Option<String> {
    let filter = settings.root_level_metadata_filter.as_deref();
    let (mut root, rest) = filter::root_level_metadata(metadata, filter);
    if !rest.is_empty() {
        root.insert(NAMESPACE.to_owned(), rest.into());
    }
    let Some(cell) = cell else {
        let yaml = yaml::write(&root, yaml::Style::Compact);
        return Some(if root.is_empty() {
            String::new()
        } else {
            format!("---\n{yaml}---\n")
        });
    };
    if cell.kind != CellKind::Raw || !settings.root_level_metadata_as_raw_cell {
        return None;
    }
    let inner = front_matter(&cell.source)?;
    let Ok(Value::Object(own)) = yaml::read(inner, 1) else {
        return None;
    };
    if own
        .keys()
        .any(|key| key == NAMESPACE || key == "jupytext" || root.contains_key(key))
    {
        return None;
    }
    if filter.is_none() {
        let names: Vec<_> = own.keys().map(|key| format!("-{key}")).collect();
        section(&mut root).insert(
            "root_level_metadata_filter".to_owned(),
            names.join(",").into(),
        );
    }
    let mut both = own;
    both.extend(root.clone());
    let header = format!("---\n{}---\n", yaml::write(&both, yaml::Style::Compact));
    if takes(&header, cell) {
        return Some(header);
    }
    // As it was written, then, with a note on where it ends.
    section(&mut root).insert(FRONT_MATTER.to_owned(), inner.lines().count().into());
    let yaml = yaml::write(&root, yaml::Style::Compact);
    Some(format!("---\n{inner}{yaml}---\n"))
}

/// Returns what stands between the lines that make a cell front matter.
fn front_matter(source: &str) -> Option<&str> {
    let is_rule = |line: &str| line.trim_end() == "---";
    let (first, rest) = source.split_once('\n')?;
    let last = rest.rfind('\n').map_or(0, |at| at + 1);
    let (inner, last) = rest.split_at_checked(last)?;
    (is_rule(first) && is_rule(last)).then_some(inner)
}

/// A header as it was read.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The notebook's metadata.
    pub(super) metadata: Metadata,
    /// The source of the raw cell that the rest of it is.
    pub(super) front_matter: Option<String>,
    /// How many lines it takes.
    pub(super) n_lines: usize,
}

impl Header {
    /// Notes the lexer of the cells, for a notebook that does not tell it.
    pub(super) fn note_lexer(&mut self, lexer: String) {
        if !self.metadata.contains_key("language_info") {
            section(&mut self.metadata).insert(LEXER.to_owned(), lexer.into());
        }
    }
}

/// Reads the header of a text.
///
/// # Errors
///
/// Fails if it is no YAML.
pub(super) fn read(lines: &[&str]) -> Result<Header> {
    let is_rule =
        |line: &str| line.starts_with("---") && line.trim_start_matches('-').trim().is_empty();
    let is_end = |line: &str| is_rule(line) || line.trim_end() == "...";
    let Some((first, behind)) = lines.split_first() else {
        return Ok(Header::default());
    };
    let end = behind.iter().position(|line| is_end(line));
    let Some(end) = end.filter(|_| first.starts_with("---")) else {
        return Ok(Header::default());
    };
    let own = behind.split_at(end).0;
    let n_lines = end + 2;
    match yaml::read(&own.join("\n"), 2)? {
        Value::Object(root) => {
            let (metadata, front_matter) = split(root, own);
            Ok(Header {
                metadata,
                front_matter,
                n_lines,
            })
        }
        Value::Null => Ok(Header {
            n_lines,
            ..Header::default()
        }),
        // A text between two lines.
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Ok(Header::default())
        }
    }
}

/// Splits a header into the notebook's metadata and the source of a raw cell.
fn split(mut root: Metadata, lines: &[&str]) -> (Metadata, Option<String>) {
    let mut metadata = match root.shift_remove(NAMESPACE) {
        Some(Value::Object(metadata)) => metadata,
        _ => Metadata::new(),
    };
    let mut all = metadata.clone();
    merge(&mut all, root.clone());
    let filter = TextSettings::of(&all).root_level_metadata_filter;
    let (of_notebook, rest) = filter::root_level_metadata(&root, filter.as_deref());
    merge(&mut metadata, of_notebook);
    let n_lines = metadata
        .get_mut("jupytext")
        .and_then(Value::as_object_mut)
        .and_then(|section| section.shift_remove(FRONT_MATTER))
        .and_then(|n_lines| usize::try_from(n_lines.as_u64()?).ok());
    let as_written = n_lines.and_then(|n_lines| lines.get(..n_lines));
    let yaml = match as_written {
        Some(lines) => lines.iter().flat_map(|line| [line, "\n"]).collect(),
        None if rest.is_empty() => return (metadata, None),
        None => with_dates(&yaml::write(&rest, yaml::Style::Ordered), lines),
    };
    (metadata, Some(format!("---\n{yaml}---")))
}

/// Takes the quotes off values that stand in the header without: dates, which
/// are text to us.
fn with_dates(yaml: &str, header: &[&str]) -> String {
    let header: BTreeSet<&str> = header.iter().copied().collect();
    let mut dated = String::new();
    for line in yaml.lines() {
        let unquoted = line.strip_suffix('\'').and_then(|line| {
            let (key, value) = line.split_once(" '")?;
            Some(format!("{key} {value}"))
        });
        let unquoted = unquoted.filter(|unquoted| header.contains(&**unquoted));
        dated.push_str(unquoted.as_deref().unwrap_or(line));
        dated.push('\n');
    }
    dated
}

/// Puts one section of metadata into another, objects of both by key.
fn merge(target: &mut Metadata, source: Metadata) {
    for (key, value) in source {
        match (target.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
            (_, value) => {
                target.insert(key, value);
            }
        }
    }
}
