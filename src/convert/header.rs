//! The header of a text: YAML between `---`, commented out in scripts.

use serde_json::Value;

use super::blank_lines;
use super::filter;
use super::languages::{self, Comment};
use super::settings::{TRAILING_NEWLINES, TextSettings};
use super::yaml;
use super::{Format, Metadata, TextCell, TextNotebook};
use crate::error::Result;
use crate::notebook::CellKind;

/// A header as it was written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Written {
    /// Its lines, from a `#!` line to the last `---`; none if there is
    /// nothing to say.
    pub lines: Vec<String>,
    /// How many cells at the start of the notebook it holds: one if the first
    /// is a raw cell of YAML.
    pub n_cells: usize,
    /// How many empty lines that cell asks for behind the header.
    pub lines_to_next_cell: Option<usize>,
}

/// A header as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// The notebook's metadata.
    pub metadata: Metadata,
    /// Whether there was a section about the notebook.
    pub has_notebook_section: bool,
    /// The raw cell that the rest of the header is.
    pub first_cell: Option<TextCell>,
    /// How many lines the header takes, the empty line behind it among them.
    pub n_lines: usize,
}

/// Writes the header of a script or Markdown file; MyST has its own form.
pub fn write(
    notebook: &TextNotebook,
    format: Format,
    extension: &str,
    settings: &TextSettings,
) -> Written {
    let script = languages::by_extension(extension);
    let comment = script.map_or(Comment::NONE, |script| script.comment);
    let mut metadata = notebook.metadata.clone();
    let mut written = Written::default();
    if script.is_some() {
        written.lines = first_lines(notebook, &mut metadata, comment, extension);
    }
    let mut root = Metadata::new();
    let mut yaml_lines = Vec::new();
    if !settings.root_level_metadata_as_raw_cell {
        if let Some(Value::Object(members)) = take(&mut metadata, "root_level_metadata") {
            root = members;
        }
    } else if let Some(cell) = notebook.cells.first()
        && let Some(inner) = header_of_cell(cell, comment)
    {
        yaml_lines.extend(inner.map(str::to_owned));
        written.n_cells = 1;
        written.lines_to_next_cell = lines_to_next_cell(&cell.metadata);
    }
    let metadata = described(metadata, format, extension, settings);
    if !metadata.is_empty() {
        root.insert("jupyter".to_owned(), metadata.into());
    }
    if !root.is_empty() {
        let text = yaml::write(&root, yaml::Style::Block);
        yaml_lines.extend(text.lines().map(str::to_owned));
    }
    if yaml_lines.is_empty() && written.n_cells == 0 {
        return written;
    }
    let rule = || std::iter::once("---".to_owned());
    let mut lines: Vec<String> = rule().chain(yaml_lines).chain(rule()).collect();
    if settings.hide_notebook_metadata && format == Format::Markdown {
        lines.splice(0..0, ["<!--".to_owned(), String::new()]);
        lines.extend([String::new(), "-->".to_owned()]);
    }
    written
        .lines
        .extend(lines.iter().map(|line| comment.line(line)));
    written
}

/// Returns the metadata of the notebook that a header has: filtered, and with
/// what tells the format of the text.
pub fn described(
    mut metadata: Metadata,
    format: Format,
    extension: &str,
    settings: &TextSettings,
) -> Metadata {
    let mut representation = serde_json::json!({
        "extension": extension,
        "format_name": format.name(),
        "format_version": format.version(extension),
    });
    if settings.trailing_newlines {
        representation[TRAILING_NEWLINES] = true.into();
    }
    let section = metadata
        .entry("jupytext")
        .or_insert_with(|| Metadata::new().into());
    if let Value::Object(section) = section {
        section.insert("text_representation".to_owned(), representation);
    }
    // What the kernel says anyway.
    let main = languages::text_at(&metadata, "jupytext", "main_language").map(str::to_owned);
    if main.is_some() {
        take(&mut metadata, "main_language");
        if languages::main_language(&metadata, extension) != main
            && let Some(Value::Object(section)) = metadata.get_mut("jupytext")
        {
            section.insert("main_language".to_owned(), main.into());
        }
    }
    filter::notebook_metadata(&metadata, settings.notebook_metadata_filter.as_deref())
}

