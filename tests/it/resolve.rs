//! `nbweave resolve` and `nbweave mergetool`, in repositories where git could
//! not merge.

use insta::assert_snapshot;

use crate::merges::{base, notebook, ours, sources_in, theirs_in_conflict};
use crate::sandbox::Sandbox;

/// Both sides did other things to the same line and the same metadata, and
/// theirs deleted a cell that ours edited.
fn base_of_many() -> String {
    let json = notebook(&[
        ("title", "# Title\n\nWords."),
        ("load", "frame = read('a.csv')"),
        ("fit", "model = fit(frame)\nmodel.check()"),
        ("plot", "plot(model)"),
    ]);
    with_slide(&json, "slide")
}

fn with_slide(json: &str, kind: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(json).unwrap();
    value["cells"][3]["metadata"]["slideshow"] = serde_json::json!({ "slide_type": kind });
    value["cells"][0]["cell_type"] = "markdown".into();
    let cell = value["cells"][0].as_object_mut().unwrap();
    cell.remove("execution_count");
    cell.remove("outputs");
    format!("{value:#}\n")
}

fn ours_of_many() -> String {
    let json = base_of_many().replace("a.csv", "ours.csv");
    with_slide(
        &json.replace("model.check()", "model.check(strict)"),
        "skip",
    )
}

fn theirs_of_many() -> String {
    let json = base_of_many().replace("a.csv", "theirs.csv");
    let mut value: serde_json::Value =
        serde_json::from_str(&with_slide(&json, "fragment")).unwrap();
    value["cells"].as_array_mut().unwrap().remove(2);
    format!("{value:#}\n")
}

/// A repository in the middle of a merge that ended in conflict, with this
/// merge driver for notebooks; git's own if there is none.
fn in_conflict(driver: Option<&str>, base: &str, ours: &str, theirs: &str) -> Sandbox {
    let sandbox = Sandbox::with_repository();
    if let Some(driver) = driver {
        sandbox.git(&["config", "merge.nbweave.driver", driver]);
        sandbox.write(".git/info/attributes", "*.ipynb merge=nbweave\n");
    }
    let commit = |message: &str, text: &str| {
        sandbox.write("a.ipynb", text);
        sandbox.git(&["add", "a.ipynb"]);
        sandbox.git(&["commit", "--quiet", "--message", message]);
    };
    commit("base", base);
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    commit("theirs", theirs);
    sandbox.git(&["checkout", "--quiet", "main"]);
    commit("ours", ours);
    let merge = sandbox.try_git(&["merge", "--quiet", "topic"]);
    assert_eq!(merge.status.code(), Some(1));
    sandbox
}

const DRIVER: &str = "nbweave git-merge %O %A %B %L %P %S %X %Y";

fn many() -> Sandbox {
    in_conflict(
        Some(DRIVER),
        &base_of_many(),
        &ours_of_many(),
        &theirs_of_many(),
    )
}

fn one() -> Sandbox {
    in_conflict(Some(DRIVER), &base(), &ours(), &theirs_in_conflict())
}

fn by_lines() -> Sandbox {
    in_conflict(None, &base(), &ours(), &theirs_in_conflict())
}

fn is_merged(sandbox: &Sandbox) -> bool {
    sandbox.git(&["ls-files", "--unmerged"]).is_empty()
}

