//! `nbweave diff --format=markdown`: one comment on all notebooks.

use insta::assert_snapshot;

use crate::notebooks::{BROKEN, notebook};
use crate::sandbox::Sandbox;

fn cell(id: &str, source: &str) -> String {
    format!(
        r#"{{"cell_type": "code", "execution_count": null, "id": "{id}", "metadata": {{}}, "outputs": [], "source": "{source}"}}"#
    )
}

#[test]
fn all_notebooks_are_in_one_comment() {
    let sandbox = Sandbox::with_repository();
    let one = |source| notebook(&[&cell("a", "same()"), &cell("b", source)]);
    sandbox.write("edited.ipynb", one("x = 1"));
    sandbox.write("old name.ipynb", one("y = 1"));
    sandbox.write("gone.ipynb", notebook(&[&cell("g", "gone()")]));
    sandbox.write("broken.ipynb", notebook(&[&cell("h", "whole()")]));
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message", "one"]);
    sandbox.git(&["rm", "--quiet", "gone.ipynb"]);
    sandbox.git(&["mv", "old name.ipynb", "new name.ipynb"]);
    sandbox.write("edited.ipynb", one("x = 2"));
    sandbox.write("broken.ipynb", BROKEN);
    sandbox.write("added.ipynb", notebook(&[&cell("i", "@everybody")]));
    sandbox.git(&["add", "."]);
    assert_snapshot!(sandbox.nbweave(&["diff", "--cached", "--format", "markdown"]), @r#"
    exit: 0
    --- stdout
    <!-- nbweave -->
    ### 5 notebooks changed

    | notebook | | modified | added | removed |
    | --- | --- | --: | --: | --: |
    | `added.ipynb` | added |  | 1 |  |
    | `broken.ipynb` | not a notebook |  |  |  |
    | `edited.ipynb` | modified | 1 |  |  |
    | `gone.ipynb` | removed |  |  | 1 |
    | `old name.ipynb` → `new name.ipynb` | renamed |  |  |  |
    | 5 notebooks |  | 1 | 1 | 1 |

    #### `added.ipynb`

    **cell 1 · code · added**

    ```diff
    @@ -0,0 +1 @@
    +@everybody
    ```

    #### `broken.ipynb`

    Compared as text: `` the new version cannot be read as a notebook: invalid JSON at line 3, column 16: expected `:`, met `"` ``

    **2 lines added, 5 lines removed**

    ```diff
    @@ -1,8 +1,5 @@
     {
      "cells": [
    -  {"cell_type": "code", "execution_count": null, "id": "h", "metadata": {}, "outputs": [], "source": "whole()"}
    - ],
    - "metadata": {},
    - "nbformat": 4,
    - "nbformat_minor": 5
    +  {"cell_type" "code"}
    + ]
     }
    ```

    #### `edited.ipynb`

    **cell 2 · code · modified**

    ```diff
    @@ -1 +1 @@
    -x = 1
    +x = 2
    ```

    #### `gone.ipynb`

    **cell 1 · code · removed**

    ```diff
    @@ -1 +0,0 @@
    -gone()
    ```
    "#);
}

#[test]
fn a_comment_says_that_nothing_changed() {
    let sandbox = Sandbox::with_repository();
    let diff = ["diff", "--format=markdown", "--exit-code"];
    assert_snapshot!(sandbox.nbweave(&diff), @"
    exit: 0
    --- stdout
    <!-- nbweave -->
    No changes in notebooks.
    ");
}

#[test]
fn comments_have_names() {
    let sandbox = Sandbox::with_repository();
    let named = |name| sandbox.nbweave(&["diff", "--format=markdown", "--marker", name]);
    assert_eq!(
        named("ci/docs"),
        "exit: 0\n--- stdout\n<!-- nbweave ci/docs -->\nNo changes in notebooks.\n"
    );
    assert!(named("a --> b").starts_with("exit: 2\n--- stderr\n"));
}

#[test]
fn a_comment_is_no_longer_than_asked_for() {
    let sandbox = Sandbox::new();
    let source = r"a line of some length, so that there are many characters\n".repeat(1_000);
    sandbox.write("a.ipynb", notebook(&[]));
    sandbox.write("b.ipynb", notebook(&[&cell("a", &source)]));
    let size = |most: &str| {
        let diff = [
            "diff",
            "--no-index",
            "--format=markdown",
            "--max-size",
            most,
        ];
        let output = sandbox.run(&[&diff[..], &["a.ipynb", "b.ipynb"]].concat(), "");
        String::from_utf8(output.stdout).unwrap().chars().count()
    };
    assert!((1_500..=4_000).contains(&size("4000")), "{}", size("4000"));
    assert!((40_000..=65_000).contains(&size("65000")));
    assert!((57_000..=80_000).contains(&size("80000")));
    assert_eq!(size("999"), 0);
}

#[test]
fn a_merge_in_conflict_is_named() {
    let sandbox = Sandbox::with_repository();
    let one = |source| notebook(&[&cell("a", source)]);
    let commit = |source, message: &str| {
        sandbox.write("a.ipynb", one(source));
        sandbox.git(&["add", "."]);
        sandbox.git(&["commit", "--quiet", "--message", message]);
    };
    commit("x = 0", "base");
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    commit("x = 1", "theirs");
    sandbox.git(&["checkout", "--quiet", "main"]);
    commit("x = 2", "ours");
    sandbox.try_git(&["merge", "side"]);
    let shown = sandbox.nbweave(&["diff", "--format=markdown"]);
    assert!(shown.contains("| `a.ipynb` | unmerged |"), "{shown}");
}

#[test]
fn tables_show_what_changed_in_them() {
    let table = |value: &str| {
        let rows = format!("<tr><th>a</th><td>1</td></tr><tr><th>b</th><td>{value}</td></tr>");
        let head = "<thead><tr><th></th><th>x</th></tr></thead>";
        format!(
            r#"{{"output_type": "display_data", "metadata": {{}}, "data": {{"text/html": "<table>{head}<tbody>{rows}</tbody></table>"}}}}"#
        )
    };
    let notebook_of = |value: &str| {
        let source = r#""source": "frame""#;
        let outputs = table(value);
        notebook(&[&format!(
            r#"{{"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {{}}, "outputs": [{outputs}], {source}}}"#
        )])
    };
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", notebook_of("2"));
    sandbox.write("b.ipynb", notebook_of("3"));
    let diff = [
        "diff",
        "--no-index",
        "--format=markdown",
        "a.ipynb",
        "b.ipynb",
    ];
    let shown = sandbox.nbweave(&diff);
    let expected = "`output 1 (text/html): 1 row changed`\n\n\
                    |  | `x` |\n| --- | --- |\n| `b` | `2` → `3` |\n";
    assert!(shown.contains(expected), "{shown}");
}
