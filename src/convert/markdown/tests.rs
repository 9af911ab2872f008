//! Tests of Markdown, both ways.

use proptest::prelude::*;
use serde_json::json;

use super::{read, write};
use crate::convert::testing::{self, any_cells, any_line, body, cells, object};
use crate::convert::{Metadata, TextNotebook};
use crate::notebook::CellKind::{self, Code, Markdown, Raw};

fn python() -> Metadata {
    let kernel = json!({"display_name": "Python 3", "language": "python", "name": "python3"});
    object(json!({"kernelspec": kernel}))
}

fn notebook(cells: &[(CellKind, &str)]) -> TextNotebook {
    testing::notebook(python(), cells)
}

/// Checks that cells are written as this text, and read back from it.
#[track_caller]
fn check(given: &[(CellKind, &str)], expected: &str) {
    let text = write(&notebook(given), ".md");
    assert_eq!(body(&text), expected);
    let read = read(&text, ".md").unwrap();
    assert_eq!(cells(&read), given);
    assert_eq!(read.metadata.get("kernelspec"), python().get("kernelspec"));
}

/// Checks that cells come back, whatever the text.
#[track_caller]
fn check_back(given: &[(CellKind, &str)]) {
    let text = write(&notebook(given), ".md");
    assert_eq!(cells(&read(&text, ".md").unwrap()), given, "{text}");
}

/// Checks what a cell with metadata is written as, and that it comes back.
#[track_caller]
fn check_cell(kind: CellKind, source: &str, metadata: serde_json::Value, expected: &str) {
    let mut given = notebook(&[(kind, source)]);
    given.cells[0].metadata = object(metadata);
    let text = write(&given, ".md");
    assert_eq!(body(&text), expected);
    assert_eq!(read(&text, ".md").unwrap().cells, given.cells);
}

/// Checks what the cells of a text are.
#[track_caller]
fn check_read(text: &str, expected: &[(CellKind, &str)]) {
    assert_eq!(cells(&read(text, ".md").unwrap()), expected);
}

#[test]
fn code_is_fenced_and_markdown_is_not() {
    check(
        &[
            (Markdown, "# A\n\ntext"),
            (Code, "x = 1"),
            (Code, ""),
            (Raw, "r"),
        ],
        "# A\n\ntext\n\n```python\nx = 1\n```\n\n```python\n\n```\n\n<!-- #raw -->\nr\n<!-- #endraw -->\n",
    );
}

#[test]
fn two_blank_lines_part_markdown() {
    check(
        &[
            (Markdown, "a"),
            (Markdown, "b"),
            (Code, "c"),
            (Markdown, "d"),
        ],
        "a\n\n\nb\n\n```python\nc\n```\n\nd\n",
    );
}

#[test]
fn what_would_be_read_otherwise_gets_a_region() {
    check(
        &[(Markdown, "a\n\n\nb"), (Markdown, "c")],
        "<!-- #region -->\na\n\n\nb\n<!-- #endregion -->\n\nc\n",
    );
    check(
        &[(Markdown, "```python\nx\n```")],
        "<!-- #region -->\n```python\nx\n```\n<!-- #endregion -->\n",
    );
    check(&[(Markdown, "```\nx\n\n\ny\n```")], "```\nx\n\n\ny\n```\n");
}

#[test]
fn a_fence_that_nobody_closes_takes_no_other_cell() {
    check(
        &[(Markdown, "```\nopen"), (Markdown, "b"), (Code, "c")],
        "<!-- #region -->\n```\nopen\n<!-- #endregion -->\n\nb\n\n```python\nc\n```\n",
    );
    // With nothing behind it, there is nothing to take.
    check(&[(Markdown, "```\nopen")], "```\nopen\n");
    check(
        &[(Markdown, "```\nopen"), (Raw, "```"), (Markdown, "```")],
        "<!-- #region -->\n```\nopen\n<!-- #endregion -->\n\n<!-- #raw -->\n```\n<!-- #endraw -->\n\n```\n",
    );
}

