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

#[test]
fn both_sides_can_be_edited_in_turns_between_two_commits() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    check_sync(&sandbox, &[], 0, "'a.ipynb' brought up to date with 'a.py'");
    edit(&sandbox, "a.ipynb", "\"second = 22\"", "\"second = 222\"");
    check_sync(&sandbox, &[], 0, "'a.py' written from 'a.ipynb'");
    edit(&sandbox, "a.py", "second = 222", "second = 2222");
    check_sync(&sandbox, &[], 0, "'a.ipynb' brought up to date with 'a.py'");
    check_together(&sandbox);
}

#[test]
fn a_side_that_was_taken_back_is_asked_about() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    check_sync(&sandbox, &[], 0, "brought up to date");
    sandbox.git(&["checkout", "--", "a.ipynb"]);
    check_sync(&sandbox, &[], 129, "taken back to an earlier version");
    assert!(sandbox.read("a.py").contains("second = 22"));
}

#[test]
fn what_one_side_had_in_a_commit_of_its_own_is_kept() {
    let sandbox = paired();
    edit(&sandbox, "a.ipynb", "\"first = 1\"", "\"first = 111\"");
    commit(&sandbox);
    edit(&sandbox, "a.py", "third = 3", "third = 33");
    check_sync(&sandbox, &[], 0, "'a.ipynb' and 'a.py' merged");
    let (notebook, text) = (sandbox.read("a.ipynb"), sandbox.read("a.py"));
    for source in ["first = 111", "third = 33"] {
        assert!(notebook.contains(source) && text.contains(source));
    }
}

#[test]
fn a_clone_without_notebooks_gets_them() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("jupytext.toml", "formats = \"ipynb,py:percent\"\n");
    let bare = notebook(&SOURCES).replace(
        "  \"kernelspec\": {\n   \"display_name\": \"Python 3\",\n   \"language\": \"python\",\n   \"name\": \"python3\"\n  }\n",
        "",
    );
    sandbox.write("a.ipynb", bare);
    check_sync(&sandbox, &[], 0, "'a.py' written");
    std::fs::remove_file(sandbox.path("a.ipynb")).unwrap();
    sandbox.write("tool.py", "#!/usr/bin/python\n# started by jupytext\n");
    check_sync(&sandbox, &[], 0, "'a.ipynb' brought up to date");
    assert!(sandbox.read("a.ipynb").contains("third = 3"));
    assert!(!sandbox.names().contains(&"tool.ipynb".to_owned()));
}

#[test]
fn a_file_that_is_gone_is_made_of_the_other_and_one_that_never_was_is_an_error() {
    let sandbox = paired();
    std::fs::remove_file(sandbox.path("a.py")).unwrap();
    check_sync(&sandbox, &["a.py"], 0, "'a.py' written from 'a.ipynb'");
    check_sync(&sandbox, &["b.ipynb"], 129, "there is no such file");
}

#[test]
fn conflicts_do_not_spread_from_one_side_to_the_other() {
    let sandbox = paired();
    let conflict = "<<<<<<< HEAD\nfirst = 1\n=======\nfirst = 11\n>>>>>>> other";
    edit(&sandbox, "a.py", "first = 1", conflict);
    let before = sandbox.read("a.ipynb");
    check_sync(&sandbox, &[], 1, "'a.py' has conflicts");
    assert_eq!(sandbox.read("a.ipynb"), before);

    sandbox.git(&["checkout", "--", "a.py"]);
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    edit(&sandbox, "a.ipynb", "\"second = 2\"", "\"second = 222\"");
    check_sync(&sandbox, &[], 1, "merged, with conflicts");
    let (notebook, text) = (sandbox.read("a.ipynb"), sandbox.read("a.py"));
    check_sync(&sandbox, &[], 1, "'a.ipynb' has conflicts");
    assert_eq!(sandbox.read("a.ipynb"), notebook);
    assert_eq!(sandbox.read("a.py"), text);
}

#[test]
fn a_text_that_was_emptied_does_not_empty_the_notebook() {
    let sandbox = paired();
    let (notebook, text) = (sandbox.read("a.ipynb"), sandbox.read("a.py"));
    sandbox.write("a.py", "\n");
    check_sync(&sandbox, &[], 0, "'a.py' written from 'a.ipynb'");
    assert_eq!(sandbox.read("a.ipynb"), notebook);
    assert_eq!(sandbox.read("a.py"), text);
}

