//! Cells of nbformat 1, 2 and 3 as nbformat 4 has them.

use super::object::{Fields, Object, array, fields};
use super::output;
use super::text::{self, Join};
use crate::json::{Kind, Value};
use crate::notebook::{Cell, CellKind, NbFormat};

/// Returns a cell as nbformat 4.4 has it.
pub(super) fn upgraded(cell: &Cell<'_>, format: NbFormat) -> Vec<u8> {
    let mut fields = fields(&cell.value);
    let cell_type = fields
        .get("cell_type")
        .and_then(|member| member.value.as_str());
    let cell_type = cell_type.unwrap_or_default();
    let known = kind_named(&cell_type);
    let kind = known.unwrap_or_else(|| kind_by_shape(&fields));
    if known.is_some() {
        fields.remove("cell_type");
    }

    let mut new = Object::default();
    let content = take_source(&mut fields, kind, format);
    let content = match take_level(&mut fields, &cell_type) {
        Some(level) => heading(level, &content),
        None => content,
    };
    new.set("source", text::list(&content));
    let execution_count = output::take_execution_count(&mut fields);
    fields.remove("outputs");
    let mut metadata = match fields.remove("metadata") {
        Some(member) => Object::copy_of(&member.value),
        None => Object::default(),
    };
    if kind == CellKind::Code {
        new.set("cell_type", br#""code""#.as_slice());
        new.set("execution_count", execution_count);
        let outputs = cell.outputs.iter().flat_map(Value::elements);
        let mut outputs: Vec<_> = outputs
            .map(|output| output::upgraded(output, format))
            .collect();
        if format.major < 2 {
            let output = fields.remove("output");
            outputs.extend(output.map(|output| output::result(&output.value, execution_count)));
            // What nbformat 2 had for every cell of code.
            metadata.set("collapsed", b"false".as_slice());
        }
        new.set("outputs", array(&outputs));
    } else {
        let name: &[u8] = match kind {
            CellKind::Markdown => br#""markdown""#,
            CellKind::Code | CellKind::Raw | CellKind::Unknown => br#""raw""#,
        };
        new.set("cell_type", name);
        if let Some(attachments) = fields.get("attachments").map(|member| member.value)
            && are_attachments(&attachments)
        {
            fields.remove("attachments");
            new.set("attachments", attachments.raw());
        }
    }
    move_rest(fields, &mut metadata);
    new.set("metadata", metadata.to_json());
    new.to_json()
}

/// Returns the kind of cell that a type of any old format became.
fn kind_named(cell_type: &str) -> Option<CellKind> {
    match cell_type {
        "code" => Some(CellKind::Code),
        "markdown" | "text" | "html" | "heading" => Some(CellKind::Markdown),
        // The name of raw cells before nbformat 3 was settled.
        "raw" | "plaintext" => Some(CellKind::Raw),
        _ => None,
    }
}

/// Returns the kind of a cell that does not name a known one: nothing that
/// can be run, unless it was.
fn kind_by_shape(fields: &Fields<'_>) -> CellKind {
    let is_code = ["input", "code", "outputs"]
        .iter()
        .any(|key| fields.contains_key(*key));
    if is_code {
        CellKind::Code
    } else {
        CellKind::Raw
    }
}

/// Takes the text of a cell out: under the name of its format, or else under
/// that of another one.
fn take_source(fields: &mut Fields<'_>, kind: CellKind, format: NbFormat) -> Vec<u8> {
    let keys = match (kind, format.major) {
        (CellKind::Code, ..2) => ["code", "input", "source", "text"],
        (CellKind::Code, _) => ["input", "code", "source", "text"],
        (_, ..2) => ["text", "source", "input", "code"],
        (_, _) => ["source", "text", "input", "code"],
    };
    let Some(key) = keys.into_iter().find(|key| fields.contains_key(*key)) else {
        return Vec::new();
    };
    let member = fields.remove(key);
    member.map_or_else(Vec::new, |member| text::content(&member.value, Join::Lines))
}

/// Takes the level of a heading out; `None` if the cell is none.
fn take_level(fields: &mut Fields<'_>, cell_type: &str) -> Option<usize> {
    if cell_type != "heading" {
        return None;
    }
    let level = fields
        .remove("level")
        .and_then(|member| member.value.as_u64());
    // Markdown knows six; nbformat writes more, which nothing shows.
    let level = level.unwrap_or(1).clamp(1, 6);
    usize::try_from(level).ok()
}

fn heading(level: usize, content: &[u8]) -> Vec<u8> {
    [
        b"#".repeat(level).as_slice(),
        b" ",
        &text::on_one_line(content),
    ]
    .concat()
}

/// Returns whether nbformat 4 would take this for attachments: mime bundles
/// by name.
fn are_attachments(value: &Value<'_>) -> bool {
    let is_bundle = |value: Value<'_>| {
        value.kind() == Kind::Object && value.members().all(|member| text::is_text(&member.value))
    };
    value.kind() == Kind::Object && value.members().all(|member| is_bundle(member.value))
}