#[test]
fn regions_in_cells_stay_text() {
    check(
        &[(Markdown, "<!-- #region -->\na\n<!-- #endregion -->")],
        "<!-- #md -->\n<!-- #region -->\na\n<!-- #endregion -->\n<!-- #endmd -->\n",
    );
    let all = "a\n\n\n<!-- #endregion -->\n<!-- #endmd -->\n<!-- #endmarkdown -->\n<!-- ##end -->";
    let text = write(&notebook(&[(Markdown, all)]), ".md");
    assert!(
        body(&text).starts_with("<!-- #region escaped=true -->\na\n"),
        "{text}"
    );
    let back = read(&text, ".md").unwrap();
    assert_eq!(cells(&back), [(Markdown, all)]);
    assert!(back.cells[0].metadata.is_empty());
    check(
        &[(Raw, "<!-- #endraw -->")],
        "```python active=\"\"\n<!-- #endraw -->\n```\n",
    );
}

#[test]
fn indented_code_at_the_end_of_a_cell_does_not_join_it_with_the_next() {
    check_back(&[(Markdown, "a\n\n    code"), (Markdown, "b"), (Code, "c")]);
    check_back(&[
        (Markdown, "a\n\n    code\n"),
        (Code, "c"),
        (Markdown, "    d"),
    ]);
}

#[test]
fn blank_ends_are_noted_in_the_header() {
    let given = [
        (Code, "a\n\n"),
        (Markdown, "\nb\n"),
        (Markdown, "\n\nc"),
        (Markdown, ""),
        (Code, "\n"),
        (Markdown, "d\n"),
    ];
    check_back(&given);
    let text = write(&notebook(&[(Code, "a\n"), (Markdown, "\nb")]), ".md");
    assert!(text.contains("    blank_ends: n2 of 2\n"), "{text}");
    assert!(
        body(&text).starts_with("```python\na\n\n```\n\n\nb\n"),
        "{text}"
    );
    // Where others shortened the text, the note is no use.
    let text = text.replace("```python\na\n\n```\n\n\n", "");
    check_read(&text, &[(Markdown, "b")]);
}

#[test]
fn fences_are_longer_than_those_in_the_code() {
    check(
        &[(Code, "'''\n```\n'''"), (Code, "````x")],
        "````python\n'''\n```\n'''\n````\n\n`````python\n````x\n`````\n",
    );
    // Quotes that nobody closes end with their cell.
    check(
        &[(Code, "'''"), (Code, "b")],
        "```python\n'''\n```\n\n```python\nb\n```\n",
    );
}

#[test]
fn magics_of_languages_name_the_fence() {
    check(
        &[
            (Code, "%%bash -s 'a'\nls"),
            (Code, "%%R\nx"),
            (Code, "%%time\nx"),
            (Code, "!ls"),
        ],
        "```bash magic_args=\"-s 'a'\"\nls\n```\n\n```R\nx\n```\n\n```python\n%%time\nx\n```\n\n```python\n!ls\n```\n",
    );
}

#[test]
fn magics_that_would_come_back_otherwise_stay() {
    check(
        &[
            (Code, "%%python\nx"),
            (Code, "%%bash \nls"),
            (Raw, "%%bash\nx"),
        ],
        "```python\n%%python\nx\n```\n\n```python\n%%bash \nls\n```\n\n<!-- #raw -->\n%%bash\nx\n<!-- #endraw -->\n",
    );
    check_back(&[
        (Code, "%%bash"),
        (Code, "%%bash\n"),
        (Markdown, "%%html\nb"),
    ]);
}

#[test]
fn metadata_is_in_options() {
    check_cell(
        Code,
        "x",
        json!({"tags": ["a", "b"], "n": 1.5, "t": "é"}),
        "```python tags=[\"a\", \"b\"] n=1.5 t=\"\\u00e9\"\nx\n```\n",
    );
    check_cell(
        Markdown,
        "x",
        json!({"title": "A title", "a": {"b": null}}),
        "<!-- #region A title a={\"b\": null} -->\nx\n<!-- #endregion -->\n",
    );
    check_cell(
        Raw,
        "x",
        json!({"raw_mimetype": "text/latex"}),
        "<!-- #raw raw_mimetype=\"text/latex\" -->\nx\n<!-- #endraw -->\n",
    );
    check_cell(
        Markdown,
        "x",
        json!({"region_name": "markdown"}),
        "<!-- #markdown -->\nx\n<!-- #endmarkdown -->\n",
    );
}