#[test]
fn a_text_keeps_its_line_ends_and_the_version_of_jupytext() {
    let sandbox = paired();
    let version = "'1.3'\n#       jupytext_version: 1.16.1\n";
    let text = sandbox.read("a.py").replace("'1.3'\n", version);
    let text = text.replace('\n', "\r\n");
    sandbox.write("a.py", &text);
    edit(&sandbox, "a.ipynb", "\"first = 1\"", "\"first = 11\"");
    check_sync(&sandbox, &[], 0, "'a.py' written from 'a.ipynb'");
    assert_eq!(
        sandbox.read("a.py"),
        text.replace("first = 1", "first = 11")
    );
}

#[test]
fn a_notebook_without_a_language_is_named_if_its_text_needs_one() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("jupytext.toml", "formats = \"ipynb,auto:percent\"\n");
    sandbox.write(
        "a.ipynb",
        "{\"cells\": [], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}",
    );
    check_sync(&sandbox, &[], 0, "'a.ipynb' has no text");
}

#[test]
fn a_hook_leaves_removed_and_ignored_files_alone() {
    let sandbox = paired();
    sandbox.git(&["rm", "--quiet", "a.py"]);
    check_sync(&sandbox, &["--staged"], 0, "");
    assert_eq!(sandbox.git(&["ls-files"]), "a.ipynb\njupytext.toml\n");

    sandbox.git(&["reset", "--quiet", "--hard"]);
    sandbox.git(&["rm", "--quiet", "a.ipynb"]);
    check_sync(&sandbox, &["--staged"], 0, "");
    assert_eq!(sandbox.git(&["ls-files"]), "a.py\njupytext.toml\n");

    sandbox.git(&["reset", "--quiet", "--hard"]);
    sandbox.write(".gitignore", "texts\n");
    sandbox.write("jupytext.toml", "formats = \"ipynb,texts//py:percent\"\n");
    check_sync(&sandbox, &["--staged"], 0, "");
    assert_eq!(sandbox.git(&["diff", "--cached", "--name-only"]), "");
}

#[test]
fn a_hook_does_not_settle_what_is_not_merged() {
    let sandbox = paired();
    sandbox.git(&["checkout", "--quiet", "-b", "other"]);
    edit(&sandbox, "a.py", "first = 1", "first = 11");
    commit(&sandbox);
    sandbox.git(&["checkout", "--quiet", "-"]);
    edit(&sandbox, "a.py", "first = 1", "first = 12");
    commit(&sandbox);
    assert!(!sandbox.try_git(&["merge", "other"]).status.success());
    check_sync(&sandbox, &["--staged"], 0, "'a.py' is not merged");
    assert_eq!(
        sandbox.git(&["diff", "--name-only", "--diff-filter=U"]),
        "a.py\n"
    );
}

#[test]
fn a_hook_knows_what_was_brought_together_in_the_worktree() {
    let sandbox = paired();
    edit(&sandbox, "a.ipynb", "\"third = 3\"", "\"third = 33\"");
    check_sync(&sandbox, &[], 0, "'a.py' written");
    edit(&sandbox, "a.py", "third = 33", "third = 333");
    sandbox.git(&["add", "--all"]);
    check_sync(&sandbox, &["--staged"], 0, "'a.ipynb' brought up to date");
    assert!(sandbox.git(&["show", ":a.ipynb"]).contains("third = 333"));
    assert_eq!(sandbox.git(&["diff", "--name-only"]), "");
}

#[test]
fn a_hook_stages_no_conflicts() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    edit(&sandbox, "a.ipynb", "\"second = 2\"", "\"second = 222\"");
    sandbox.git(&["add", "--all"]);
    let staged = sandbox.git(&["write-tree"]);
    check_sync(&sandbox, &["--staged"], 129, "cannot be merged");
    assert_eq!(sandbox.git(&["write-tree"]), staged);
    assert_eq!(sandbox.git(&["diff", "--name-only"]), "");
    check_sync(&sandbox, &[], 1, "merged, with conflicts");
}

