//! Notebooks as plain data that tests can change, and how they are written.

use serde_json::ser::{Formatter, PrettyFormatter};
use serde_json::{Map, Serializer, Value, json};

use super::random::Random;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    Code,
    Markdown,
    Raw,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Markdown => "markdown",
            Self::Raw => "raw",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// What stays the same whatever becomes of the cell; not in the file.
    pub(crate) key: u64,
    pub(crate) kind: Kind,
    /// Without line ends; an empty last one is a final newline.
    pub(crate) lines: Vec<String>,
    /// Whether lines end in `\r\n`.
    pub(crate) crlf: bool,
    /// Of code only.
    pub(crate) outputs: Vec<Value>,
    /// Of code only.
    pub(crate) count: Option<u64>,
    pub(crate) metadata: Map<String, Value>,
    /// Not of code.
    pub(crate) attachments: Map<String, Value>,
    /// Written only where the format has ids.
    pub(crate) id: String,
}

impl Cell {
    pub(crate) fn is_code(&self) -> bool {
        self.kind == Kind::Code
    }

    pub(crate) fn source(&self) -> String {
        self.lines.join(if self.crlf { "\r\n" } else { "\n" })
    }

    /// Makes it a cell of another kind, as Jupyter does.
    pub(crate) fn become_kind(&mut self, kind: Kind) {
        self.kind = kind;
        if kind == Kind::Code {
            self.attachments.clear();
        } else {
            self.outputs.clear();
            self.count = None;
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) cells: Vec<Cell>,
    pub(crate) metadata: Map<String, Value>,
    /// Of nbformat 4; cells have ids from 5 on.
    pub(crate) minor: u64,
}

impl Model {
    pub(crate) fn has_ids(&self) -> bool {
        self.minor >= 5
    }

    /// Returns what became of a cell of another version.
    pub(crate) fn find(&self, cell: &Cell) -> Option<&Cell> {
        self.cells.iter().find(|other| other.key == cell.key)
    }

    fn to_value(&self, layout: &Layout) -> Value {
        let cells: Vec<Value> = self
            .cells
            .iter()
            .map(|cell| cell_value(cell, self.has_ids(), layout))
            .collect();
        json!({
            "cells": cells, "metadata": self.metadata,
            "nbformat": 4, "nbformat_minor": self.minor,
        })
    }

    /// Returns the file.
    pub(crate) fn write(&self, layout: &Layout) -> Vec<u8> {
        let mut value = self.to_value(layout);
        if layout.sorted {
            value.sort_all_objects();
        }
        let mut text = match layout.indent {
            Some(indent) => print(&value, PrettyFormatter::with_indent(indent.as_bytes())),
            None => value.to_string(),
        };
        if layout.ascii {
            text = escape(&text);
        }
        if layout.crlf {
            // Line ends of sources are escaped: these are the layout's.
            text = text.replace('\n', "\r\n");
        }
        if layout.final_newline {
            text.push_str(if layout.crlf { "\r\n" } else { "\n" });
        }
        text.into_bytes()
    }
}

fn cell_value(cell: &Cell, has_ids: bool, layout: &Layout) -> Value {
    let mut value = Map::new();
    if !cell.attachments.is_empty() {
        value.insert("attachments".into(), cell.attachments.clone().into());
    }
    value.insert("cell_type".into(), cell.kind.name().into());
    if cell.kind == Kind::Code {
        value.insert("execution_count".into(), cell.count.into());
    }
    if has_ids {
        value.insert("id".into(), cell.id.clone().into());
    }
    value.insert("metadata".into(), cell.metadata.clone().into());
    if cell.kind == Kind::Code {
        value.insert("outputs".into(), cell.outputs.clone().into());
    }
    let source = cell.source();
    let source = if layout.source_is_string {
        source.into()
    } else {
        source.split_inclusive('\n').collect()
    };
    value.insert("source".into(), source);
    value.into()
}

fn print(value: &Value, formatter: impl Formatter) -> String {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, formatter);
    serde::Serialize::serialize(value, &mut serializer).unwrap();
    String::from_utf8(out).unwrap()
}

fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_ascii() {
            escaped.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(escaped, "\\u{unit:04x}").unwrap();
            }
        }
    }
    escaped
}

/// How a file is written.
#[expect(
    clippy::struct_excessive_bools,
    reason = "files differ in each of these on its own"
)]
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Layout {
    indent: Option<&'static str>,
    final_newline: bool,
    ascii: bool,
    crlf: bool,
    sorted: bool,
    source_is_string: bool,
}

impl Layout {
    /// Most often as Jupyter writes it.
    pub(crate) fn any(random: &mut Random) -> Self {
        let indent = match random.weighted(&[70, 12, 5, 5, 8]) {
            0 => Some(" "),
            1 => Some("  "),
            2 => Some("    "),
            3 => Some("\t"),
            _ => None,
        };
        Self {
            indent,
            final_newline: random.percent(80),
            ascii: random.percent(15),
            crlf: indent.is_some() && random.percent(5),
            sorted: random.percent(30),
            source_is_string: random.percent(12),
        }
    }
}