/// Moves what is left of a cell into its metadata, but for what says nothing:
/// whether Markdown was shown, what every cell had for a language, whether
/// somebody once trusted the outputs.
fn move_rest<'a>(mut fields: Fields<'a>, metadata: &mut Object<'a>) {
    metadata.remove("trusted");
    fields.remove("trusted");
    fields.remove("rendered");
    if fields
        .get("language")
        .is_some_and(|member| member.value.is_str("python"))
    {
        fields.remove("language");
    }
    if let Some(collapsed) = fields.get("collapsed").map(|member| member.value)
        && collapsed.kind() == Kind::Bool
    {
        fields.remove("collapsed");
        metadata.set("collapsed", collapsed.raw());
    }
    for (name, member) in fields {
        let is_empty_text =
            ["input", "code", "source", "text"].contains(&&*name) && !member.value.is_truthy();
        if !is_empty_text {
            metadata.add(&member, member.value.raw());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::notebook::upgrade::tests::{json, upgraded};

    /// Checks what becomes of one cell of nbformat 3.
    #[track_caller]
    fn check(old: &str, new: &str) {
        let notebook = format!(r#"{{"nbformat":3,"worksheets":[{{"cells":[{old}]}}]}}"#);
        assert_eq!(upgraded(&notebook)["cells"], json(&format!("[{new}]")));
    }

    /// Checks what becomes of one cell of nbformat 1.
    #[track_caller]
    fn check_version_1(old: &str, new: &str) {
        let notebook = format!(r#"{{"nbformat":1,"cells":[{old}]}}"#);
        assert_eq!(upgraded(&notebook)["cells"], json(&format!("[{new}]")));
    }

    #[test]
    fn code_has_a_source_a_count_and_outputs() {
        check(
            r#"{"cell_type":"code","language":"python","collapsed":true,"prompt_number":5,
                "input":["a","b"],"outputs":[],"metadata":{"x":[1.50]}}"#,
            r#"{"cell_type":"code","execution_count":5,"source":["a\n","b"],"outputs":[],
                "metadata":{"collapsed":true,"x":[1.5]}}"#,
        );
        check(
            r#"{"cell_type":"code","prompt_number":"*","outputs":null}"#,
            r#"{"cell_type":"code","execution_count":null,"source":[],"outputs":[],"metadata":{}}"#,
        );
    }

    #[test]
    fn the_cell_says_whether_it_is_collapsed_not_its_metadata() {
        check(
            r#"{"cell_type":"code","collapsed":false,"metadata":{"collapsed":true}}"#,
            r#"{"cell_type":"code","execution_count":null,"source":[],"outputs":[],
                "metadata":{"collapsed":false}}"#,
        );
    }

    #[test]
    fn text_becomes_markdown_or_raw() {
        for (old, new) in [
            ("markdown", "markdown"),
            ("html", "markdown"),
            ("raw", "raw"),
            ("plaintext", "raw"),
        ] {
            check(
                &format!(r#"{{"cell_type":"{old}","source":["a\n","b"],"rendered":"c"}}"#),
                &format!(r#"{{"cell_type":"{new}","source":["a\n","b"],"metadata":{{}}}}"#),
            );
        }
    }

    #[test]
    fn headings_are_a_line_of_markdown() {
        for (level, source, line) in [
            ("2", r#"["One\n","two\u2028three"]"#, "## One two three"),
            ("1", r#""""#, "# "),
            ("9", r#""a""#, "###### a"),
            ("0", r#""a""#, "# a"),
            ("null", r#""a""#, "# a"),
        ] {
            check(
                &format!(r#"{{"cell_type":"heading","level":{level},"source":{source}}}"#),
                &format!(r#"{{"cell_type":"markdown","source":["{line}"],"metadata":{{}}}}"#),
            );
        }
    }

    #[test]
    fn version_1_had_code_and_text() {
        check_version_1(
            r#"{"cell_type":"code","code":"a\nb","prompt_number":2}"#,
            r#"{"cell_type":"code","execution_count":2,"source":["a\n","b"],"outputs":[],
                "metadata":{"collapsed":false}}"#,
        );
        check_version_1(
            r#"{"cell_type":"text","text":"a","source":"b"}"#,
            r#"{"cell_type":"markdown","source":["a"],"metadata":{"source":"b"}}"#,
        );
    }

    /// nbformat drops it. In the metadata nothing would strip it.
    #[test]
    fn an_output_of_version_1_is_a_result() {
        check_version_1(
            r#"{"cell_type":"code","code":"1+1","output":"a\nb","prompt_number":2}"#,
            r#"{"cell_type":"code","execution_count":2,"source":["1+1"],
                "outputs":[{"output_type":"execute_result","execution_count":2,
                 "data":{"text/plain":["a\n","b"]},"metadata":{}}],
                "metadata":{"collapsed":false}}"#,
        );
    }

    #[test]
    fn a_source_is_found_under_another_name() {
        check(
            r#"{"cell_type":"code","source":"a"}"#,
            r#"{"cell_type":"code","execution_count":null,"source":["a"],"outputs":[],
                "metadata":{}}"#,
        );
        check(
            r#"{"cell_type":"markdown","input":"a"}"#,
            r#"{"cell_type":"markdown","source":["a"],"metadata":{}}"#,
        );
        check(
            r#"{"cell_type":"markdown","input":"a","source":"b","text":""}"#,
            r#"{"cell_type":"markdown","source":["b"],"metadata":{"input":"a"}}"#,
        );
    }

    #[test]
    fn unknown_keys_move_into_the_metadata() {
        check(
            r#"{"cell_type":"markdown","id":"a","level":1,"language":"ruby","trusted":true,
                "metadata":{"trusted":true,"b":2}}"#,
            r#"{"cell_type":"markdown","source":[],
                "metadata":{"b":2,"id":"a","level":1,"language":"ruby"}}"#,
        );
    }

    #[test]
    fn moved_keys_take_no_name_that_is_taken_or_means_something() {
        check(
            r#"{"cell_type":"raw","a":1,"tags":"b","collapsed":null,
                "metadata":{"a":4,"a_":5}}"#,
            r#"{"cell_type":"raw","source":[],"metadata":{"a":4,"a_":5,"a__":1,"tags_":"b",
                "collapsed_":null}}"#,
        );
    }

    #[test]
    fn cells_of_unknown_types_are_code_if_they_have_some() {
        check(
            r#"{"cell_type":"rst","source":"a"}"#,
            r#"{"cell_type":"raw","source":["a"],"metadata":{"cell_type":"rst"}}"#,
        );
        check(
            r#"{"input":"a"}"#,
            r#"{"cell_type":"code","execution_count":null,"source":["a"],"outputs":[],
                "metadata":{}}"#,
        );
    }

    #[test]
    fn text_has_no_outputs_and_no_count() {
        check(
            r#"{"cell_type":"markdown","source":"a","outputs":[{"output_type":"stream"}],
                "prompt_number":1}"#,
            r#"{"cell_type":"markdown","source":["a"],"metadata":{}}"#,
        );
    }

    #[test]
    fn attachments_stay_where_they_can() {
        check(
            r#"{"cell_type":"markdown","attachments":{"a.png":{"image/png":"b"}}}"#,
            r#"{"cell_type":"markdown","source":[],"metadata":{},
                "attachments":{"a.png":{"image/png":"b"}}}"#,
        );
        check(
            r#"{"cell_type":"markdown","attachments":{"a.png":1}}"#,
            r#"{"cell_type":"markdown","source":[],"metadata":{"attachments":{"a.png":1}}}"#,
        );
    }

    #[test]
    fn of_repeated_keys_the_last_counts() {
        check(
            r#"{"cell_type":"raw","source":"a","source":"b","metadata":{"c":1,"c":2}}"#,
            r#"{"cell_type":"raw","source":["b"],"metadata":{"c":2}}"#,
        );
    }
}
