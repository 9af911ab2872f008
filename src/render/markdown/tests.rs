use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::diff::{DiffOptions, TableCell, TableDiff, TableLine, TableRow, diff_notebooks};
use crate::json::Document;
use crate::notebook::Notebook;
use crate::render::{FileStatus, RenderOptions, Reruns};

/// In each text of a notebook, so that none gets out unseen.
const SIGN: char = 'ж';

fn options() -> RenderOptions {
    RenderOptions {
        reruns: Reruns::Brief,
        ..RenderOptions::default()
    }
}

fn notebook(cells: &[Value]) -> Value {
    json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
}

fn code(id: &str, source: &str, outputs: &[Value]) -> Value {
    json!({"cell_type": "code", "id": id, "source": source, "metadata": {}, "outputs": outputs,
           "execution_count": null})
}

fn stdout(text: &str) -> Value {
    json!({"output_type": "stream", "name": "stdout", "text": text})
}

fn reviewed(old: &Value, new: &Value, name: &str) -> MarkdownSection {
    let (old, new) = (old.to_string(), new.to_string());
    let old = Document::read(old.as_bytes()).unwrap();
    let new = Document::read(new.as_bytes()).unwrap();
    let (old, new) = (Notebook::read(&old).unwrap(), Notebook::read(&new).unwrap());
    let diff = diff_notebooks(&old, &new, &DiffOptions::default());
    markdown_section(&diff, FileStatus::Modified, name, name, &options())
}

fn sized(max_size: usize) -> MarkdownOptions {
    MarkdownOptions {
        max_size,
        ..MarkdownOptions::default()
    }
}

/// A comment, as it is understood where it is shown.
#[derive(Debug, Default)]
struct Understood {
    /// What is in fences.
    fenced: Vec<String>,
    /// What is in code spans.
    spans: Vec<String>,
    /// How many folds there are.
    folds: usize,
}

/// Reads a comment as GitHub does, and makes sure that all of a notebook is in
/// fences and code spans.
#[track_caller]
fn understood(text: &str) -> Understood {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    let arena = Arena::new();
    let mut understood = Understood::default();
    let mut open_folds = 0_usize;
    for node in parse_document(&arena, text, &options).descendants() {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "what we do not write is wrong, whatever it is"
        )]
        match &node.data().value {
            NodeValue::Text(text) => {
                let is_ours = |c: char| c.is_ascii_alphanumeric() || " .,:;()[]+–−→·…".contains(c);
                assert!(text.chars().all(is_ours), "{text}");
                assert!(!text.contains("www"), "{text}");
            }
            NodeValue::Code(code) => understood.spans.push(code.literal.clone()),
            NodeValue::CodeBlock(block) => {
                assert!(block.fenced && block.info == "diff", "{block:?}");
                understood.fenced.push(block.literal.clone());
            }
            NodeValue::HtmlBlock(block) => match block.literal.trim_end() {
                "</details>" => open_folds -= 1,
                "<!-- nbweave -->" => {}
                fold => {
                    let fold = fold.strip_prefix("<details>\n<summary>").unwrap();
                    let summary = fold.strip_suffix("</summary>").unwrap();
                    assert!(!summary.contains([SIGN, '<', '>', '&']), "{summary}");
                    open_folds += 1;
                    understood.folds += 1;
                }
            },
            NodeValue::Document
            | NodeValue::Paragraph
            | NodeValue::Heading(_)
            | NodeValue::Strong
            | NodeValue::SoftBreak
            | NodeValue::Table(_)
            | NodeValue::TableRow(_)
            | NodeValue::TableCell => {}
            other => panic!("{other:?} in {text}"),
        }
    }
    assert_eq!(open_folds, 0);
    understood
}

#[test]
fn without_changes_there_is_a_short_comment() {
    let text = markdown(&[], &MarkdownOptions::default());
    assert_eq!(text, "<!-- nbweave -->\nNo changes in notebooks.\n");
}