/// Takes an option out of the section `jupytext`.
fn take(metadata: &mut Metadata, key: &str) -> Option<Value> {
    metadata
        .get_mut("jupytext")?
        .as_object_mut()?
        .shift_remove(key)
}

/// Returns the lines before the YAML: which program runs the script, and its
/// encoding.
fn first_lines(
    notebook: &TextNotebook,
    metadata: &mut Metadata,
    comment: Comment,
    extension: &str,
) -> Vec<String> {
    let is_python = languages::main_language(metadata, extension).as_deref() == Some("python");
    let mut lines = Vec::new();
    if let Some(Value::String(executable)) = take(metadata, "executable") {
        lines.push(format!("#!{executable}"));
    }
    if let Some(Value::String(encoding)) = take(metadata, "encoding") {
        lines.push(encoding);
    } else if !is_python && !notebook.cells.iter().all(|cell| cell.source.is_ascii()) {
        lines.push(format!("{} -*- coding: utf-8 -*-", comment.prefix));
    }
    lines
}

/// Returns the lines between the rules of a raw cell that is a header, and
/// comes back as one.
fn header_of_cell(cell: &TextCell, comment: Comment) -> Option<impl Iterator<Item = &str>> {
    if cell.kind != CellKind::Raw || cell.source.contains('\r') {
        return None;
    }
    let inner = cell.source.strip_prefix("---\n")?;
    let lines = inner.strip_suffix("\n---")?.split('\n');
    let is_kept = |line: &str| {
        let is_hidden = comment == Comment::NONE && line.trim_start().starts_with("<!--");
        !(is_rule(line) || is_notebook_section(line) || is_hidden)
    };
    lines.clone().all(is_kept).then_some(lines)
}

/// Returns the number of empty lines that a cell asks for behind it.
pub(super) fn lines_to_next_cell(metadata: &Metadata) -> Option<usize> {
    // More than anybody means would only fill memory.
    const MOST: u64 = 100;
    let asked = metadata.get("lines_to_next_cell")?.as_u64()?;
    usize::try_from(asked.min(MOST)).ok()
}

fn is_rule(line: &str) -> bool {
    line.trim_end() == "---"
}

/// Returns whether a line of YAML starts the section about the notebook.
fn is_notebook_section(line: &str) -> bool {
    let key = line.trim_end().strip_suffix(':');
    key.is_some_and(|key| key.trim_end() == "jupyter")
}

/// Reads the header of a script, or, with [`Comment::NONE`], of Markdown.
///
/// # Errors
///
/// Fails if the section about the notebook is no YAML.
pub fn read(lines: &[&str], comment: Comment, extension: &str) -> Result<Header> {
    let mut section = Metadata::new();
    let mut start = 0;
    if let Some(executable) = lines.first().and_then(|line| line.strip_prefix("#!")) {
        section.insert("executable".to_owned(), executable.into());
        start = 1;
    }
    if let Some(line) = lines.get(start)
        && names_encoding(line, comment)
    {
        section.insert("encoding".to_owned(), (*line).into());
        start += 1;
    }
    let Some(found) = find(lines, start, comment) else {
        return Ok(Header {
            metadata: with_section(Metadata::new(), section),
            n_lines: start,
            ..Header::default()
        });
    };
    let root = yaml::read(&found.notebook.join("\n"), found.first_line)?;
    let metadata = match root.get("jupyter") {
        Some(Value::Object(metadata)) => metadata.clone(),
        _ => Metadata::new(),
    };
    let is_blank = |line: &&str| line.trim().is_empty();
    let n_blank = usize::from(lines.get(found.end).is_some_and(is_blank));
    let n_lines = found.end + n_blank;
    let first_cell = (!found.rest.is_empty()).then(|| {
        let next = lines.get(n_lines..).unwrap_or_default();
        let expected = blank_lines::between(&["---"], next.iter().copied(), extension);
        let mut metadata = Metadata::new();
        if n_blank != expected {
            metadata.insert("lines_to_next_cell".to_owned(), n_blank.into());
        }
        TextCell {
            kind: CellKind::Raw,
            source: format!("---\n{}\n---", found.rest.join("\n")),
            metadata,
            id: None,
            attachments: None,
        }
    });
    Ok(Header {
        metadata: with_section(metadata, section),
        has_notebook_section: !found.notebook.is_empty(),
        first_cell,
        n_lines,
    })
}

