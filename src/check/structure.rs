//! NB301, NB303 to NB305, NB308: what nbformat says of notebooks and cells.
//!
//! Written by hand for each thing that nbformat's schemas of 4.0 to 4.5 say,
//! so that findings stand where the fault is and say what should be there.
//! Notebooks of later minor versions may have keys, cells and outputs that
//! nobody knows yet. What cells and outputs hold is in `schema.rs`.

use std::borrow::Cow;
use std::collections::HashSet;

use super::collect::Collector;
use super::ids::{Fault, Judged, judge};
use super::inserts::insert;
use super::rules::Rule;
use super::schema;
use super::stripped::opening;
use crate::json::{Edit, Kind, Span, Value};
use crate::notebook::NbFormat;

/// The last minor version that is known.
const LAST_MINOR: u64 = 5;

/// What is known of the place that is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// The minor version of the format.
    pub(super) minor: u64,
    /// The index of the cell, from zero.
    pub(super) cell: Option<usize>,
    /// How many arrays and objects a cell stands in.
    pub(super) cell_depth: usize,
}

impl Context {
    /// Returns whether the format is newer than what is known of it.
    pub(super) fn is_future(&self) -> bool {
        self.minor > LAST_MINOR
    }

    /// Adds a finding.
    pub(super) fn invalid(&self, found: &mut Collector, span: Span, message: String) {
        found.add(Rule::InvalidStructure, span, self.cell, || message);
    }
}

/// Finds what is wrong with the structure of a notebook, given by the whole
/// file. `cell_depth` is how many arrays and objects a cell stands in.
pub(super) fn find(root: &Value<'_>, cell_depth: usize, found: &mut Collector) {
    let rules = [
        Rule::InvalidStructure,
        Rule::DuplicateId,
        Rule::MissingId,
        Rule::MalformedId,
        Rule::RepeatedKey,
        Rule::OldFormat,
    ];
    if !found.wants(rules) {
        return;
    }
    let mut context = Context {
        minor: 0,
        cell: None,
        cell_depth,
    };
    if root.kind() != Kind::Object {
        let message = format!("the file is {}, not an object", kind_name(root));
        context.invalid(found, root.span(), message);
        return;
    }
    let notebook = Object::read(root, context, found);
    let Some(major) = major(&notebook, context, found) else {
        return;
    };
    if major < 4 {
        return;
    }
    let minor = notebook.get("nbformat_minor");
    let minor = minor.and_then(|minor| whole_number(&minor, "nbformat_minor", context, found));
    // Where it is not said which minor version it is, it may be the last one.
    context.minor = minor.unwrap_or(LAST_MINOR);
    let lacking = notebook.require(
        &[
            ("cells", None),
            ("metadata", Some("{}")),
            ("nbformat_minor", None),
        ],
        "the notebook",
        context,
        found,
    );
    found.edit(insert_all(root, &lacking, 0));
    notebook.allow(
        &["cells", "metadata", "nbformat", "nbformat_minor"],
        "a notebook",
        context,
        found,
    );
    if let Some(metadata) = notebook.get("metadata") {
        schema::notebook_metadata(&metadata, context, found);
    }
    let Some(cells) = notebook.get("cells") else {
        return;
    };
    if cells.kind() != Kind::Array {
        let message = format!("`cells` is {}, not an array", kind_name(&cells));
        context.invalid(found, cells.span(), message);
        return;
    }
    let cells: Vec<_> = cells.elements().collect();
    let format = NbFormat {
        major,
        minor: context.minor,
    };
    // Ids are asked for since 4.5.
    let mut judged = if minor.is_some_and(|minor| minor >= 5) {
        judge(&cells, format)
    } else {
        Vec::new()
    };
    judged.resize(cells.len(), None);
    for ((index, cell), judged) in cells.iter().enumerate().zip(judged) {
        let context = Context {
            cell: Some(index),
            ..context
        };
        check_cell(cell, judged.as_ref(), context, found);
    }
}

/// Returns the major version, unless it is none that there is.
fn major(notebook: &Object<'_>, context: Context, found: &mut Collector) -> Option<u64> {
    let Some(value) = notebook.get("nbformat") else {
        // Nothing before nbformat 2 says so, and has no cells in our sense.
        let message = "the notebook has no `nbformat`".to_owned();
        context.invalid(found, opening(&notebook.value), message);
        return None;
    };
    let major = whole_number(&value, "nbformat", context, found)?;
    match major {
        1..=3 => {
            found.add(Rule::OldFormat, value.span(), None, || {
                format!("nbformat {major} is of before 2014; `jupyter nbconvert --to notebook` upgrades it")
            });
        }
        4 => {}
        _ => {
            let message = format!("there is no nbformat {major}");
            context.invalid(found, value.span(), message);
            return None;
        }
    }
    Some(major)
}