#[test]
fn a_source_stands_in_a_fence_and_its_outputs_are_folded() {
    let old = notebook(&[code("a", "x = 1\nprint(x)", &[stdout("1\nend\n")])]);
    let new = notebook(&[code("a", "x = 2\nprint(x)", &[stdout("2\nend\n")])]);
    let review = reviewed(&old, &new, "a.ipynb");
    insta::assert_snapshot!(markdown(&[review], &MarkdownOptions::default()), @r"
    <!-- nbweave -->
    ### 1 notebook changed

    | notebook | | modified | outputs |
    | --- | --- | --: | --: |
    | `a.ipynb` | modified | 1 | 1 |

    #### `a.ipynb`

    **cell 1 · code · modified**

    ```diff
    @@ -1,2 +1,2 @@
    -x = 1
    +x = 2
     print(x)
    ```

    <details>
    <summary>1 output changed</summary>

    ```diff
    output 1 (stream stdout)
    @@ -1,2 +1,2 @@
    -1
    +2
     end
    ```

    </details>
    ");
}

#[test]
fn a_notebook_that_was_only_run_again_is_folded_as_a_whole() {
    let cells = |text| {
        let cell = |id, source| code(id, source, &[stdout(text)]);
        notebook(&[cell("a", "first()"), cell("b", "second()")])
    };
    let review = reviewed(&cells("1\n"), &cells("2\n"), "a.ipynb");
    let text = markdown(&[review], &MarkdownOptions::default());
    let found = understood(&text);
    assert_eq!((found.folds, found.fenced.len()), (1, 2), "{text}");
    assert!(found.spans.contains(&"first()".to_owned()), "{text}");
}

#[test]
fn noise_is_counted_and_has_no_section() {
    let with_count = |count: u32| {
        let mut cell = code("a", "x", &[]);
        cell["execution_count"] = count.into();
        notebook(&[cell])
    };
    let review = reviewed(&with_count(1), &with_count(2), "a.ipynb");
    insta::assert_snapshot!(markdown(&[review], &MarkdownOptions::default()), @r"
    <!-- nbweave -->
    ### 1 notebook changed

    | notebook | | noise |
    | --- | --- | --: |
    | `a.ipynb` | only noise | 1 |
    ");
}

#[test]
fn a_text_is_compared_by_lines_with_the_reason() {
    let (old, new) = (b"a\n".as_slice(), b"<b>\n```\n".as_slice());
    let review = markdown_text(
        (old, new),
        "expected `,`",
        FileStatus::Modified,
        "a.ipynb",
        "b.ipynb",
        &options(),
    );
    let text = markdown(&[review], &MarkdownOptions::default());
    let found = understood(&text);
    assert_eq!(found.fenced, ["@@ -1 +1,2 @@\n-a\n+<b>\n+```\n"], "{text}");
    assert!(found.spans.concat().contains("expected `,`"), "{text}");
    assert!(text.contains("| not a notebook |"), "{text}");
}

fn line(name: &str) -> TableLine {
    TableLine {
        name: name.to_owned(),
        old: Some(0),
        new: Some(0),
        old_name: None,
    }
}

fn row(name: &str, cells: Vec<TableCell>) -> TableRow {
    TableRow {
        line: line(name),
        cells,
    }
}

fn changed(old: &str, new: &str) -> TableCell {
    TableCell::Changed {
        old: old.to_owned(),
        new: new.to_owned(),
        delta: None,
    }
}

/// Returns a comment with the rows that changed in a table.
fn comment_on(columns: &[&str], rows: Vec<TableRow>) -> String {
    let diff = TableDiff {
        columns: columns.iter().map(|name| line(name)).collect(),
        rows,
        notes: None,
    };
    let mut review = reviewed(&notebook(&[]), &notebook(&[code("a", "x", &[])]), "a");
    let part = review::Part::Table("a table".to_owned(), table::changed_rows(&diff));
    review.blocks[0].parts = vec![part];
    markdown(&[review], &MarkdownOptions::default())
}

#[test]
fn tables_show_the_rows_that_changed() {
    let same = |text: &str| TableCell::Same(text.to_owned());
    let added = TableCell::Added("@all".to_owned());
    let rows = vec![
        row("0", vec![same("1"), changed("a|b", "<b>")]),
        row("1", vec![same("1"), same("2")]),
        row("2", vec![TableCell::Absent, added]),
    ];
    let text = comment_on(&["x", "y"], rows);
    let expected = "`a table`\n\n|  | `x` | `y` |\n| --- | --- | --- |\n\
                    | `0` | `1` | `a\\|b` → `<b>` |\n| `2` |  | **+** `@all` |\n";
    assert!(text.contains(expected), "{text}");
    let found = understood(&text).spans;
    assert!(found.contains(&"a|b".to_owned()), "{found:?}");
}

#[test]
fn names_and_notes_of_tables_that_changed_are_shown() {
    let called = |old: &str, new: &str| TableLine {
        old_name: Some(old.to_owned()),
        ..line(new)
    };
    let diff = TableDiff {
        columns: vec![called("x", "y")],
        rows: vec![TableRow {
            line: called("0", "1"),
            cells: vec![TableCell::Same("p".to_owned())],
        }],
        notes: Some(crate::diff::Change {
            old: " 4 rows".to_owned(),
            new: String::new(),
        }),
    };
    let text = table::table(&table::changed_rows(&diff), 1_000);
    let expected = "|  | `x` → `y` |\n| --- | --- |\n| `0` → `1` | `p` |\n\n\
                    note: `4 rows` → nothing\n\n";
    assert_eq!(text, expected);
}

#[test]
fn what_is_large_gives_way_to_what_is_small() {
    let long = "a line of a program\n".repeat(10_000);
    let added = |source: &str| notebook(&[code("a", source, &[])]);
    let empty = notebook(&[]);
    let reviews = [
        reviewed(&empty, &added(&long), "long.ipynb"),
        reviewed(&empty, &added("short()"), "short.ipynb"),
    ];
    let text = markdown(&reviews, &sized(5_000));
    let found = understood(&text);
    assert!(length(&text) <= 5_000 && length(&text) > 2_000, "{text}");
    assert_eq!(found.fenced.len(), 2);
    assert!(found.fenced[0].ends_with("more lines\n"), "{text}");
    assert_eq!(found.fenced[1], "@@ -0,0 +1 @@\n+short()\n");
}

#[test]
fn what_is_left_out_is_counted() {
    let cell = |at: usize| code(&format!("c{at}"), &format!("cell_number_{at}()"), &[]);
    let cells: Vec<_> = (0..100).map(cell).collect();
    let review = || reviewed(&notebook(&[]), &notebook(&cells), "a.ipynb");
    let text = markdown(&[review(), review()], &sized(3_000));
    let shown = understood(&text).fenced.len();
    assert!(length(&text) <= 3_000 && shown > 10, "{text}");
    let end = format!("Not shown: {} more cells in 2 notebooks\n", 200 - shown);
    assert!(text.ends_with(&end), "{text}");
}

#[test]
fn rows_of_the_table_that_do_not_fit_are_counted() {
    let (old, new) = (notebook(&[]), notebook(&[code("a", "x", &[])]));
    let one = reviewed(&old, &new, "a/rather/long/name/of/a/notebook.ipynb");
    let reviews = vec![one; 200];
    let text = markdown(&reviews, &sized(2_000));
    understood(&text);
    assert!(length(&text) <= 2_000, "{text}");
    assert!(text.contains("more notebooks |"), "{text}");
    assert!(text.contains("| 200 notebooks |  | 200 |"), "{text}");
}

/// What would be markup outside of code, each with the sign in it.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "```",
        "~~~~",
        "`",
        "``",
        "ж</details>",
        "<script>ж",
        "@ж",
        "#12ж",
        "[ж](http://x.org)",
        "http://x.org/ж",
        "www.x.org",
        "\n",
        "\n\n",
        "# ж",
        "- [ ] ж",
        "|ж|",
        "\\",
        "-->",
        "&lt;",
        "<!-- ж",
        "*ж*",
        "_",
        "\r",
        "\t",
        "    ж",
        "\u{202e}",
        "\u{1b}[31m",
        "\u{85}",
        "\u{2028}",
        "😀",
        "[^1]",
        "ж",
        " ",
        "+",
        "…",
        "e\u{301}",
    ];
    let piece = prop::sample::select(pieces.to_vec());
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn hostile_cell() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["code", "markdown", "raw", "@ж`"]);
    (kind, hostile(), hostile(), hostile(), 0..6_u8).prop_map(|(kind, source, one, two, which)| {
        let output = match which {
            0 => json!({"output_type": "stream", "name": one, "text": two}),
            1 => json!({"output_type": "error", "ename": one, "evalue": two, "traceback": [two]}),
            2 => json!({"output_type": one, "text": two}),
            3 => json!({"output_type": "display_data", "data": {(one.clone()): two},
                        "metadata": {(two.clone()): one}}),
            _ => json!({"output_type": "display_data", "metadata": {},
                        "data": {"text/plain": one, "text/html": two}}),
        };
        let mut cell = json!({"cell_type": kind, "source": source, "metadata": {(one): two}});
        if kind == "code" {
            cell["outputs"] = json!([output]);
        } else {
            cell[source] = json!("ж");
        }
        cell
    })
}

