//! NB301: what nbformat says of metadata, sources, outputs and attachments.

use std::collections::HashSet;

use super::collect::Collector;
use super::structure::{Context, Object, insert_all, kind_name, shown, whole_number};
use crate::json::{Kind, Value};

/// The kinds of a value that is a text or its lines.
const MULTILINE: &str = "a string or an array of strings";

/// Finds what is wrong with the metadata of the notebook.
pub(super) fn notebook_metadata(metadata: &Value<'_>, context: Context, found: &mut Collector) {
    let Some(object) = object(metadata, "metadata", context, found) else {
        return;
    };
    if let Some(kernelspec) = object.get("kernelspec")
        && let Some(kernelspec) = self::object(&kernelspec, "kernelspec", context, found)
    {
        kernelspec.require(
            &[("display_name", None), ("name", None)],
            "`kernelspec`",
            context,
            found,
        );
        strings(&kernelspec, &["display_name", "name"], context, found);
    }
    if let Some(info) = object.get("language_info")
        && let Some(info) = self::object(&info, "language_info", context, found)
    {
        info.require(&[("name", None)], "`language_info`", context, found);
        let keys = ["name", "file_extension", "mimetype", "pygments_lexer"];
        strings(&info, &keys, context, found);
        if let Some(mode) = info.get("codemirror_mode") {
            let kinds = [Kind::String, Kind::Object];
            expect(
                &mode,
                &kinds,
                "codemirror_mode",
                "a string or an object",
                context,
                found,
            );
        }
    }
    if let Some(value) = object.get("orig_nbformat")
        && whole_number(&value, "orig_nbformat", context, found) == Some(0)
    {
        let message = "`orig_nbformat` is 0, and there was no nbformat 0".to_owned();
        context.invalid(found, value.span(), message);
    }
    if context.minor >= 2 {
        strings(&object, &["title"], context, found);
        if let Some(authors) = object.get("authors") {
            expect(
                &authors,
                &[Kind::Array],
                "authors",
                "an array",
                context,
                found,
            );
        }
    }
}

/// Finds what is wrong with the metadata of a cell. The kind is empty if it is
/// none that is known.
pub(super) fn cell_metadata(
    metadata: &Value<'_>,
    kind: &str,
    context: Context,
    found: &mut Collector,
) {
    let Some(object) = object(metadata, "metadata", context, found) else {
        return;
    };
    if let Some(name) = object.get("name") {
        let text = name.as_str();
        // Python's patterns let one line feed at the end through.
        let is_line = |text: &str| {
            let line = text.strip_suffix('\n').unwrap_or(text);
            !line.is_empty() && !line.contains('\n')
        };
        if !text.is_some_and(|text| is_line(&text)) {
            let message = format!("`name` is {}, not a line of text", shown(&name));
            context.invalid(found, name.span(), message);
        }
    }
    if let Some(value) = object.get("tags") {
        tags(&value, context, found);
    }
    if kind == "raw" {
        strings(&object, &["format"], context, found);
    }
    if context.minor >= 3
        && !kind.is_empty()
        && let Some(jupyter) = object.get("jupyter")
    {
        expect(
            &jupyter,
            &[Kind::Object],
            "jupyter",
            "an object",
            context,
            found,
        );
    }
    if kind == "code" {
        code_metadata(&object, context, found);
    }
}

fn code_metadata(metadata: &Object<'_>, context: Context, found: &mut Collector) {
    if let Some(collapsed) = metadata.get("collapsed") {
        expect(
            &collapsed,
            &[Kind::Bool],
            "collapsed",
            "true or false",
            context,
            found,
        );
    }
    if let Some(scrolled) = metadata.get("scrolled")
        && scrolled.kind() != Kind::Bool
        && !scrolled.is_str("auto")
    {
        let message = format!(
            "`scrolled` is {}, not true, false or \"auto\"",
            shown(&scrolled)
        );
        context.invalid(found, scrolled.span(), message);
    }
    if context.minor >= 4
        && let Some(execution) = metadata.get("execution")
        && let Some(execution) = object(&execution, "execution", context, found)
    {
        for (key, value) in execution.members() {
            let what = format!("execution.{key}");
            expect(value, &[Kind::String], &what, "a string", context, found);
        }
    }
}

fn tags(value: &Value<'_>, context: Context, found: &mut Collector) {
    if !expect(
        value,
        &[Kind::Array],
        "tags",
        "an array of strings",
        context,
        found,
    ) {
        return;
    }
    let mut seen = HashSet::new();
    for tag in value.elements() {
        let Some(text) = tag.as_str() else {
            let message = format!("a tag is {}, not a string", shown(&tag));
            context.invalid(found, tag.span(), message);
            continue;
        };
        if text.is_empty() || text.contains(',') {
            let message = format!(
                "a tag is {}: tags are not empty and have no comma",
                shown(&tag)
            );
            context.invalid(found, tag.span(), message);
        }
        if !seen.insert(text) {
            let message = format!("the cell has the tag {} twice", shown(&tag));
            context.invalid(found, tag.span(), message);
        }
    }
}

/// Finds what is wrong with an execution count.
pub(super) fn execution_count(count: &Value<'_>, context: Context, found: &mut Collector) {
    let raw = count.raw();
    let is_whole = raw.iter().all(u8::is_ascii_digit) || raw == b"-0";
    if count.kind() != Kind::Null && !is_whole {
        let message = format!(
            "`execution_count` is {}, not a whole number or null",
            shown(count)
        );
        context.invalid(found, count.span(), message);
    }
}

