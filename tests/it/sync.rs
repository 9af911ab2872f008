//! `nbweave sync`: notebooks and texts that are kept together, in real
//! repositories.

use crate::sandbox::{Sandbox, show};

/// A notebook of code cells with an output each, paired with a script.
fn notebook(sources: &[&str]) -> String {
    let cells: Vec<_> = sources
        .iter()
        .enumerate()
        .map(|(index, source)| {
            format!(
                r#"  {{
   "cell_type": "code",
   "execution_count": {count},
   "id": "cell-{index}",
   "metadata": {{}},
   "outputs": [
    {{
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "ran {source}\n"
     ]
    }}
   ],
   "source": [
    "{source}"
   ]
  }}"#,
                count = index + 1
            )
        })
        .collect();
    format!(
        r#"{{
 "cells": [
{}
 ],
 "metadata": {{
  "kernelspec": {{
   "display_name": "Python 3",
   "language": "python",
   "name": "python3"
  }}
 }},
 "nbformat": 4,
 "nbformat_minor": 5
}}
"#,
        cells.join(",\n")
    )
}

const SOURCES: [&str; 3] = ["first = 1", "second = 2", "third = 3"];

/// A repository in which `a.ipynb` and `a.py` were committed together.
fn paired() -> Sandbox {
    let sandbox = Sandbox::with_repository();
    sandbox.write("jupytext.toml", "formats = \"ipynb,py:percent\"\n");
    sandbox.write("a.ipynb", notebook(&SOURCES));
    let said = sandbox.nbweave(&["sync"]);
    assert_eq!(said, "exit: 0\n--- stderr\n'a.py' written from 'a.ipynb'\n");
    commit(&sandbox);
    sandbox
}

fn commit(sandbox: &Sandbox) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--message", "x"]);
}

fn edit(sandbox: &Sandbox, path: &str, old: &str, new: &str) {
    let text = sandbox.read(path);
    assert!(text.contains(old), "{path} has no {old}:\n{text}");
    sandbox.write(path, text.replace(old, new));
}

#[track_caller]
fn check_sync(sandbox: &Sandbox, arguments: &[&str], exit: i32, said: &str) {
    let output = sandbox.run(&[&["sync"], arguments].concat(), "");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{}", show(&output));
    assert!(stderr.contains(said), "{}", show(&output));
}

/// Whether the notebook and the text say the same.
#[track_caller]
fn check_together(sandbox: &Sandbox) {
    let output = sandbox.run(&["sync", "--check"], "");
    assert_eq!(output.status.code(), Some(0), "{}", show(&output));
}

#[test]
fn settings_say_what_is_kept_where_nothing_of_jupytext_does() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("nbweave.toml", "[convert]\nformats = \"ipynb, md\"\n");
    sandbox.write("a.ipynb", notebook(&SOURCES));
    check_sync(&sandbox, &["--no-config"], 0, "no notebook here is kept");
    check_sync(&sandbox, &[], 0, "'a.md' written from 'a.ipynb'");
    check_together(&sandbox);
    sandbox.write("d/jupytext.toml", "formats = \"ipynb,py:percent\"\n");
    sandbox.write("d/b.ipynb", notebook(&SOURCES));
    check_sync(&sandbox, &["d"], 0, "'d/b.py' written from 'd/b.ipynb'");
    let flag = ["d", "--formats=ipynb,r:percent"];
    check_sync(&sandbox, &flag, 0, "'d/b.r' written from 'd/b.ipynb'");
}

#[test]
fn a_second_sync_changes_nothing() {
    let sandbox = paired();
    let before = (sandbox.read("a.ipynb"), sandbox.read("a.py"));
    check_sync(&sandbox, &[], 0, "");
    assert_eq!((sandbox.read("a.ipynb"), sandbox.read("a.py")), before);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn the_side_that_changed_since_the_commit_is_taken() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    check_sync(&sandbox, &[], 0, "'a.ipynb' brought up to date with 'a.py'");
    let expected = notebook(&SOURCES).replace("\"second = 2\"", "\"second = 22\"");
    let after = sandbox.read("a.ipynb");
    assert!(after.contains("ran first") && after.contains("ran third"));
    // What ran was another code.
    assert!(!after.contains("ran second"), "{after}");
    assert!(expected.contains("cell-1") && after.contains("cell-1"));
    check_together(&sandbox);

    commit(&sandbox);
    edit(&sandbox, "a.ipynb", "\"third = 3\"", "\"third = 33\"");
    check_sync(&sandbox, &[], 0, "'a.py' written from 'a.ipynb'");
    assert!(sandbox.read("a.py").contains("third = 33"));
}

#[test]
fn times_of_files_do_not_count() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    // The notebook is now the younger file.
    sandbox.write("a.ipynb", sandbox.read("a.ipynb"));
    check_sync(&sandbox, &[], 0, "'a.ipynb' brought up to date with 'a.py'");
}

#[test]
fn changes_of_both_are_merged() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "third = 3", "third = 33");
    edit(&sandbox, "a.ipynb", "\"first = 1\"", "\"first = 11\"");
    check_sync(&sandbox, &[], 0, "'a.ipynb' and 'a.py' merged");
    let (notebook, text) = (sandbox.read("a.ipynb"), sandbox.read("a.py"));
    for source in ["first = 11", "second = 2", "third = 33"] {
        assert!(notebook.contains(source) && text.contains(source));
    }
    check_together(&sandbox);
}