proptest! {
    /// No text of a table leaves its cell.
    #[test]
    fn no_cell_gets_out_of_its_table(one in hostile(), other in hostile()) {
        let rows = vec![row(&one, vec![changed(&one, &other), changed(&other, &one)])];
        let text = comment_on(&[&other, &one], rows);
        let shown = |text: &String| usize::from(!text.is_empty());
        // Beside three names of columns and rows and four values there are two
        // names of the notebook and that of the table.
        let empty_names = 2 * (1 - shown(&one)) + (1 - shown(&other));
        let empty_values = 2 * (2 - shown(&one) - shown(&other));
        let spans = understood(&text).spans.len();
        prop_assert_eq!(spans, 3 + 3 + 4 - empty_names - empty_values, "{}", text);
    }

    /// Nothing of a notebook is markup, whatever it is, and no comment is too
    /// long.
    #[test]
    fn no_notebook_gets_out_of_its_code(
        old in prop::collection::vec(hostile_cell(), 0..4),
        new in prop::collection::vec(hostile_cell(), 0..4),
        name in hostile(),
        max_size in 1_000_usize..6_000,
    ) {
        let review = reviewed(&notebook(&old), &notebook(&new), &name);
        let text_review = markdown_text(
            (b"a", name.as_bytes()), &name, FileStatus::Modified, &name, "ж`", &options(),
        );
        let reviews = [review, text_review, markdown_remark(&name)];
        for options in [sized(max_size), MarkdownOptions::default()] {
            let text = markdown(&reviews, &options);
            understood(&text);
            prop_assert!(length(&text) <= options.max_size, "{}", text);
        }
    }
}