/// Takes what a header says about the text itself out of metadata: a notebook
/// made of the text has none of it.
pub fn drop_representation(metadata: &mut Metadata) {
    take(metadata, "text_representation");
    let section = metadata.get("jupytext").and_then(Value::as_object);
    if section.is_some_and(Metadata::is_empty) {
        metadata.shift_remove("jupytext");
    }
}

/// Returns metadata with more members of the section `jupytext`.
fn with_section(mut metadata: Metadata, section: Metadata) -> Metadata {
    if !section.is_empty() {
        let members = metadata
            .entry("jupytext")
            .or_insert_with(|| Metadata::new().into());
        if let Value::Object(members) = members {
            members.extend(section);
        }
    }
    metadata
}

/// Returns whether a line is a comment such as `-*- coding: utf-8 -*-`.
fn names_encoding(line: &str, comment: Comment) -> bool {
    let text = line.trim_start_matches([' ', '\t', '\u{c}']);
    let text = match text.strip_prefix(comment.prefix) {
        Some(text) if comment != Comment::NONE => text,
        _ => return false,
    };
    text.match_indices("coding").any(|(at, word)| {
        let behind = text.get(at + word.len()..).unwrap_or_default();
        let name = behind.strip_prefix([':', '=']).unwrap_or_default();
        let name = name.trim_start_matches([' ', '\t']);
        name.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    })
}

/// The lines of a header, without their comments.
#[derive(Debug, Default)]
struct Found<'a> {
    /// The section about the notebook.
    notebook: Vec<&'a str>,
    /// The line of the text, from one, at which that section starts.
    first_line: usize,
    /// All other lines.
    rest: Vec<&'a str>,
    /// The index of the line behind the header.
    end: usize,
}