#[test]
fn what_is_left_is_listed_by_cell() {
    assert_snapshot!(many().nbweave(&["resolve"]), @r#"
    exit: 1
    --- stdout
    a.ipynb
      1. cell 2 'frame = read('ours.csv')': conflict in the source, line 1
      2. cell 3 'model = fit(frame)': conflict: ours changed the cell, theirs deleted it
      3. cell 5 'plot(model)': conflict about the metadata `slideshow.slide_type`: ours "skip", theirs "fragment"
    --- stderr
    nbweave: 3 conflicts are left
    hint: edit the notebook, or settle them by `nbweave resolve -i`, or by `--ours`, `--theirs` or `--both` with the path
    "#);
}

#[test]
fn nothing_left_is_no_output() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", base());
    assert_snapshot!(sandbox.nbweave(&["resolve"]), @"exit: 0");
    let outside = Sandbox::new();
    assert_snapshot!(outside.nbweave(&["resolve"]), @"
    exit: 0
    --- stderr
    nbweave: there are no notebooks in '.'
    ");
}

#[test]
fn all_conflicts_are_settled_one_way() {
    let sandbox = many();
    assert_snapshot!(sandbox.nbweave(&["resolve", "--theirs", "--add", "a.ipynb"]), @"
    exit: 0
    --- stderr
    settled 3 conflicts in 'a.ipynb'
    ");
    assert!(is_merged(&sandbox));
    let sources = sources_in(&sandbox, "a.ipynb");
    assert_eq!(
        sources,
        [
            "# Title\n\nWords.",
            "frame = read('theirs.csv')",
            "plot(model)"
        ]
    );
    assert!(
        sandbox
            .read("a.ipynb")
            .contains("\"slide_type\": \"fragment\"")
    );
    assert_snapshot!(sandbox.nbweave(&["resolve"]), @"exit: 0");
}

#[test]
fn one_side_of_everything_is_that_side() {
    let sandbox = many();
    assert_snapshot!(sandbox.nbweave(&["resolve", "--ours", "a.ipynb"]), @"
    exit: 0
    --- stderr
    settled 3 conflicts in 'a.ipynb'
    hint: `git add a.ipynb` when it is as it should be
    ");
    assert_eq!(sandbox.read("a.ipynb"), ours_of_many());
    assert!(!is_merged(&sandbox));
}

#[test]
fn conflicts_are_settled_one_by_one() {
    let sandbox = many();
    assert_snapshot!(sandbox.nbweave(&["resolve", "--both", "--conflict", "1", "a.ipynb"]), @"
    exit: 1
    --- stderr
    settled 1 conflict in 'a.ipynb'
    nbweave: 2 conflicts are left
    hint: edit the notebook, or settle them by `nbweave resolve -i`, or by `--ours`, `--theirs` or `--both` with the path
    ");
    let source = sources_in(&sandbox, "a.ipynb").remove(1);
    assert_eq!(
        source,
        "frame = read('ours.csv')\nframe = read('theirs.csv')"
    );
    assert_snapshot!(sandbox.nbweave(&["resolve", "--both", "--conflict", "3", "a.ipynb"]), @"
    exit: 2
    --- stderr
    nbweave: 'a.ipynb' has no conflict 3: there are 2
    hint: `--help` behind the command lists its options
    ");
}

#[test]
fn the_base_is_looked_up_in_the_index() {
    let sandbox = one();
    assert_snapshot!(sandbox.nbweave(&["resolve", "--base", "a.ipynb"]), @"
    exit: 0
    --- stderr
    settled 1 conflict in 'a.ipynb'
    hint: `git add a.ipynb` when it is as it should be
    ");
    assert_eq!(sandbox.read("a.ipynb"), base());
}

#[test]
fn a_base_that_nobody_has_settles_nothing() {
    let sandbox = one();
    sandbox.git(&["add", "a.ipynb"]);
    let before = sandbox.read("a.ipynb");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--base", "a.ipynb"]), @"
    exit: 1
    --- stderr
    nbweave: conflict 1 of 'a.ipynb' stays: the base is not known
    nbweave: 1 conflict is left
    hint: edit the notebook, or settle them by `nbweave resolve -i`, or by `--ours`, `--theirs` or `--both` with the path
    ");
    assert_eq!(sandbox.read("a.ipynb"), before);
}

#[test]
fn a_notebook_settled_by_hand_is_to_be_staged() {
    let sandbox = one();
    sandbox.write("a.ipynb", base().replace("a.csv", "mine.csv"));
    assert_snapshot!(sandbox.nbweave(&["resolve"]), @"
    exit: 1
    --- stdout
    a.ipynb: no conflict is left in it, not staged
    --- stderr
    hint: `git add a.ipynb` when it is as it should be
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--add"]), @"exit: 0");
    assert!(is_merged(&sandbox));
}

#[test]
fn a_merge_that_did_not_run_is_no_decision() {
    // Git takes what a driver that cannot be found leaves behind.
    let sandbox = in_conflict(
        Some("no-such-command"),
        &base(),
        &ours(),
        &theirs_in_conflict(),
    );
    assert_eq!(sandbox.read("a.ipynb"), ours());
    assert_snapshot!(sandbox.nbweave(&["resolve", "--add"]), @"
    exit: 1
    --- stdout
    a.ipynb: it is what ours has, nothing of theirs was merged
    --- stderr
    hint: `nbweave resolve --restart` with the path merges it
    ");
    assert!(!is_merged(&sandbox));
    assert_snapshot!(sandbox.nbweave(&["resolve", "--restart", "a.ipynb"]), @"
    exit: 1
    --- stderr
    a.ipynb: cell 1 'import pandas as pd': conflict in the source
    nbweave: 1 conflict is left in 'a.ipynb'
    hint: `nbweave resolve` lists conflicts and settles them
    ");
    assert!(sources_in(&sandbox, "a.ipynb")[0].contains("<<<<<<< ours\n"));
}

#[test]
fn what_git_filled_with_markers_is_rebuilt_from_the_index() {
    let sandbox = by_lines();
    assert_snapshot!(sandbox.nbweave(&["resolve"]), @"
    exit: 1
    --- stdout
    a.ipynb: invalid JSON at line 12, column 1: a merge left conflict markers in the file
    --- stderr
    hint: `nbweave resolve --rebuild` with the path makes a notebook of it
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--ours", "a.ipynb"]), @"
    exit: 129
    --- stderr
    nbweave: cannot read 'a.ipynb': invalid JSON at line 12, column 1: a merge left conflict markers in the file
    hint: `nbweave resolve --rebuild` with the path makes a notebook of it again
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--rebuild", "a.ipynb"]), @"
    exit: 1
    --- stderr
    a.ipynb: cell 1 'import pandas as pd': conflict in the source
    nbweave: 1 conflict is left in 'a.ipynb'
    hint: `nbweave resolve` lists conflicts and settles them
    ");
    assert!(sources_in(&sandbox, "a.ipynb")[0].contains("'theirs.csv'"));
}

#[test]
fn what_was_committed_with_markers_is_rebuilt_from_the_file() {
    let sandbox = by_lines();
    sandbox.git(&["commit", "--quiet", "--all", "--message", "merged?"]);
    assert_snapshot!(sandbox.nbweave(&["resolve"]), @"
    exit: 1
    --- stdout
    a.ipynb: invalid JSON at line 12, column 1: a merge left conflict markers in the file
    --- stderr
    hint: `nbweave resolve --rebuild` with the path makes a notebook of it
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--rebuild", "a.ipynb"]), @"
    exit: 1
    --- stderr
    rebuilt 'a.ipynb': 1 conflict by lines, 1 is left
    nbweave: 1 conflict is left
    hint: edit the notebook, or settle them by `nbweave resolve -i`, or by `--ours`, `--theirs` or `--both` with the path
    ");
    let source = sources_in(&sandbox, "a.ipynb").remove(0);
    assert!(
        source.contains("<<<<<<< HEAD\nframe = pd.read_csv('ours.csv')\n"),
        "{source}"
    );
    assert!(source.ends_with(">>>>>>> topic"), "{source}");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--rebuild", "a.ipynb"]), @"
    exit: 1
    --- stderr
    nbweave: 'a.ipynb' is a notebook: there is nothing to rebuild
    nbweave: 1 conflict is left
    hint: edit the notebook, or settle them by `nbweave resolve -i`, or by `--ours`, `--theirs` or `--both` with the path
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--restart", "a.ipynb"]), @"
    exit: 129
    --- stderr
    nbweave: git's index has one version of 'a.ipynb': `git checkout --merge` with the path brings back a conflict that was staged
    ");
}

#[test]
fn what_cannot_be_rebuilt_stays() {
    let sandbox = Sandbox::new();
    let broken = "{\n<<<<<<< HEAD\n\"cells\": [\n=======\n\"cells\": {\n>>>>>>> topic\n";
    sandbox.write("a.ipynb", broken);
    assert_snapshot!(sandbox.nbweave(&["resolve", "--rebuild", "a.ipynb"]), @"
    exit: 129
    --- stderr
    nbweave: cannot rebuild 'a.ipynb': without the markers, ours is no notebook: invalid JSON at line 3, column 1: the file ends in the middle, 2 brackets are not closed
    ");
    assert_eq!(sandbox.read("a.ipynb"), broken);
}

#[test]
fn the_file_is_kept_where_lines_fit_nowhere() {
    let sandbox = Sandbox::new();
    let text = notebook(&[("load", "read('a.csv')"), ("plot", "plot(it)")])
        .replace("\"execution_count\": null,\n      \"id\": \"load\"", "\n<<<<<<< HEAD\n\
            \"execution_count\": 3,\n=======\n\"execution_count\": {\n>>>>>>> topic\n\"id\": \"load\"")
        .replace("        \"plot(it)\"\n", "<<<<<<< HEAD\n\"plot(that)\"\n=======\n\"plot(this)\"\n>>>>>>> topic\n");
    sandbox.write("a.ipynb", &text);
    assert_snapshot!(sandbox.nbweave(&["resolve", "--rebuild", "a.ipynb"]), @"
    exit: 1
    --- stderr
    nbweave: not in 'a.ipynb' any more: line 9, of theirs
    hint: 'a.ipynb.orig' is the file as it was
    rebuilt 'a.ipynb': 2 conflicts by lines, 1 is left
    nbweave: 1 conflict is left
    hint: edit the notebook, or settle them by `nbweave resolve -i`, or by `--ours`, `--theirs` or `--both` with the path
    ");
    assert_eq!(sandbox.read("a.ipynb.orig"), text);
    assert_eq!(sources_in(&sandbox, "a.ipynb")[0], "read('a.csv')");
}

#[test]
fn a_notebook_that_a_side_deleted_is_for_git() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", base());
    sandbox.git(&["add", "a.ipynb"]);
    sandbox.git(&["commit", "--quiet", "--message", "base"]);
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    sandbox.git(&["rm", "--quiet", "a.ipynb"]);
    sandbox.git(&["commit", "--quiet", "--message", "theirs"]);
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.ipynb", ours());
    sandbox.git(&["commit", "--quiet", "--all", "--message", "ours"]);
    assert_eq!(
        sandbox
            .try_git(&["merge", "--quiet", "topic"])
            .status
            .code(),
        Some(1)
    );
    assert_snapshot!(sandbox.nbweave(&["resolve"]), @"
    exit: 1
    --- stdout
    a.ipynb: theirs deleted it, ours changed it
    --- stderr
    hint: `git add` with the path keeps it, `git rm` deletes it
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--restart", "a.ipynb"]), @"
    exit: 129
    --- stderr
    nbweave: a side deleted 'a.ipynb': there is nothing to merge
    ");
    for choice in ["--ours", "--theirs", "--both", "--base"] {
        let said = sandbox.nbweave(&["resolve", choice, "--add", "."]);
        assert!(said.starts_with("exit: 1\n"), "{said}");
    }
    assert_snapshot!(sandbox.nbweave(&["resolve", "--theirs", "--add", "."]), @"
    exit: 1
    --- stderr
    nbweave: 'a.ipynb': theirs deleted it, ours changed it
    hint: `git add` with the path keeps it, `git rm` deletes it
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--add"]), @"
    exit: 1
    --- stdout
    a.ipynb: theirs deleted it, ours changed it
    --- stderr
    hint: `git add` with the path keeps it, `git rm` deletes it
    ");
    assert_eq!(sandbox.git(&["status", "--short"]), "UD a.ipynb\n");
}

#[test]
fn a_notebook_that_a_side_emptied_is_not_staged_for_it() {
    let sandbox = Sandbox::with_repository();
    let commit = |text: &str, message: &str| {
        sandbox.write("a.ipynb", text);
        sandbox.git(&["add", "a.ipynb"]);
        sandbox.git(&["commit", "--quiet", "--message", message]);
    };
    commit(&base(), "base");
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    commit(&ours(), "theirs");
    sandbox.git(&["checkout", "--quiet", "main"]);
    commit("", "ours");
    let driver = format!("{} git-merge %O %A %B %L %P", env!("CARGO_BIN_EXE_nbweave"));
    sandbox.git(&["config", "merge.nbweave.driver", &driver]);
    sandbox.write(".gitattributes", "*.ipynb merge=nbweave\n");
    sandbox.try_git(&["merge", "--quiet", "topic"]);
    assert_eq!(sandbox.read("a.ipynb"), ours());
    let said = sandbox.nbweave(&["resolve", "--ours", "--add", "."]);
    assert!(said.starts_with("exit: 1\n"), "{said}");
    assert_eq!(
        sandbox.git(&["status", "--short", "a.ipynb"]),
        "UU a.ipynb\n"
    );
}

#[test]
fn of_a_notebook_that_both_sides_renamed_people_say_which_stays() {
    let sandbox = Sandbox::with_repository();
    let commit = |name: &str, text: &str| {
        sandbox.write("a.ipynb", text);
        sandbox.git(&["add", "a.ipynb"]);
        if name != "a.ipynb" {
            sandbox.git(&["mv", "a.ipynb", name]);
        }
        sandbox.git(&["commit", "--quiet", "--message", name]);
    };
    commit("a.ipynb", &base());
    sandbox.git(&["checkout", "--quiet", "-b", "topic"]);
    commit("theirs.ipynb", &base());
    sandbox.git(&["checkout", "--quiet", "main"]);
    commit("ours.ipynb", &base());
    let merge = sandbox.try_git(&["merge", "--quiet", "topic"]);
    assert_eq!(merge.status.code(), Some(1));
    assert_snapshot!(sandbox.nbweave(&["resolve", "--ours", "--add", "."]), @"
    exit: 1
    --- stderr
    nbweave: 'a.ipynb': both sides deleted or renamed it
    nbweave: 'ours.ipynb': only ours has it under this name
    nbweave: 'theirs.ipynb': only theirs has it under this name
    hint: `git add` with the path keeps it, `git rm` deletes it
    ");
    sandbox.git(&["rm", "--quiet", "a.ipynb", "theirs.ipynb"]);
    sandbox.git(&["add", "ours.ipynb"]);
    assert_snapshot!(sandbox.nbweave(&["resolve"]), @"exit: 0");
}

#[test]
fn the_whole_repository_is_looked_at_from_below() {
    let sandbox = many();
    sandbox.write("sub/b.ipynb", notebook(&[("x", "<<<<<<< HEAD\na\n")]));
    let mut command = sandbox.command(crate::sandbox::NBWEAVE);
    command.current_dir(sandbox.path("sub")).arg("resolve");
    let output = crate::sandbox::finish(&mut command, "");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("../a.ipynb\n"), "{stdout}");
    assert!(stdout.contains("../sub/b.ipynb\n"), "{stdout}");
    let below = sandbox.nbweave(&["resolve", "sub"]);
    assert!(!below.contains("a.ipynb"), "{below}");
}

#[test]
fn arguments_that_make_no_sense_are_named() {
    let sandbox = one();
    assert_snapshot!(sandbox.nbweave(&["resolve", "--theirs"]), @"
    exit: 2
    --- stderr
    nbweave: no notebook is named; `.` is all below this directory
    hint: `--help` behind the command lists its options
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--interactive"]), @"
    exit: 2
    --- stderr
    nbweave: --interactive needs a terminal; `--ours`, `--theirs`, `--both` do not
    hint: `--help` behind the command lists its options
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--ours", "--conflict", "9", "a.ipynb"]), @"
    exit: 2
    --- stderr
    nbweave: 'a.ipynb' has no conflict 9: there are 1
    hint: `--help` behind the command lists its options
    ");
    assert_snapshot!(sandbox.nbweave(&["resolve", "--ours", "b.ipynb"]), @"
    exit: 129
    --- stderr
    nbweave: cannot read 'b.ipynb': No such file or directory (os error 2)
    ");
}

#[test]
fn git_runs_the_mergetool_until_nothing_is_left() {
    let sandbox = by_lines();
    let tool = "nbweave mergetool --base \"$BASE\" --local \"$LOCAL\" --remote \"$REMOTE\" \
                --merged \"$MERGED\"";
    sandbox.git(&["config", "mergetool.nbweave.cmd", tool]);
    sandbox.git(&["config", "mergetool.nbweave.trustExitCode", "true"]);
    sandbox.git(&["config", "mergetool.keepBackup", "false"]);
    let run = || sandbox.try_git(&["mergetool", "--no-prompt", "--tool=nbweave"]);
    let before = sandbox.read("a.ipynb");
    assert!(!run().status.success());
    // Git puts the file back as it was, whatever the tool did.
    assert_eq!(sandbox.read("a.ipynb"), before);
    let settle = |how: &str| sandbox.nbweave(&["resolve", how, "a.ipynb"]);
    assert!(settle("--rebuild").contains("exit: 1"));
    assert!(!run().status.success());
    let merged = sandbox.read("a.ipynb");
    sandbox.write("a.ipynb", merged.replace("'ours.csv'", "'mine.csv'"));
    assert!(settle("--ours").contains("exit: 0"));
    let last = run();
    assert!(
        last.status.success(),
        "{}",
        String::from_utf8_lossy(&last.stderr)
    );
    assert!(is_merged(&sandbox));
    assert!(sources_in(&sandbox, "a.ipynb")[0].ends_with("'mine.csv')"));
}

#[test]
fn a_mergetool_merges_what_was_not_and_leaves_what_was() {
    let sandbox = Sandbox::new();
    let args = [
        "mergetool",
        "--base",
        "base",
        "--local",
        "ours",
        "--remote",
        "theirs",
        "--merged",
        "a.ipynb",
    ];
    sandbox.write("base", base());
    sandbox.write("ours", ours());
    sandbox.write("theirs", crate::merges::theirs());
    // A driver that did not run left ours.
    sandbox.write("a.ipynb", ours());
    assert_snapshot!(sandbox.nbweave(&args), @"exit: 0");
    let merged = sandbox.read("a.ipynb");
    assert!(merged.contains("'ours.csv'") && merged.contains("save('plot.png')"));
    let by_hand = merged.replace("'ours.csv'", "'mine.csv'");
    sandbox.write("a.ipynb", &by_hand);
    assert_snapshot!(sandbox.nbweave(&args), @"exit: 0");
    assert_eq!(sandbox.read("a.ipynb"), by_hand);
    sandbox.write("theirs", theirs_in_conflict());
    sandbox.write("a.ipynb", "<<<<<<< HEAD\n");
    assert_snapshot!(sandbox.nbweave(&args), @"
    exit: 1
    --- stderr
    a.ipynb: cell 1 'import pandas as pd': conflict in the source
    nbweave: 1 conflict is left in 'a.ipynb'
    hint: `nbweave resolve` lists conflicts and settles them
    hint: unless all is settled, `git mergetool` puts the file back as it was; `nbweave resolve -i` keeps what is
    ");
}

#[test]
fn check_finds_what_a_merge_left() {
    let sandbox = many();
    assert_snapshot!(sandbox.nbweave(&["check"]), @"
    exit: 1
    --- stdout
    a.ipynb:20:10: NB302 conflict markers (cell 2 'frame = read('ours.csv')', line 1)
        | <<<<<<< HEAD
        | ^^^^^^^^^^^^
    a.ipynb:34:10: NB302 conflict markers (cell 3 'model = fit(frame)', line 1)
        | <<<<<<< HEAD
        | ^^^^^^^^^^^^
    a.ipynb:48:10: NB302 a note on a conflict (cell 4 '**Merge conflict in the cell below**: th…', line 3)
        | `/metadata/slideshow/slide_type`:
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    --- stderr
    nbweave: 3 findings in the notebook
    hint: `nbweave resolve` lists and settles conflicts
    ");
    assert_snapshot!(sandbox.nbweave(&["check", "--conflicts"]), @"
    exit: 1
    --- stdout
    a.ipynb:20:10: NB302 conflict markers (cell 2 'frame = read('ours.csv')', line 1)
        | <<<<<<< HEAD
        | ^^^^^^^^^^^^
    a.ipynb:34:10: NB302 conflict markers (cell 3 'model = fit(frame)', line 1)
        | <<<<<<< HEAD
        | ^^^^^^^^^^^^
    a.ipynb:48:10: NB302 a note on a conflict (cell 4 '**Merge conflict in the cell below**: th…', line 3)
        | `/metadata/slideshow/slide_type`:
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    --- stderr
    nbweave: 3 findings in the notebook
    hint: `nbweave resolve` lists and settles conflicts
    ");
    let _settled = sandbox.nbweave(&["resolve", "--ours", "a.ipynb"]);
    assert_snapshot!(sandbox.nbweave(&["check", "--conflicts"]), @"exit: 0");
}

#[test]
fn check_for_conflicts_looks_for_nothing_else() {
    let sandbox = by_lines();
    sandbox.write("ran.ipynb", crate::notebooks::RAN);
    sandbox.write("broken.ipynb", crate::notebooks::BROKEN);
    sandbox.write(
        "nbdime.ipynb",
        crate::notebooks::notebook_with(r#""nbdime-conflicts": {}"#, &[]),
    );
    assert_snapshot!(sandbox.nbweave(&["check", "--conflicts", "--untracked"]), @"
    exit: 1
    --- stdout
    a.ipynb:12:1: NB302 conflict markers of git in the JSON
    nbdime.ipynb:5:35: NB302 metadata `nbdime-conflicts`
    --- stderr
    nbweave: 2 findings in 2 of 4 notebooks
    hint: `nbweave resolve` lists and settles conflicts
    ");
    assert_snapshot!(sandbox.nbweave(&["check", "a.ipynb"]), @"
    exit: 1
    --- stdout
    a.ipynb:12:1: NB302 conflict markers of git in the JSON
    --- stderr
    nbweave: 1 finding in the notebook
    hint: `nbweave resolve` lists and settles conflicts
    ");
}