#[test]
fn titles_that_are_no_words_are_options() {
    for title in ["a = b", "{", " x", "", "two\nlines", "end .py"] {
        let mut given = notebook(&[(Markdown, "x")]);
        given.cells[0].metadata = object(json!({"title": title}));
        let text = write(&given, ".md");
        let back = read(&text, ".md").unwrap();
        assert_eq!(back.cells, given.cells, "{text}");
    }
}

#[test]
fn cells_are_what_they_were_wherever_they_are_active() {
    check_cell(
        Raw,
        "x",
        json!({"active": "md"}),
        "```python active=\"md\"\nx\n```\n",
    );
    check_cell(
        Raw,
        "x",
        json!({"active": "md,ipynb"}),
        "<!-- #raw active=\"md,ipynb\" -->\nx\n<!-- #endraw -->\n",
    );
    check_cell(
        Code,
        "x",
        json!({"active": "py"}),
        "```python active=\"py\" cell_type=\"code\"\nx\n```\n",
    );
    check_cell(
        Code,
        "x",
        json!({"run_control": {"frozen": true}}),
        "```python run_control={\"frozen\": true}\nx\n```\n",
    );
}

#[test]
fn a_language_in_the_metadata_is_no_magic() {
    check_cell(
        Code,
        "ls",
        json!({"language": "bash"}),
        "```python language=\"bash\"\nls\n```\n",
    );
    check_read("```bash\nls\n```\n", &[(Code, "ls")]);
    check_read(
        "```python\nx\n```\n\n```bash\nls\n```\n",
        &[(Code, "x"), (Code, "%%bash\nls")],
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
        "<!-- #region cell_id=\"ab-1\" attachments={\"p.png\": {\"image/png\": \"AA\"}} -->\n\
         x\n<!-- #endregion -->\n\n```python cell_id=\"c\"\ny\n```\n"
    );
    assert_eq!(read(&text, ".md").unwrap().cells, given.cells);
}

#[test]
fn the_language_of_the_notebook_makes_cells_though_no_magic_has_it() {
    let mut given = notebook(&[(Code, "open X;"), (Markdown, "```qsharp\na\n```")]);
    given.metadata = object(json!({"kernelspec": {"language": "qsharp", "name": "q"}}));
    let text = write(&given, ".md");
    assert_eq!(
        body(&text),
        "```qsharp\nopen X;\n```\n\n<!-- #region -->\n```qsharp\na\n```\n<!-- #endregion -->\n"
    );
    assert_eq!(cells(&read(&text, ".md").unwrap()), cells(&given));
}

#[test]
fn without_a_kernel_the_language_is_noted_where_most_cells_are_in_another() {
    let mut given = notebook(&[(Code, "%%bash\nls"), (Code, "%%bash\ncd"), (Code, "x")]);
    given.metadata = Metadata::new();
    let text = write(&given, ".md");
    assert!(text.contains("    main_language: python\n"), "{text}");
    assert_eq!(cells(&read(&text, ".md").unwrap()), cells(&given));
}

#[test]
fn other_line_ends_stay_in_sources() {
    check(
        &[(Code, "a\r\nb\u{c}c\u{2028}d"), (Markdown, "e\r\n\r\nf")],
        "```python\na\r\nb\u{c}c\u{2028}d\n```\n\ne\r\n\r\nf\n",
    );
}

#[test]
fn a_file_that_was_converted_to_crlf_reads_the_same() {
    let given = [(Markdown, "a\n\nb"), (Code, "c\nd")];
    let text = write(&notebook(&given), ".md").replace('\n', "\r\n");
    check_read(&text, &given);
}

#[test]
fn front_matter_is_a_raw_cell() {
    let front = "---\ntitle: x # y\n---";
    let text = write(&notebook(&[(Raw, front), (Code, "a")]), ".md");
    assert!(text.starts_with("---\ntitle: x # y\njupyter:\n"), "{text}");
    check_read(&text, &[(Raw, front), (Code, "a")]);
    check_back(&[(Raw, front), (Markdown, "\n\n")]);
}

#[test]
fn the_number_of_blank_lines_is_kept_as_long_as_it_parts_cells() {
    let mut given = notebook(&[(Code, "a"), (Code, "b"), (Markdown, "c"), (Markdown, "d")]);
    given.cells[0].metadata = object(json!({"lines_to_next_cell": 0}));
    given.cells[2].metadata = object(json!({"lines_to_next_cell": 0}));
    let text = write(&given, ".md");
    assert_eq!(
        body(&text),
        "```python\na\n```\n```python\nb\n```\n\n<!-- #region -->\nc\n<!-- #endregion -->\n\nd\n"
    );
    let back = read(&text, ".md").unwrap();
    assert_eq!(cells(&back), cells(&given));
    assert_eq!(back.cells[0].metadata, given.cells[0].metadata);
}