/// Finds what is wrong with a cell.
fn check_cell(cell: &Value<'_>, judged: Option<&Judged>, context: Context, found: &mut Collector) {
    if cell.kind() != Kind::Object {
        let message = format!("a cell is {}, not an object", kind_name(cell));
        context.invalid(found, cell.span(), message);
        return;
    }
    let object = Object::read(cell, context, found);
    let kind = object.get("cell_type");
    let name = kind.and_then(|kind| kind.as_str());
    let mut lacking = Vec::new();
    match name.as_deref() {
        Some(name @ ("code" | "markdown" | "raw")) => {
            lacking = known_cell(&object, name, context, found);
        }
        _ if context.is_future() && kind.is_some() => {
            lacking = object.require(&[("metadata", Some("{}"))], "the cell", context, found);
            if let Some(metadata) = object.get("metadata") {
                schema::cell_metadata(&metadata, "", context, found);
            }
        }
        _ => {
            let (span, message) = match kind {
                Some(kind) => (
                    kind.span(),
                    format!(
                        "`cell_type` is {}, not \"code\", \"markdown\" or \"raw\"",
                        shown(&kind)
                    ),
                ),
                None => (opening(cell), "the cell has no `cell_type`".to_owned()),
            };
            context.invalid(found, span, message);
        }
    }
    if let Some(judged) = judged {
        lacking.extend(check_id(&object, judged, context, found));
    }
    found.edit(insert_all(cell, &lacking, context.cell_depth));
}

/// Finds what is wrong with a cell of a known kind, and returns the keys that
/// it lacks.
fn known_cell<'a>(
    cell: &Object<'_>,
    kind: &str,
    context: Context,
    found: &mut Collector,
) -> Vec<(&'a str, String)> {
    let is_code = kind == "code";
    let mut required = vec![("metadata", Some("{}")), ("source", Some("[]"))];
    let mut allowed = vec!["cell_type", "metadata", "source"];
    if is_code {
        required.extend([("execution_count", Some("null")), ("outputs", Some("[]"))]);
        allowed.extend(["execution_count", "outputs"]);
    } else {
        allowed.push("attachments");
    }
    if context.minor >= 5 {
        allowed.push("id");
    }
    let owner = format!("a {kind} cell");
    let lacking = cell.require(&required, "the cell", context, found);
    cell.allow(&allowed, &owner, context, found);
    if let Some(metadata) = cell.get("metadata") {
        schema::cell_metadata(&metadata, kind, context, found);
    }
    if let Some(source) = cell.get("source") {
        schema::multiline(&source, "source", context, found);
    }
    if is_code {
        if let Some(count) = cell.get("execution_count") {
            schema::execution_count(&count, context, found);
        }
        if let Some(outputs) = cell.get("outputs") {
            schema::outputs(&outputs, context, found);
        }
    } else if let Some(attachments) = cell.get("attachments") {
        schema::attachments(&attachments, context, found);
    }
    lacking
}

/// Finds what is wrong with the id of a cell, and returns the one that it
/// lacks.
fn check_id<'a>(
    cell: &Object<'_>,
    judged: &Judged,
    context: Context,
    found: &mut Collector,
) -> Option<(&'a str, String)> {
    let id = cell.get("id");
    let span = id.map_or(opening(&cell.value), |id| id.span());
    let (rule, message) = match judged.fault {
        Fault::Missing => (Rule::MissingId, "the cell has no `id`".to_owned()),
        Fault::Duplicate(first) => {
            let message = format!("cell {} has this `id`, too", first + 1);
            (Rule::DuplicateId, message)
        }
        Fault::Malformed => {
            let message = "an `id` is 1 to 64 letters, digits, `-` and `_`".to_owned();
            (Rule::MalformedId, message)
        }
    };
    if !found.add_mendable(rule, span, context.cell, || message) {
        return None;
    }
    let new = format!("\"{}\"", judged.id);
    match id {
        Some(id) => {
            found.edit(Edit::replace(&id, new));
            None
        }
        None => Some(("id", new)),
    }
}