#[test]
fn changes_of_two_texts_meet_in_the_notebook() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("jupytext.toml", "formats = \"ipynb,py:percent,md\"\n");
    sandbox.write("a.ipynb", notebook(&SOURCES));
    check_sync(&sandbox, &[], 0, "'a.md' written");
    commit(&sandbox);
    edit(&sandbox, "a.md", "second = 2", "second = 22");
    edit(&sandbox, "a.py", "third = 3", "third = 33");
    check_sync(&sandbox, &[], 0, "'a.ipynb' and 'a.md' merged");
    for path in ["a.ipynb", "a.md", "a.py"] {
        let text = sandbox.read(path);
        assert!(text.contains("second = 22") && text.contains("third = 33"));
    }
    check_together(&sandbox);
}

#[test]
fn a_notebook_that_is_gone_comes_back_with_the_outputs_that_git_has() {
    let sandbox = paired();
    edit(&sandbox, "a.py", "second = 2", "second = 22");
    std::fs::remove_file(sandbox.path("a.ipynb")).unwrap();
    check_sync(&sandbox, &[], 0, "'a.ipynb' brought up to date with 'a.py'");
    let notebook = sandbox.read("a.ipynb");
    assert!(notebook.contains("second = 22") && notebook.contains("ran third"));
}

#[test]
fn a_notebook_of_nbformat_3_is_upgraded_when_its_text_changes_and_not_before() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("jupytext.toml", "formats = \"ipynb,py:percent\"\n");
    let old = "{\"metadata\": {}, \"nbformat\": 3, \"nbformat_minor\": 0, \"worksheets\": [\
        {\"cells\": [{\"cell_type\": \"code\", \"language\": \"python\", \"input\": \"a = 1\", \
        \"outputs\": [{\"output_type\": \"stream\", \"stream\": \"stdout\", \"text\": \"ran\"}]}, \
        {\"cell_type\": \"heading\", \"level\": 1, \"source\": \"b\"}]}]}";
    sandbox.write("a.ipynb", old);
    check_sync(&sandbox, &[], 0, "'a.py' written");
    assert_eq!(sandbox.read("a.ipynb"), old);
    edit(&sandbox, "a.py", "# # b", "# # c");
    check_sync(&sandbox, &[], 0, "'a.ipynb' brought up to date");
    let notebook = sandbox.read("a.ipynb");
    assert!(notebook.contains("\"nbformat\": 4") && notebook.contains("ran"));
    assert!(notebook.contains("# c"));
    check_together(&sandbox);
}

#[test]
fn a_hook_leaves_alone_what_is_only_meant_to_be_added() {
    let sandbox = paired();
    sandbox.write("b.ipynb", notebook(&SOURCES));
    sandbox.git(&["add", "--intent-to-add", "b.ipynb"]);
    check_sync(&sandbox, &["--staged"], 0, "");
    assert!(!sandbox.names().contains(&"b.py".to_owned()));
}

#[test]
fn settings_of_jupytext_that_are_not_heeded_are_named_once() {
    let sandbox = paired();
    let settings = sandbox.read("jupytext.toml") + "comment_magics = false\n";
    sandbox.write("jupytext.toml", settings);
    sandbox.write("deep/b.ipynb", notebook(&SOURCES));
    let output = sandbox.run(&["sync"], "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.matches("`comment_magics`").count(), 1, "{said}");
}

#[test]
fn a_text_with_the_ids_of_cells_keeps_them() {
    let sandbox = paired();
    let convert = [
        "convert",
        "--to",
        "py:percent",
        "--ids",
        "--force",
        "a.ipynb",
    ];
    assert_eq!(sandbox.run(&convert, "").status.code(), Some(0));
    commit(&sandbox);
    let text = sandbox.read("a.py");
    assert_eq!(text.matches("cell_id=").count(), 3, "{text}");
    edit(&sandbox, "a.ipynb", "\"first = 1\"", "\"first = 11\"");
    check_sync(&sandbox, &[], 0, "'a.py' written from 'a.ipynb'");
    assert_eq!(
        sandbox.read("a.py"),
        text.replace("first = 1", "first = 11")
    );
}