#[test]
fn fences_that_are_not_to_be_run_are_markdown() {
    check_read(
        "```python .noeval\nx\n```\n\na\n",
        &[(Markdown, "```python .noeval\nx\n```"), (Markdown, "a")],
    );
    check_read(
        "a\n```bash .noeval\nx\n```\nb\n",
        &[(Markdown, "a\n```bash .noeval\nx\n```\nb")],
    );
    check_read("~~~python\nx\n~~~\n", &[(Markdown, "~~~python\nx\n~~~")]);
    check_read("```\nx\n```\n", &[(Markdown, "```\nx\n```")]);
    check_read(
        "```nobody\n\n\nx\n```\n",
        &[(Markdown, "```nobody\n\n\nx\n```")],
    );
    check_read(
        "```{note}\n\n\nx\n```\n",
        &[(Markdown, "```{note}\n\n\nx\n```")],
    );
    check_read("```PYTHON\nx\n```\n", &[(Code, "x")]);
}

#[test]
fn headings_part_markdown_if_the_notebook_says_so() {
    let mut given = notebook(&[(Markdown, "a"), (Markdown, "# b"), (Markdown, "c\n\n# d")]);
    given
        .metadata
        .insert("jupytext".to_owned(), json!({"split_at_heading": true}));
    let text = write(&given, ".md");
    assert_eq!(
        body(&text),
        "a\n\n# b\n\n\n<!-- #region -->\nc\n\n# d\n<!-- #endregion -->\n"
            .replace("# b\n\n\n", "# b\n\n")
    );
    assert_eq!(cells(&read(&text, ".md").unwrap()), cells(&given));
}

#[test]
fn half_a_text_is_read_as_far_as_it_goes() {
    check_read("", &[]);
    check_read("```python\nx", &[(Code, "x")]);
    check_read("<!-- #region a=1 -->\nx\n", &[(Markdown, "x")]);
    check_read("<!-- #raw -->", &[(Raw, "")]);
    check_read("```python", &[(Code, "")]);
}

/// Lines that mean something to Markdown.
const LINES: &[&str] = &[
    "",
    "",
    "",
    "a",
    "b c",
    "```",
    "````",
    "```python",
    "```bash -x",
    "```nobody",
    "```{note}",
    "```python .noeval",
    "~~~",
    "    x",
    "  ```",
    "<!-- #region -->",
    "<!-- #region a=1 -->",
    "<!-- #endregion -->",
    "<!-- #md -->",
    "<!-- #endmd -->",
    "<!-- #raw -->",
    "<!-- #endraw -->",
    "<!-- #endmarkdown -->",
    "<!-- #x -->",
    "%%bash",
    "%%python",
    "---",
    "'''",
    "# h",
    " ",
    "\t",
    "a\r",
    "\u{c}",
    "\u{a0}",
    "jupyter:",
    "+++",
    "<!-- ##endmd -->",
];

proptest! {
    #[test]
    fn all_cells_come_back(given in any_cells(LINES), knows_language in any::<bool>()) {
        let given: Vec<_> = given.iter().map(|(kind, source)| (*kind, &**source)).collect();
        let mut notebook = notebook(&given);
        if !knows_language {
            notebook.metadata.clear();
        }
        let text = write(&notebook, ".md");
        let back = read(&text, ".md").unwrap();
        prop_assert_eq!(&cells(&back), &given, "{}", text);
        // With what was noted about blank lines, too.
        let again = write(&back, ".md");
        let back = read(&again, ".md").unwrap();
        prop_assert_eq!(cells(&back), given, "{}", again);
    }

    #[test]
    fn any_text_is_read_as_cells_that_come_back(lines in proptest::collection::vec(any_line(LINES), 0..20)) {
        let text = lines.join("\n");
        if let Ok(found) = read(&text, ".md") {
            let text = write(&found, ".md");
            let back = read(&text, ".md").unwrap();
            prop_assert_eq!(cells(&back), cells(&found), "{}", text);
        }
    }
}