/// Finds the header that starts at the line of this index.
fn find<'a>(lines: &[&'a str], start: usize, comment: Comment) -> Option<Found<'a>> {
    let mut found = Found::default();
    let mut is_hidden = false;
    let mut has_started = false;
    let mut has_ended = false;
    let mut is_in_notebook = false;
    for (index, line) in lines.iter().enumerate().skip(start) {
        if !line.starts_with(comment.prefix) {
            return None;
        }
        if comment == Comment::NONE && line.trim_start().starts_with("<!--") {
            is_hidden = true;
            continue;
        }
        if is_hidden && has_ended {
            if line.contains("-->") {
                found.end = index + 1;
                return Some(found);
            }
            continue;
        }
        let line = comment.uncommented(line);
        if is_rule(line) {
            if !has_started {
                has_started = true;
            } else if is_hidden {
                has_ended = true;
            } else {
                found.end = index + 1;
                return Some(found);
            }
            continue;
        }
        if !has_started {
            if line.trim().is_empty() {
                continue;
            }
            return None;
        }
        if is_notebook_section(line) {
            is_in_notebook = true;
            found.first_line = index + 1;
        } else if line.starts_with(|first: char| !first.is_whitespace()) {
            is_in_notebook = false;
        }
        if is_in_notebook {
            found.notebook.push(line);
        } else {
            found.rest.push(line);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PYTHON: Comment = Comment {
        prefix: "#",
        suffix: "",
    };

    fn raw(source: &str) -> TextCell {
        TextCell {
            kind: CellKind::Raw,
            source: source.to_owned(),
            metadata: Metadata::new(),
            id: None,
            attachments: None,
        }
    }

    #[track_caller]
    fn check_written(
        metadata: Value,
        cells: &[TextCell],
        format: Format,
        extension: &str,
        expected: &str,
    ) {
        let Value::Object(metadata) = metadata else {
            panic!("not an object");
        };
        let settings = TextSettings::of(&metadata);
        let notebook = TextNotebook {
            metadata: metadata.clone(),
            cells: cells.to_vec(),
        };
        let written = write(&notebook, format, extension, &settings);
        assert_eq!(written.lines.join("\n"), expected);
        let lines: Vec<&str> = written.lines.iter().map(String::as_str).collect();
        let comment =
            languages::by_extension(extension).map_or(Comment::NONE, |script| script.comment);
        let header = read(&lines, comment, extension).unwrap();
        let first = cells.first().filter(|_| written.n_cells == 1);
        assert_eq!(
            header.first_cell.map(|cell| cell.source),
            first.map(|cell| cell.source.clone())
        );
        for (key, value) in &header.metadata {
            if key != "jupytext" {
                assert_eq!(metadata.get(key), Some(value));
            }
        }
    }

    #[test]
    fn scripts_have_it_in_comments() {
        check_written(
            json!({"kernelspec": {"name": "python3"}, "language_info": {}}),
            &[raw("---\ntitle: A\n---"), raw("---\nb: 1\n---")],
            Format::Percent,
            ".py",
            "# ---\n# title: A\n# jupyter:\n#   jupytext:\n#     text_representation:\n\
             #       extension: .py\n#       format_name: percent\n#       format_version: '1.3'\n\
             #   kernelspec:\n#     name: python3\n# ---",
        );
    }

    #[test]
    fn filters_may_leave_nothing() {
        let metadata = json!({"jupytext": {"notebook_metadata_filter": "-all"}});
        check_written(metadata, &[], Format::Percent, ".py", "");
    }

    #[test]
    fn markdown_may_hide_it() {
        check_written(
            json!({"jupytext": {"hide_notebook_metadata": true, "notebook_metadata_filter": "-jupytext"}, "orphan": true}),
            &[],
            Format::Markdown,
            ".md",
            "<!--\n\n---\njupyter:\n  orphan: true\n---\n\n-->",
        );
    }

    #[test]
    fn programs_and_encodings_come_first() {
        let lines = [
            "#!/usr/bin/env python",
            "# -*- coding: utf-8 -*-",
            "# ---",
            "# a: 1",
            "# ---",
            "",
            "x",
        ];
        let header = read(&lines, PYTHON, ".py").unwrap();
        let section = json!({"executable": "/usr/bin/env python", "encoding": lines[1]});
        assert_eq!(header.metadata["jupytext"], section);
        assert_eq!(header.first_cell, Some(raw("---\na: 1\n---")));
        assert_eq!(header.n_lines, 6);
        check_written(
            json!({"jupytext": {"executable": "/bin/x", "notebook_metadata_filter": "-all"}}),
            &[raw("é")],
            Format::Percent,
            ".ml",
            "#!/bin/x\n(* -*- coding: utf-8 -*-",
        );
    }

    #[test]
    fn raw_cells_that_would_not_come_back_are_no_header() {
        for source in [
            "---\na\n--- ",
            " ---\na\n---",
            "---\na",
            "---\n---",
            "---\njupyter:\n---",
            "---\n---\n---",
        ] {
            let settings = TextSettings::default();
            let notebook = TextNotebook {
                metadata: Metadata::new(),
                cells: vec![raw(source)],
            };
            assert_eq!(
                write(&notebook, Format::Percent, ".py", &settings).n_cells,
                0,
                "{source}"
            );
        }
    }

    #[test]
    fn what_does_not_end_is_no_header() {
        for lines in [["# ---", "# a: 1"], ["# text", "# ---"], ["# ---", "x = 1"]] {
            assert_eq!(read(&lines, PYTHON, ".py").unwrap(), Header::default());
        }
    }

    #[test]
    fn broken_yaml_is_an_error_with_its_line() {
        let lines = ["# ---", "# jupyter:", "#   a: [", "# ---"];
        let error = read(&lines, PYTHON, ".py").unwrap_err();
        assert!(
            error.to_string().contains("line 3") || error.to_string().contains("line 4"),
            "{error}"
        );
    }
}