#[test]
fn a_conflict_is_shown_in_the_notebook_and_finished_there() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    edit(&sandbox, "a.ipynb", "\"second = 2\"", "\"second = 222\"");
    let text = sandbox.read("a.py");
    check_sync(&sandbox, &[], 1, "with conflicts");
    let notebook = sandbox.read("a.ipynb");
    assert!(notebook.contains("<<<<<<<") && notebook.contains("second = 222"));
    assert_eq!(sandbox.read("a.py"), text);
    check_sync(&sandbox, &["--from", "ipynb"], 0, "'a.py' written");
}

#[test]
fn a_notebook_that_git_ignores_is_brought_up_to_date_by_what_the_text_once_said() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("jupytext.toml", "formats = \"ipynb,py:percent\"\n");
    sandbox.write(".gitignore", "*.ipynb\n");
    sandbox.write("a.ipynb", notebook(&SOURCES));
    check_sync(&sandbox, &["a.ipynb"], 0, "written");
    commit(&sandbox);
    // Somebody else's commit arrives.
    edit(&sandbox, "a.py", "first = 1", "first = 11");
    commit(&sandbox);
    check_sync(&sandbox, &[], 0, "'a.ipynb' brought up to date with 'a.py'");
    assert!(sandbox.read("a.ipynb").contains("ran second"));
    // One's own change of the notebook is taken, too.
    edit(&sandbox, "a.ipynb", "\"third = 3\"", "\"third = 33\"");
    check_sync(&sandbox, &[], 0, "'a.py' written from 'a.ipynb'");
}

#[test]
fn without_a_version_that_both_come_from_nothing_is_guessed() {
    let sandbox = paired();
    let other = Sandbox::with_repository();
    other.write("jupytext.toml", "formats = \"ipynb,py:percent\"\n");
    other.write("a.ipynb", notebook(&SOURCES));
    other.write(
        "a.py",
        sandbox.read("a.py").replace("first = 1", "first = 11"),
    );
    check_sync(&other, &[], 129, "`--from ipynb` or `--from text`");
    check_sync(&other, &["--from", "text"], 0, "brought up to date");
    assert!(other.read("a.ipynb").contains("first = 11"));
}

#[test]
fn forms_are_given_by_the_notebook_the_header_or_the_command() {
    let sandbox = Sandbox::with_repository();
    let own = notebook(&SOURCES).replace(
        "\"metadata\": {\n  \"kernelspec\"",
        "\"metadata\": {\n  \"jupytext\": {\n   \"formats\": \"notebooks///ipynb,text///md\"\n  },\n  \"kernelspec\"",
    );
    sandbox.write("notebooks/deep/a.ipynb", own);
    check_sync(&sandbox, &[], 0, "'text/deep/a.md' written");
    // The text alone makes the notebook.
    std::fs::remove_file(sandbox.path("notebooks/deep/a.ipynb")).unwrap();
    check_sync(
        &sandbox,
        &["text/deep/a.md"],
        0,
        "'notebooks/deep/a.ipynb' brought",
    );
    sandbox.write("b.ipynb", notebook(&SOURCES));
    check_sync(&sandbox, &["b.ipynb"], 0, "no notebook here");
    let formats = ["--formats", "ipynb,.nb.py:percent", "b.ipynb"];
    check_sync(&sandbox, &formats, 0, "'b.nb.py' written");
}

#[test]
fn scripts_beside_the_notebooks_are_left_alone() {
    let sandbox = paired();
    sandbox.write("setup.py", "import setuptools\n");
    check_sync(&sandbox, &[], 0, "");
    assert!(!sandbox.names().contains(&"setup.ipynb".to_owned()));
}

#[test]
fn check_changes_nothing_and_lists_what_would_be_done() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    let before = sandbox.read("a.ipynb");
    assert_eq!(
        sandbox.nbweave(&["sync", "--check"]),
        "exit: 1\n--- stdout\n'a.ipynb' would be brought up to date with 'a.py'\n"
    );
    assert_eq!(sandbox.read("a.ipynb"), before);
}

#[test]
fn a_hook_stages_the_text_once_and_the_worktree_follows() {
    let sandbox = paired();
    edit(&sandbox, "a.ipynb", "\"first = 1\"", "\"first = 11\"");
    sandbox.git(&["add", "a.ipynb"]);
    check_sync(&sandbox, &["--staged", "a.ipynb"], 0, "'a.py' written");
    assert!(sandbox.git(&["show", ":a.py"]).contains("first = 11"));
    assert_eq!(sandbox.git(&["diff", "--name-only"]), "");
    let staged = sandbox.git(&["write-tree"]);
    check_sync(&sandbox, &["--staged", "a.ipynb", "a.py"], 0, "");
    assert_eq!(sandbox.git(&["write-tree"]), staged);
}

#[test]
fn a_hook_takes_what_is_staged_and_leaves_the_rest() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "first = 1", "first = 11");
    sandbox.git(&["add", "a.py"]);
    edit(&sandbox, "a.ipynb", "\"third = 3\"", "\"third = 33\"");
    check_sync(&sandbox, &["--staged"], 0, "not staged, and stays as it is");
    let staged = sandbox.git(&["show", ":a.ipynb"]);
    assert!(staged.contains("first = 11") && !staged.contains("third = 33"));
    let there = sandbox.read("a.ipynb");
    assert!(there.contains("third = 33") && !there.contains("first = 11"));
}

#[test]
fn broken_ones_are_reported_and_the_others_done() {
    let sandbox = paired();
    sandbox.write("b.ipynb", "{");
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    check_sync(&sandbox, &[], 129, "'b.ipynb'");
    assert!(sandbox.read("a.ipynb").contains("second = 22"));
}