/// Returns the edits that put keys into an object.
pub(super) fn insert_all(
    object: &Value<'_>,
    lacking: &[(&str, String)],
    depth: usize,
) -> Vec<Edit> {
    if lacking.is_empty() {
        return Vec::new();
    }
    insert(object, lacking, depth)
}

/// The members of an object.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pub(super) value: Value<'a>,
    members: Vec<(Cow<'a, str>, Value<'a>, Span)>,
}

impl<'a> Object<'a> {
    /// Reads an object, and reports keys that it has twice.
    pub(super) fn read(value: &Value<'a>, context: Context, found: &mut Collector) -> Self {
        let mut members: Vec<(Cow<'a, str>, Value<'a>, Span)> = Vec::new();
        for member in value.members() {
            let key = member.key.as_str().unwrap_or_default();
            members.push((key, member.value, member.key.span()));
        }
        let mut seen = HashSet::new();
        let repeats = members.iter().filter(|(key, _, _)| !seen.insert(&**key));
        for (key, _, span) in repeats {
            found.add(Rule::RepeatedKey, span.clone(), context.cell, || {
                format!("`{key}` stands twice in one object; what stands last counts")
            });
        }
        Self {
            value: *value,
            members,
        }
    }

    /// Returns the value of a key: the last one if there are several.
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        let mut members = self.members.iter().rev();
        members
            .find(|(name, _, _)| name == key)
            .map(|(_, value, _)| *value)
    }

    /// Returns the members as they stand.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.members.iter().map(|(key, value, _)| (&**key, value))
    }

    /// Reports keys that are missing, and returns those that can be put in
    /// with the JSON that goes there.
    pub(super) fn require<'k>(
        &self,
        keys: &[(&'k str, Option<&str>)],
        owner: &str,
        context: Context,
        found: &mut Collector,
    ) -> Vec<(&'k str, String)> {
        let mut lacking = Vec::new();
        for (key, value) in keys {
            if self.get(key).is_some() {
                continue;
            }
            let message = || format!("{owner} has no `{key}`");
            let span = opening(&self.value);
            match value {
                Some(value) => {
                    let rule = Rule::InvalidStructure;
                    if found.add_mendable(rule, span, context.cell, message) {
                        lacking.push((*key, (*value).to_owned()));
                    }
                }
                None => context.invalid(found, span, message()),
            }
        }
        lacking
    }

    /// Reports keys that should not be there, unless the format is newer than
    /// what is known of it.
    pub(super) fn allow(
        &self,
        keys: &[&str],
        owner: &str,
        context: Context,
        found: &mut Collector,
    ) {
        if context.is_future() {
            return;
        }
        let unknown = self
            .members
            .iter()
            .filter(|(key, _, _)| !keys.contains(&&**key));
        for (key, _, span) in unknown {
            let message = if key == "id" {
                format!(
                    "cells have an `id` since nbformat 4.5, this is 4.{}",
                    context.minor
                )
            } else {
                format!("{owner} has no key `{key}` in nbformat 4.{}", context.minor)
            };
            context.invalid(found, span.clone(), message);
        }
    }
}

/// Returns a number that is written without fraction and exponent and is not
/// below zero; reports anything else.
pub(super) fn whole_number(
    value: &Value<'_>,
    name: &str,
    context: Context,
    found: &mut Collector,
) -> Option<u64> {
    let raw = value.raw();
    let is_whole = raw.iter().all(u8::is_ascii_digit) || raw == b"-0";
    if is_whole {
        // Numbers that are too large are those of the far future.
        return Some(
            value
                .as_u64()
                .unwrap_or(if raw == b"-0" { 0 } else { u64::MAX }),
        );
    }
    let message = format!("`{name}` is {}, not a whole number", shown(value));
    context.invalid(found, value.span(), message);
    None
}

/// Returns a value in a few words: short ones as they are written.
pub(super) fn shown(value: &Value<'_>) -> String {
    let raw = value.raw();
    match value.kind() {
        Kind::Null | Kind::Bool | Kind::Number | Kind::String if raw.len() <= 40 => {
            String::from_utf8_lossy(raw).into_owned()
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Array | Kind::Object => {
            kind_name(value).to_owned()
        }
    }
}

/// Returns what a value is, with its article.
pub(super) fn kind_name(value: &Value<'_>) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Bool => "a boolean",
        Kind::Number => "a number",
        Kind::String => "a string",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}