/// Finds what is wrong with the outputs of a cell.
pub(super) fn outputs(outputs: &Value<'_>, context: Context, found: &mut Collector) {
    if !expect(
        outputs,
        &[Kind::Array],
        "outputs",
        "an array",
        context,
        found,
    ) {
        return;
    }
    for output in outputs.elements() {
        check_output(&output, context, found);
    }
}

fn check_output(output: &Value<'_>, context: Context, found: &mut Collector) {
    let Some(object) = object(output, "an output", context, found) else {
        return;
    };
    let kind = object.get("output_type");
    let name = kind.and_then(|kind| kind.as_str());
    let (required, others): (&[(&str, Option<&str>)], &[&str]) = match name.as_deref() {
        Some("stream") => (&[("name", None), ("text", None)], &[]),
        Some("display_data") => (&[("data", None), ("metadata", Some("{}"))], &[]),
        Some("execute_result") => (
            &[
                ("data", None),
                ("execution_count", Some("null")),
                ("metadata", Some("{}")),
            ],
            &[],
        ),
        Some("error") => (
            &[("ename", None), ("evalue", None), ("traceback", None)],
            &[],
        ),
        _ if context.is_future() && kind.is_some() => return,
        _ => {
            let span = kind.map_or(super::stripped::opening(output), |kind| kind.span());
            let message = match kind {
                Some(kind) => format!(
                    "`output_type` is {}, not \"stream\", \"display_data\", \"execute_result\" or \"error\"",
                    shown(&kind)
                ),
                None => "the output has no `output_type`".to_owned(),
            };
            context.invalid(found, span, message);
            return;
        }
    };
    let owner = format!("the {} output", name.as_deref().unwrap_or_default());
    let lacking = object.require(required, &owner, context, found);
    found.edit(insert_all(output, &lacking, context.cell_depth + 2));
    let mut allowed = vec!["output_type"];
    allowed.extend(required.iter().map(|(key, _)| *key));
    allowed.extend(others);
    object.allow(&allowed, &owner.replacen("the", "a", 1), context, found);
    for (key, value) in object.members() {
        match key {
            "name" | "ename" | "evalue" if allowed.contains(&key) => {
                expect(value, &[Kind::String], key, "a string", context, found);
            }
            "text" if allowed.contains(&key) => multiline(value, key, context, found),
            "traceback" if allowed.contains(&key) => {
                array_of_strings(value, key, "an array of strings", context, found);
            }
            "data" if allowed.contains(&key) => mime_bundle(value, key, context, found),
            "metadata" if allowed.contains(&key) => {
                expect(value, &[Kind::Object], key, "an object", context, found);
            }
            "execution_count" if allowed.contains(&key) => execution_count(value, context, found),
            _ => {}
        }
    }
}

/// Finds what is wrong with the attachments of a cell.
pub(super) fn attachments(attachments: &Value<'_>, context: Context, found: &mut Collector) {
    let Some(object) = object(attachments, "attachments", context, found) else {
        return;
    };
    for (name, bundle) in object.members() {
        mime_bundle(bundle, name, context, found);
    }
}

fn mime_bundle(bundle: &Value<'_>, name: &str, context: Context, found: &mut Collector) {
    let Some(object) = object(bundle, name, context, found) else {
        return;
    };
    if context.is_future() {
        return;
    }
    for (mime, value) in object.members() {
        if !is_json(mime) {
            multiline(value, mime, context, found);
        }
    }
}

/// Returns whether any JSON may stand under a mime type.
fn is_json(mime: &str) -> bool {
    let Some(name) = mime.strip_prefix("application/") else {
        return false;
    };
    name == "json" || (name.ends_with("+json") && !name.contains('\n'))
}

/// Finds what is wrong with a text that may be given by its lines.
pub(super) fn multiline(value: &Value<'_>, name: &str, context: Context, found: &mut Collector) {
    if value.kind() != Kind::String {
        array_of_strings(value, name, MULTILINE, context, found);
    }
}

fn array_of_strings(
    value: &Value<'_>,
    name: &str,
    expected: &str,
    context: Context,
    found: &mut Collector,
) {
    if !expect(value, &[Kind::Array], name, expected, context, found) {
        return;
    }
    if let Some(other) = value
        .elements()
        .find(|element| element.kind() != Kind::String)
    {
        let message = format!("`{name}` has {} among its lines", kind_name(&other));
        context.invalid(found, other.span(), message);
    }
}

/// Reports members that are there and are no strings.
fn strings(object: &Object<'_>, keys: &[&str], context: Context, found: &mut Collector) {
    for key in keys {
        if let Some(value) = object.get(key) {
            expect(&value, &[Kind::String], key, "a string", context, found);
        }
    }
}

/// Returns an object; reports anything else.
fn object<'a>(
    value: &Value<'a>,
    name: &str,
    context: Context,
    found: &mut Collector,
) -> Option<Object<'a>> {
    let is_object = expect(value, &[Kind::Object], name, "an object", context, found);
    is_object.then(|| Object::read(value, context, found))
}

/// Returns whether a value is of one of the kinds; reports it if not.
fn expect(
    value: &Value<'_>,
    kinds: &[Kind],
    name: &str,
    expected: &str,
    context: Context,
    found: &mut Collector,
) -> bool {
    let is_expected = kinds.contains(&value.kind());
    if !is_expected {
        let name = if name.contains(' ') {
            name.to_owned()
        } else {
            format!("`{name}`")
        };
        let message = format!("{name} is {}, not {expected}", shown(value));
        context.invalid(found, value.span(), message);
    }
    is_expected
}
