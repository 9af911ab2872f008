//! Tests of `MyST` Markdown, both ways.

use proptest::prelude::*;
use serde_json::json;

use super::{read, write};
use crate::convert::TextNotebook;
use crate::convert::testing::{self, any_cells, any_line, body, cells, object};
use crate::notebook::CellKind::{self, Code, Markdown, Raw};

fn notebook(cells: &[(CellKind, &str)]) -> TextNotebook {
    let metadata = json!({
        "kernelspec": {"display_name": "Python 3", "name": "python3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    });
    testing::notebook(object(metadata), cells)
}

/// Checks that cells are written as this text, and read back from it.
#[track_caller]
fn check(given: &[(CellKind, &str)], expected: &str) {
    let text = write(&notebook(given), ".md");
    assert_eq!(body(&text), expected);
    let read = read(&text).unwrap();
    assert_eq!(cells(&read), given);
    let section = read.metadata.get("jupytext").unwrap();
    let lexer = section
        .get("default_lexer")
        .and_then(|lexer| lexer.as_str());
    assert_eq!(lexer, text.contains("} ipython3\n").then_some("ipython3"));
}

/// Checks that cells come back, whatever the text.
#[track_caller]
fn check_back(given: &[(CellKind, &str)]) {
    let text = write(&notebook(given), ".md");
    assert_eq!(cells(&read(&text).unwrap()), given, "{text}");
}

/// Checks what a cell with metadata is written as, and that it comes back.
#[track_caller]
fn check_cell(kind: CellKind, source: &str, metadata: serde_json::Value, expected: &str) {
    let mut given = notebook(&[(kind, source)]);
    given.cells[0].metadata = object(metadata);
    let text = write(&given, ".md");
    assert_eq!(body(&text), expected);
    assert_eq!(read(&text).unwrap().cells, given.cells);
}

/// Checks what the cells of a text are.
#[track_caller]
fn check_read(text: &str, expected: &[(CellKind, &str)]) {
    assert_eq!(cells(&read(text).unwrap()), expected);
}

#[test]
fn code_is_a_directive_and_a_break_parts_markdown() {
    check(
        &[
            (Markdown, "# A\n\ntext"),
            (Markdown, "b"),
            (Code, "x = 1"),
            (Raw, "r"),
            (Markdown, "c"),
        ],
        "# A\n\ntext\n\n+++\n\nb\n\n```{code-cell} ipython3\nx = 1\n```\n\n```{raw-cell}\nr\n```\n\nc\n",
    );
    check(
        &[(Code, "%%bash\nls"), (Code, "")],
        "```{code-cell} ipython3\n%%bash\nls\n```\n\n```{code-cell} ipython3\n\n```\n",
    );
}

#[test]
fn options_are_short_where_that_is_enough() {
    check_cell(
        Code,
        "x",
        json!({"tags": ["a", "b"], "name": "é"}),
        "```{code-cell} ipython3\n:tags: [a, b]\n:name: é\n\nx\n```\n",
    );
    check_cell(
        Raw,
        ":x",
        json!({"a": {"b": true}}),
        "```{raw-cell}\n---\na:\n  b: true\n---\n:x\n```\n",
    );
    check_cell(
        Markdown,
        "x",
        json!({"a": {"b": "é"}, "t": []}),
        "+++ {\"a\": {\"b\": \"\\u00e9\"}, \"t\": []}\n\nx\n",
    );
}

#[test]
fn what_looks_like_options_stands_behind_a_blank_line() {
    check(&[(Code, ":x\n")], "```{code-cell} ipython3\n\n:x\n```\n");
    check(
        &[(Code, "  :x: y")],
        "```{code-cell} ipython3\n\n  :x: y\n```\n",
    );
    check(&[(Raw, "--- a")], "```{raw-cell}\n\n--- a\n```\n");
}

#[test]
fn blank_ends_are_noted_in_the_header() {
    check_back(&[
        (Markdown, "a\n"),
        (Code, "b\n\n"),
        (Markdown, ""),
        (Code, "\n\nc"),
        (Markdown, "\n  d \n"),
        (Markdown, "\n"),
        (Code, "\n"),
        (Raw, ""),
    ]);
    let text = write(
        &notebook(&[(Markdown, "a\n"), (Markdown, ""), (Code, "b")]),
        ".md",
    );
    assert!(text.contains("  blank_ends: 1n e2 of 3\n"), "{text}");
    assert_eq!(
        body(&text),
        "a\n\n+++\n\n\n\n```{code-cell} ipython3\nb\n```\n"
    );
}

#[test]
fn markdown_that_would_be_torn_apart_stands_in_a_fence() {
    check(
        &[(Markdown, "a\n+++\nb"), (Code, "c")],
        "+++ {\"verbatim\": true}\n\n```markdown\na\n+++\nb\n```\n\n```{code-cell} ipython3\nc\n```\n",
    );
    check(
        &[(Markdown, "```\nopen"), (Code, "c")],
        "+++ {\"verbatim\": true}\n\n````markdown\n```\nopen\n````\n\n```{code-cell} ipython3\nc\n```\n",
    );
    for source in [
        "```{code-cell}\nx\n```",
        "+++ no JSON",
        "<!-- open",
        "<script>\n",
        "~~~~\nopen",
        "+++ {\"verbatim\": true}\n\n```markdown\nx\n```",
    ] {
        check_back(&[
            (Markdown, "a"),
            (Markdown, source),
            (Code, "c"),
            (Markdown, "d"),
        ]);
    }
}

#[test]
fn what_is_told_apart_needs_no_fence() {
    check(&[(Markdown, "```\nopen")], "```\nopen\n");
    check(
        &[
            (Markdown, "- a\n  ```{code-cell}\n  b\n  ```\n  +++"),
            (Code, "c"),
        ],
        "- a\n  ```{code-cell}\n  b\n  ```\n  +++\n\n```{code-cell} ipython3\nc\n```\n",
    );
    check(&[(Markdown, "+ a\n+ b")], "+ a\n+ b\n");
}

#[test]
fn a_blank_cell_keeps_what_is_said_about_it() {
    check_cell(
        Markdown,
        "\n",
        json!({"a": 1}),
        "+++ {\"a\": 1, \"verbatim\": true}\n\n```markdown\n\n\n```\n",
    );
}

#[test]
fn fences_are_longer_than_those_in_the_code() {
    check(
        &[(Code, "'''\n```\n'''"), (Code, "  ```")],
        "````{code-cell} ipython3\n'''\n```\n'''\n````\n\n````{code-cell} ipython3\n  ```\n````\n",
    );
}

#[test]
fn ids_and_attachments_come_back() {
    let mut given = notebook(&[(Markdown, "x"), (Code, "y")]);
    given.cells[0].id = Some("ab-1".to_owned());
    given.cells[0].attachments = Some(object(json!({"p.png": {"image/png": "AA"}})));
    given.cells[1].id = Some("c".to_owned());
    let text = write(&given, ".md");
    assert_eq!(
        body(&text),
        "+++ {\"cell_id\": \"ab-1\", \"attachments\": {\"p.png\": {\"image/png\": \"AA\"}}}\n\n\
         x\n\n```{code-cell} ipython3\n:cell_id: c\n\ny\n```\n"
    );
    assert_eq!(read(&text).unwrap().cells, given.cells);
}

#[test]
fn metadata_stands_at_the_root_of_the_header() {
    let text = write(&notebook(&[(Code, "x")]), ".md");
    assert!(text.starts_with(
        "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n    \
         format_version: 0.13\nkernelspec:\n  display_name: Python 3\n  name: python3\n---\n\n"
    ));
    let back = read(&text).unwrap();
    assert_eq!(
        back.metadata.get("kernelspec"),
        notebook(&[]).metadata.get("kernelspec")
    );
    // The lexer is known without `language_info`.
    assert_eq!(write(&back, ".md"), text);
}

#[test]
fn front_matter_is_in_the_header_as_it_was_written() {
    for front in [
        "---\ntitle: x\ntags:\n- a\n---",
        "---\n# who\ntitle: 'x'\n\ndate: 2020-01-01\n---",
    ] {
        let text = write(&notebook(&[(Raw, front), (Code, "a")]), ".md");
        assert!(
            text.contains("\ntitle: ") && !text.contains("raw-cell"),
            "{text}"
        );
        let back = read(&text).unwrap();
        assert_eq!(cells(&back), [(Raw, front), (Code, "a")]);
        assert_eq!(write(&back, ".md"), text);
    }
    // What is no YAML object, or speaks of the notebook, is a cell.
    for front in [
        "---\nx\n---",
        "---\n---",
        "---\n[\n---",
        "---\nkernelspec: x\n---",
    ] {
        check_back(&[(Raw, front), (Code, "a")]);
    }
}

#[test]
fn dates_of_front_matter_stay_without_quotes() {
    let text = "---\ndate: 2020-01-01\nwho: '1'\njupytext:\n  \
                root_level_metadata_filter: -date,-who\n---\n\na\n";
    check_read(
        text,
        &[
            (Raw, "---\ndate: 2020-01-01\nwho: '1'\n---"),
            (Markdown, "a"),
        ],
    );
}

#[test]
fn options_of_people_are_read() {
    check_read(
        "~~~{code-cell}\n---\na: 1\n\n---\nx\n~~~\n```{code-cell}\n:load: f.py\n```\n",
        &[(Code, "x"), (Code, "")],
    );
    let text = "a\n```{code-cell} R\n :a: 1\n:b:\nx\n```\n";
    let back = read(text).unwrap();
    assert_eq!(cells(&back), [(Markdown, "a"), (Code, "x")]);
    assert_eq!(back.cells[1].metadata, object(json!({"a": 1, "b": null})));
    assert_eq!(
        back.metadata,
        object(json!({"jupytext": {"default_lexer": "R"}}))
    );
    // No options at all.
    check_read("```{code-cell}\n:only text\n```\n", &[(Code, ":only text")]);
}

#[test]
fn headers_of_myst_nb_are_metadata() {
    let back =
        read("---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n# a\n").unwrap();
    assert_eq!(cells(&back), [(Markdown, "# a")]);
    assert_eq!(
        back.metadata,
        object(json!({"file_format": "mystnb", "kernelspec": {"name": "python3"}}))
    );
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_line() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check("a\n\n+++ no\n", "line 3");
    check(
        "---\na: 1\n---\n\n```{code-cell}\n---\na: [\n---\n```\n",
        "invalid YAML at line",
    );
    check("---\na: [\n---\n", "invalid YAML at line");
}

#[test]
fn other_line_ends_stay_in_sources() {
    check(
        &[
            (Code, "a\r\nb\u{c}c\u{2028}d"),
            (Markdown, "e\r\nf\u{0}\u{85}"),
        ],
        "```{code-cell} ipython3\na\r\nb\u{c}c\u{2028}d\n```\n\ne\r\nf\u{0}\u{85}\n",
    );
    check_back(&[(Code, "\r"), (Markdown, "\u{c}\n"), (Raw, "\u{c}\nx")]);
    let given = [(Markdown, "a\n\nb"), (Code, "c\nd")];
    let text = write(&notebook(&given), ".md").replace('\n', "\r\n");
    check_read(&text, &given);
}

/// Lines that mean something to `MyST`.
const LINES: &[&str] = &[
    "",
    "",
    "",
    "a",
    "b c",
    "```",
    "````",
    "```{code-cell}",
    "```{raw-cell} x",
    "```{note}",
    "```markdown",
    "~~~",
    "~~~{code-cell}",
    "    x",
    "  ```",
    "+++",
    "+++ {\"a\": 1}",
    "+++ {\"verbatim\": true}",
    "+++ x",
    "++ +",
    "+ a",
    "- a",
    "  b",
    "1. a",
    "   b",
    "> a",
    "> ```",
    "% a",
    "% a -->",
    "(a)=",
    "<!--",
    "-->",
    "<div>",
    "</div>",
    "<pre>",
    "</pre>",
    "---",
    "===",
    ":a: b",
    ":",
    " :a",
    "[a]: b",
    "| a | b |",
    "|---|---|",
    " ",
    "\t",
    "a\r",
    "\u{c}",
    "\u{a0}",
    "%%bash",
    "# h",
    "'''",
    "\u{0}",
];

proptest! {
    #[test]
    fn all_cells_come_back(given in any_cells(LINES), with_metadata in any::<bool>()) {
        let given: Vec<_> = given.iter().map(|(kind, source)| (*kind, &**source)).collect();
        let mut notebook = notebook(&given);
        if with_metadata {
            for cell in &mut notebook.cells {
                cell.metadata = object(json!({"a": {"b": [">", "-->"]}}));
            }
        }
        let text = write(&notebook, ".md");
        let back = read(&text).unwrap();
        prop_assert_eq!(cells(&back), given, "{}", text);
        prop_assert_eq!(write(&back, ".md"), text);
    }

    #[test]
    fn any_text_is_read_as_cells_that_come_back(lines in proptest::collection::vec(any_line(LINES), 0..20)) {
        let text = lines.join("\n");
        if let Ok(found) = read(&text) {
            let text = write(&found, ".md");
            let back = read(&text).unwrap();
            prop_assert_eq!(cells(&back), cells(&found), "{}", text);
        }
    }
}
