//! What scripts look like, and that they come back as they were.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::convert::TextNotebook;
use crate::convert::languages::by_extension;

#[test]
fn markers_of_all_tools_are_seen() {
    let check = |line: &str, extension: &str, expected: Option<&str>| {
        let comment = by_extension(extension).unwrap().comment;
        assert_eq!(marker(line, comment), expected, "{line}");
    };
    check("# %%", ".py", Some(""));
    check("  #%%  ", ".py", Some(""));
    check("# %% a b=1", ".py", Some(" a b=1"));
    check("# %%% a", ".py", Some("% a"));
    check("# %%%", ".py", None);
    check("# %%time", ".py", None);
    check("# # %%", ".py", None);
    check("x # %%", ".py", None);
    check("# <codecell>", ".py", Some(""));
    check("# In[ 3 ]:", ".py", Some(""));
    check("# In[x]", ".py", None);
    check("(* %% a *)", ".ml", Some(" a "));
    check("(* %% *)", ".ml", Some(" "));
    check("% %% a", ".m", Some(" a"));
    check("%% a", ".m", None);
}

#[test]
fn cells_may_be_for_some_files_only() {
    let check = |json: &str, extension: &str, expected: bool| {
        let metadata = serde_json::from_str(json).unwrap();
        assert_eq!(is_active(extension, &metadata, true), expected, "{json}");
    };
    check("{}", ".py", true);
    check(r#"{"active": "ipynb,py"}"#, ".py", true);
    check(r#"{"active": "ipynb"}"#, ".py", false);
    check(
        r#"{"tags": ["a", "active-py"], "active": "ipynb"}"#,
        ".ipynb",
        false,
    );
    check(r#"{"run_control": {"frozen": true}}"#, ".py", false);
    check(r#"{"run_control": {"frozen": true}}"#, ".ipynb", true);
}

fn notebook(metadata: &Value, cells: &[(CellKind, &str, Value)]) -> TextNotebook {
    let object = |value: &Value| value.as_object().unwrap().clone();
    TextNotebook {
        metadata: object(metadata),
        cells: cells
            .iter()
            .map(|(kind, source, metadata)| cell(*kind, (*source).to_owned(), object(metadata)))
            .collect(),
    }
}

/// Metadata under which a text has no header.
fn bare() -> Value {
    json!({"jupytext": {"notebook_metadata_filter": "-all"}})
}

fn pairs(notebook: &TextNotebook) -> Vec<(CellKind, &str)> {
    notebook
        .cells
        .iter()
        .map(|cell| (cell.kind, &*cell.source))
        .collect()
}

#[track_caller]
fn check(extension: &str, cells: &[(CellKind, &str, Value)], expected: &str) {
    let notebook = notebook(&bare(), cells);
    let text = write(&notebook, Format::Percent, extension);
    assert_eq!(text, expected);
    let back = read(&text, Format::Percent, extension).unwrap();
    assert_eq!(back.cells, notebook.cells);
}

const CODE: CellKind = CellKind::Code;
const MARKDOWN: CellKind = CellKind::Markdown;
const RAW: CellKind = CellKind::Raw;

/// The expected texts are what jupytext 1.19.6 writes.
#[test]
fn cells_of_all_kinds_have_their_markers() {
    check(
        ".py",
        &[
            (MARKDOWN, "# Title\n\ntext", json!({})),
            (CODE, "x = 1", json!({"tags": ["a"]})),
            (RAW, "raw", json!({"raw_mimetype": "text/latex"})),
            (CODE, "", json!({"title": "Empty one", "k": null})),
            (MARKDOWN, "", json!({"region_name": "md"})),
        ],
        "# %% [markdown]\n# # Title\n#\n# text\n\n# %% tags=[\"a\"]\nx = 1\n\n\
         # %% [raw] raw_mimetype=\"text/latex\"\n# raw\n\n# %% Empty one k=null\n\n\
         # %% [md]\n#\n",
    );
    check(
        ".ml",
        &[
            (MARKDOWN, "a\n\nb", json!({})),
            (CODE, "let x = 1", json!({})),
        ],
        "(* %% [markdown] *)\n(* a *)\n(* *)\n(* b *)\n\n(* %% *)\nlet x = 1\n",
    );
}

#[test]
fn python_has_two_lines_around_functions() {
    check(
        ".py",
        &[
            (CODE, "def f():\n    pass", json!({})),
            (CODE, "x = 1", json!({})),
            (CODE, "class A:\n    pass", json!({})),
        ],
        "# %%\ndef f():\n    pass\n\n\n# %%\nx = 1\n\n\n# %%\nclass A:\n    pass\n",
    );
}

#[test]
fn magics_and_languages_are_no_code() {
    check(
        ".py",
        &[
            (CODE, "%%bash -x\nls\n\ncat a", json!({})),
            (CODE, "%time x\n    %y", json!({})),
            (CODE, "%%bash", json!({})),
        ],
        "# %% magic_args=\"-x\" language=\"bash\"\n# ls\n#\n# cat a\n\n\
         # %%\n# %time x\n    # %y\n\n# %% language=\"bash\"\n",
    );
    check(
        ".go",
        &[(CODE, "%%\nx\n!ls", json!({}))],
        "// %%\n//gonb:%%\nx\n// !ls\n",
    );
}

#[test]
fn markers_inside_cells_are_escaped() {
    check(
        ".py",
        &[
            (CODE, "%%writefile a.py\n# %% x\n# # %%", json!({})),
            (MARKDOWN, "%% a\n\\%% b\nIn[3]:", json!({})),
            (MARKDOWN, "```mermaid\n%% a\n```", json!({})),
        ],
        "# %% escaped=\"markers\"\n# %%writefile a.py\n# # %% x\n# # # %%\n\n\
         # %% [markdown] escaped=\"markers\"\n# \\%% a\n# \\\\%% b\n# \\In[3]:\n\n\
         # %% [markdown]\n# ```mermaid\n# %% a\n# ```\n",
    );
}

#[test]
fn open_strings_are_closed() {
    check(
        ".py",
        &[(CODE, "s = '''", json!({})), (CODE, "'''", json!({}))],
        "# %% escaped=\"quotes\"\ns = '''\n# '''\n\n# %%\n'''\n",
    );
}

#[test]
fn line_ends_are_kept() {
    check(
        ".py",
        &[(CODE, "a\r\nb", json!({})), (MARKDOWN, "a\rb\\", json!({}))],
        "# %% escaped=\"crlf\"\na\nb\n\n# %% [markdown] escaped=\"lines\"\n# |a\\rb\\\\\n",
    );
}

#[test]
fn empty_lines_belong_to_the_cell_above_if_the_header_is_ours() {
    let cells = [
        (CODE, "a\n", json!({})),
        (CODE, "\n", json!({})),
        (CODE, "b\n\n", json!({})),
        (CODE, "def f(): pass\n", json!({})),
        (CODE, "\n\n\nc\n\n\n", json!({})),
    ];
    let notebook = notebook(&json!({}), &cells);
    let text = write(&notebook, Format::Percent, ".py");
    assert!(!text.contains("lines_to_next_cell"), "{text}");
    let back = read(&text, Format::Percent, ".py").unwrap();
    assert_eq!(back.cells, notebook.cells);
    // Without a header, each of them has to say it.
    let bare = TextNotebook {
        metadata: bare().as_object().unwrap().clone(),
        ..notebook
    };
    let text = write(&bare, Format::Percent, ".py");
    let back = read(&text, Format::Percent, ".py").unwrap();
    assert_eq!(pairs(&back), pairs(&bare), "{text}");
}

#[test]
fn two_empty_lines_in_other_texts_are_for_the_look() {
    let text = "# %%\na\n\n\n# %%\nb\n";
    let read = read(text, Format::Percent, ".py").unwrap();
    assert_eq!(pairs(&read), [(CODE, "a"), (CODE, "b")]);
    assert_eq!(read.cells[0].metadata["lines_to_next_cell"], 2);
    let again = write(&read, Format::Percent, ".py");
    assert!(again.ends_with(text), "{again}");
}

#[test]
fn cells_for_some_files_keep_their_kind() {
    check(
        ".py",
        &[
            (CODE, "a", json!({"tags": ["active-py"]})),
            (RAW, "b", json!({"active": "py"})),
            (CODE, "c", json!({"active": "ipynb"})),
            (MARKDOWN, "d", json!({"tags": ["active-ipynb"]})),
        ],
        "# %% tags=[\"active-py\"] escaped=\"code\"\na\n\n# %% active=\"py\"\nb\n\n\
         # %% active=\"ipynb\"\n# c\n\n# %% tags=[\"active-ipynb\"] escaped=\"markdown\"\n# d\n",
    );
}

#[test]
fn ids_are_options() {
    let mut with_id = notebook(&bare(), &[(CODE, "x", json!({"id": "colab"}))]);
    with_id.cells[0].id = Some("abc".to_owned());
    let text = write(&with_id, Format::Percent, ".py");
    assert_eq!(text, "# %% id=\"colab\" cell_id=\"abc\"\nx\n");
    assert_eq!(
        read(&text, Format::Percent, ".py").unwrap().cells,
        with_id.cells
    );
}

#[track_caller]
fn check_read(text: &str, format: Format, expected: &[(CellKind, &str)]) {
    let read = read(text, format, ".py").unwrap();
    assert_eq!(pairs(&read), expected);
}

#[test]
fn scripts_of_other_tools_are_read() {
    check_read(
        "import a\n\n# In[3]:\n\n\nb\n",
        Format::Percent,
        &[(CODE, "import a"), (CODE, "\n\nb")],
    );
    check_read(
        "#%%\na\n#%% md\nb",
        Format::Percent,
        &[(CODE, "a"), (CODE, "b")],
    );
    check_read("# <codecell>\r\na\r\n", Format::Percent, &[(CODE, "a")]);
    check_read(
        "# %% [markdown] {\"a\": 1}\n# b\n",
        Format::Percent,
        &[(MARKDOWN, "b")],
    );
    check_read(
        "# %% [markdown]\nr'''\na\n\\b\n'''\n",
        Format::Percent,
        &[(MARKDOWN, "a\n\\b")],
    );
    check_read(
        "# %%\n%matplotlib inline\n# %x\n",
        Format::Hydrogen,
        &[(CODE, "%matplotlib inline\n# %x")],
    );
    check_read("# %% [code]\nx\n", Format::Percent, &[(CODE, "x")]);
    check_read("", Format::Percent, &[]);
}

#[test]
fn quoted_markdown_stays_quoted() {
    check(
        ".py",
        &[
            (MARKDOWN, "a\nb", json!({"cell_marker": "\"\"\""})),
            (CODE, "x", json!({})),
        ],
        "# %% [markdown]\n\"\"\"\na\nb\n\"\"\"\n\n# %%\nx\n",
    );
    let mut quoted = notebook(&bare(), &[(MARKDOWN, "a '''", json!({}))]);
    quoted.metadata["jupytext"]["cell_markers"] = "'''".into();
    let text = write(&quoted, Format::Percent, ".py");
    assert_eq!(
        pairs(&read(&text, Format::Percent, ".py").unwrap()),
        pairs(&quoted),
        "{text}"
    );
}

fn source() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => "(  )?(# |#|// |\\(\\* )?(%%|%|!|x = !|In\\[1\\]:|<codecell>|```|'''|\"\"\"|%%bash|%%time|def f|)( a)?",
        1 => "[\\PC\t\r]{0,6}",
    ];
    (prop::collection::vec(line, 0..6), "\n{0,3}").prop_map(|(lines, end)| lines.join("\n") + &end)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn what_is_written_is_read_back(
        cells in prop::collection::vec(
            (prop::sample::select(vec![CODE, CODE, MARKDOWN, RAW]), source(), 0..6_u8), 0..5),
        extension in prop::sample::select(vec![".py", ".R", ".ml", ".go", ".m", ".cs", ".jl"]),
        has_header: bool,
        is_hydrogen: bool,
    ) {
        let metadata = |kind: u8| match kind {
            0 => json!({"tags": ["active-ipynb"]}),
            1 => json!({"active": "py", "language": "sql"}),
            2 => json!({"lines_to_next_cell": 0, "title": "A"}),
            _ => json!({}),
        };
        let cells: Vec<_> = cells
            .iter()
            .map(|(kind, source, chosen)| (*kind, source.as_str(), metadata(*chosen)))
            .collect();
        let header = if has_header { json!({}) } else { bare() };
        let notebook = notebook(&header, &cells);
        let format = if is_hydrogen { Format::Hydrogen } else { Format::Percent };
        let text = write(&notebook, format, extension);
        let back = read(&text, format, extension).unwrap();
        prop_assert_eq!(pairs(&back), pairs(&notebook), "{}", text);
    }

    #[test]
    fn any_text_can_be_read(text: String, lines in prop::collection::vec(source(), 0..6)) {
        read(&text, Format::Percent, ".py").ok();
        read(&lines.join("\n# %%\n"), Format::Percent, ".ml").ok();
    }
}
