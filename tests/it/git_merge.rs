//! `nbweave git-merge`, as git runs it.

use std::fs;
use std::process::Output;

use insta::assert_snapshot;

use crate::merges::{
    base, conflict, notebook, ours, sources, sources_in, theirs, theirs_in_conflict,
};
use crate::sandbox::{NBWEAVE, Sandbox, finish, show};

/// The driver as it is to be set.
const DRIVER: &str = "nbweave git-merge --base %O --ours %A --theirs %B --marker-size %L \
                      --path %P --label-base %S --label-ours %X --label-theirs %Y";

/// A repository where git uses the driver for notebooks.
fn repository() -> Sandbox {
    let sandbox = Sandbox::with_repository();
    sandbox.git(&["config", "merge.nbweave.driver", DRIVER]);
    sandbox.write(".git/info/attributes", "*.ipynb merge=nbweave\n");
    sandbox
}

fn commit(sandbox: &Sandbox, message: &str) {
    sandbox.git(&["add", "--all"]);
    sandbox.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
}

/// A repository whose branches `main`, checked out, and `side` changed a
/// notebook.
fn diverged_at(path: &str, base: &str, ours: &str, theirs: &str) -> Sandbox {
    let sandbox = repository();
    sandbox.write(path, base);
    sandbox.write("other.txt", "other\n");
    commit(&sandbox, "base");
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write(path, theirs);
    commit(&sandbox, "theirs");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write(path, ours);
    commit(&sandbox, "ours");
    sandbox
}

fn diverged(base: &str, ours: &str, theirs: &str) -> Sandbox {
    diverged_at("a.ipynb", base, ours, theirs)
}

fn clean() -> Sandbox {
    diverged(&base(), &ours(), &theirs())
}

fn conflicting() -> Sandbox {
    diverged(&base(), &ours(), &theirs_in_conflict())
}

fn unmerged(sandbox: &Sandbox) -> String {
    sandbox.git(&["diff", "--name-only", "--diff-filter=U", "-z"])
}

/// Holds a merge to have ended in conflict, with the notebook unmerged, and
/// returns what git and the driver said.
#[track_caller]
fn ends_in_conflict(sandbox: &Sandbox, output: &Output) -> String {
    let shown = show(output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert_eq!(unmerged(sandbox), "a.ipynb\0", "{shown}");
    assert_eq!(leftovers(sandbox), [""; 0]);
    shown
}

/// Holds a merge to have ended well, and returns what git and the driver said.
#[track_caller]
fn ends_well(sandbox: &Sandbox, output: &Output) -> String {
    let shown = show(output);
    assert!(output.status.success(), "{shown}");
    assert_eq!(unmerged(sandbox), "", "{shown}");
    assert_eq!(leftovers(sandbox), [""; 0]);
    shown
}

/// Temporary files that somebody left in the worktree.
fn leftovers(sandbox: &Sandbox) -> Vec<String> {
    let mut names = sandbox.names();
    names.retain(|name| name.starts_with(".nbweave") || name.starts_with(".merge_file"));
    names
}

/// The sources of a clean merge.
fn both() -> [&'static str; 3] {
    [
        "import pandas as pd\n\nframe = pd.read_csv('ours.csv')",
        "model = fit(frame)",
        "plot(model)\nsave('plot.png')",
    ]
}

#[test]
fn changes_to_different_cells_are_merged() {
    let sandbox = clean();
    ends_well(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert_eq!(sources_in(&sandbox, "a.ipynb"), both());
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_conflict_is_in_its_cell_and_leaves_the_path_unmerged() {
    let sandbox = conflicting();
    let output = sandbox.try_git(&["merge", "side"]);
    ends_in_conflict(&sandbox, &output);
    assert_snapshot!(show(&output), @"
    exit: 1
    --- stdout
    Auto-merging a.ipynb
    CONFLICT (content): Merge conflict in a.ipynb
    Automatic merge failed; fix conflicts and then commit the result.
    --- stderr
    a.ipynb: cell 1 'import pandas as pd': conflict in the source
    nbweave: 1 conflict is left in 'a.ipynb'
    hint: `nbweave resolve` lists conflicts and settles them
    ");
    let sources = sources_in(&sandbox, "a.ipynb");
    assert_eq!(sources[0], conflict("HEAD", "side"));
    assert_eq!(
        sources[1..],
        both()[1..2]
            .iter()
            .copied()
            .chain(["plot(model)\nshow()"])
            .collect::<Vec<_>>()
    );
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "UU a.ipynb\n");
}

#[test]
fn the_settings_of_git_for_conflicts_are_followed() {
    let sandbox = conflicting();
    sandbox.git(&["config", "merge.conflictStyle", "diff3"]);
    sandbox.write(
        ".git/info/attributes",
        "*.ipynb merge=nbweave conflict-marker-size=15\n",
    );
    ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    let source = &sources_in(&sandbox, "a.ipynb")[0];
    let run = |of: &str| of.repeat(15);
    assert!(
        source.contains(&format!("\n{} HEAD\n", run("<"))),
        "{source}"
    );
    assert!(
        source.contains(&format!("\n{} ", run("|"))) && source.contains("'a.csv'"),
        "{source}"
    );
    assert!(source.contains(&format!("\n{} side", run(">"))), "{source}");
}

#[test]
fn options_of_the_driver_are_rules() {
    let sandbox = conflicting();
    let driver = DRIVER.replace("git-merge", "git-merge --favor theirs");
    sandbox.git(&["config", "merge.nbweave.driver", &driver]);
    ends_well(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert_eq!(sandbox.read("a.ipynb"), theirs_in_conflict());
}

#[test]
fn placeholders_may_stand_without_options() {
    let sandbox = conflicting();
    let driver = "nbweave git-merge %O %A %B %L %P %S %X %Y";
    sandbox.git(&["config", "merge.nbweave.driver", driver]);
    let said = ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert!(said.contains("left in 'a.ipynb'"), "{said}");
    assert_eq!(sources_in(&sandbox, "a.ipynb")[0], conflict("HEAD", "side"));
}

#[test]
fn placeholders_that_an_older_git_leaves_are_no_labels() {
    let sandbox = conflicting();
    let driver = DRIVER
        .replace("%S", "%%S")
        .replace("%X", "%%X")
        .replace("%Y", "%%Y");
    sandbox.git(&["config", "merge.nbweave.driver", &driver]);
    ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert_eq!(
        sources_in(&sandbox, "a.ipynb")[0],
        conflict("ours", "theirs")
    );
}

#[test]
fn rebase_merges_with_either_backend() {
    for backend in ["--merge", "--apply"] {
        let sandbox = clean();
        ends_well(&sandbox, &sandbox.try_git(&["rebase", backend, "side"]));
        assert_eq!(sources_in(&sandbox, "a.ipynb"), both(), "{backend}");

        let sandbox = conflicting();
        ends_in_conflict(&sandbox, &sandbox.try_git(&["rebase", backend, "side"]));
        let source = &sources_in(&sandbox, "a.ipynb")[0];
        // A rebase puts the commits of the branch on top: the other way round.
        assert!(
            source.contains("<<<<<<< HEAD\nframe = pd.read_csv('theirs.csv')\n"),
            "{source}"
        );
        assert!(
            source.contains("ours)") || source.ends_with(" ours"),
            "{source}"
        );
        sandbox.write("a.ipynb", ours());
        sandbox.git(&["add", "a.ipynb"]);
        sandbox.git(&["-c", "core.editor=true", "rebase", "--continue"]);
        assert_eq!(sandbox.git(&["log", "--format=%s"]), "ours\ntheirs\nbase\n");
    }
}

#[test]
fn cherry_pick_and_revert_merge() {
    let sandbox = clean();
    ends_well(&sandbox, &sandbox.try_git(&["cherry-pick", "side"]));
    assert_eq!(sources_in(&sandbox, "a.ipynb"), both());
    ends_well(
        &sandbox,
        &sandbox.try_git(&["revert", "--no-edit", "HEAD~1"]),
    );
    assert_eq!(sources_in(&sandbox, "a.ipynb")[0], sources(&base())[0]);
    assert_eq!(sources_in(&sandbox, "a.ipynb")[2], both()[2]);

    let sandbox = conflicting();
    ends_in_conflict(&sandbox, &sandbox.try_git(&["cherry-pick", "side"]));
    sources_in(&sandbox, "a.ipynb");
}

#[test]
fn a_stash_is_merged() {
    for (theirs, is_clean) in [(theirs(), true), (theirs_in_conflict(), false)] {
        let sandbox = repository();
        sandbox.write("a.ipynb", base());
        commit(&sandbox, "base");
        sandbox.write("a.ipynb", theirs);
        sandbox.git(&["stash"]);
        sandbox.write("a.ipynb", ours());
        commit(&sandbox, "ours");
        let output = sandbox.try_git(&["stash", "pop"]);
        if is_clean {
            ends_well(&sandbox, &output);
            assert_eq!(sources_in(&sandbox, "a.ipynb"), both());
        } else {
            ends_in_conflict(&sandbox, &output);
            let expected = conflict("Updated upstream", "Stashed changes");
            assert_eq!(sources_in(&sandbox, "a.ipynb")[0], expected);
        }
    }
}

#[test]
fn nothing_is_mixed_into_what_merge_tree_writes() {
    let sandbox = clean();
    let output = sandbox.try_git(&["merge-tree", "--write-tree", "main", "side"]);
    assert!(output.status.success());
    let tree = String::from_utf8(output.stdout).unwrap();
    let file = format!("{}:a.ipynb", tree.trim_end());
    assert_eq!(sources(&sandbox.git(&["show", &file])), both());

    let sandbox = conflicting();
    let output = sandbox.try_git(&["merge-tree", "--write-tree", "-z", "main", "side"]);
    assert_eq!(output.status.code(), Some(1));
    let written = String::from_utf8(output.stdout).unwrap();
    let tree = written.split('\0').next().unwrap();
    let merged = sandbox.git(&["show", &format!("{tree}:a.ipynb")]);
    assert_eq!(sources(&merged)[0], conflict("main", "side"));
}

#[test]
fn a_bare_repository_merges() {
    let sandbox = clean();
    sandbox.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    sandbox.git(&["-C", "bare.git", "config", "merge.nbweave.driver", DRIVER]);
    sandbox.write("bare.git/info/attributes", "*.ipynb merge=nbweave\n");
    let tree = sandbox.git(&[
        "-C",
        "bare.git",
        "merge-tree",
        "--write-tree",
        "main",
        "side",
    ]);
    let file = format!("{}:a.ipynb", tree.trim_end());
    assert_eq!(
        sources(&sandbox.git(&["-C", "bare.git", "show", &file])),
        both()
    );
}

#[test]
fn a_conflict_can_be_made_anew_with_another_style() {
    let sandbox = conflicting();
    ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    sandbox.git(&["checkout", "--merge", "--", "a.ipynb"]);
    let first = sandbox.read("a.ipynb");
    assert_eq!(sources(&first)[0], conflict("ours", "theirs"));
    sandbox.write("a.ipynb", "half resolved");
    sandbox.git(&["checkout", "--conflict=diff3", "--", "a.ipynb"]);
    // Git does not tell drivers of the option, only of the setting.
    assert_eq!(sandbox.read("a.ipynb"), first);
    sandbox.git(&[
        "-c",
        "merge.conflictStyle=diff3",
        "checkout",
        "--merge",
        "--",
        "a.ipynb",
    ]);
    let source = &sources_in(&sandbox, "a.ipynb")[0];
    assert!(
        source.contains("||||||| base\nframe = pd.read_csv('a.csv')\n"),
        "{source}"
    );
    assert_eq!(unmerged(&sandbox), "a.ipynb\0");
}

#[test]
fn a_checkout_takes_local_changes_along() {
    let sandbox = diverged(&base(), &base(), &theirs());
    sandbox.write("a.ipynb", ours());
    ends_well(&sandbox, &sandbox.try_git(&["checkout", "--merge", "side"]));
    assert_eq!(sources_in(&sandbox, "a.ipynb"), both());

    let sandbox = diverged(&base(), &base(), &theirs_in_conflict());
    sandbox.write("a.ipynb", ours());
    sandbox.git(&["checkout", "--merge", "side"]);
    assert_eq!(unmerged(&sandbox), "a.ipynb\0");
    assert_eq!(sources_in(&sandbox, "a.ipynb")[0], conflict_in_checkout());
}

/// A checkout merges the branch that is left with the local changes into it.
fn conflict_in_checkout() -> String {
    "import pandas as pd\n\n<<<<<<< side\nframe = pd.read_csv('theirs.csv')\n=======\n\
     frame = pd.read_csv('ours.csv')\n>>>>>>> local"
        .to_owned()
}

#[test]
fn a_renamed_notebook_is_merged_under_its_new_name() {
    let sandbox = clean();
    sandbox.git(&["mv", "a.ipynb", "b.ipynb"]);
    commit(&sandbox, "renamed");
    ends_well(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert_eq!(sources_in(&sandbox, "b.ipynb"), both());
    assert!(!sandbox.path("a.ipynb").exists());
}

#[test]
fn notebooks_that_both_sides_added_are_merged_without_a_base() {
    let sandbox = repository();
    sandbox.write("other.txt", "other\n");
    commit(&sandbox, "base");
    let shared = ("load", "import pandas as pd");
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write(
        "a.ipynb",
        notebook(&[shared, ("theirs", "evaluate(model)")]),
    );
    commit(&sandbox, "theirs");
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.ipynb", notebook(&[shared, ("ours", "frame.describe()")]));
    commit(&sandbox, "ours");
    ends_well(&sandbox, &sandbox.try_git(&["merge", "side"]));
    let sources = sources_in(&sandbox, "a.ipynb");
    assert_eq!(
        sources,
        ["import pandas as pd", "frame.describe()", "evaluate(model)"]
    );
}

#[test]
fn a_patch_that_does_not_apply_is_merged() {
    for (theirs, is_clean) in [(theirs(), true), (theirs_in_conflict(), false)] {
        let sandbox = diverged(&base(), &ours(), &theirs);
        let patch = sandbox.git(&["format-patch", "--stdout", "-1", "side"]);
        sandbox.write("../theirs.patch", patch);
        let output = sandbox.try_git(&["am", "-3", "../theirs.patch"]);
        if is_clean {
            ends_well(&sandbox, &output);
            assert_eq!(sources_in(&sandbox, "a.ipynb"), both());
        } else {
            assert!(!output.status.success());
            assert_eq!(unmerged(&sandbox), "a.ipynb\0");
            assert_eq!(
                sources_in(&sandbox, "a.ipynb")[0],
                conflict("HEAD", "theirs")
            );
        }
    }
}

#[test]
fn any_path_is_merged_and_named() {
    let path = "sub dir/it's \"a\" $HOME ä.ipynb";
    let sandbox = diverged_at(path, &base(), &ours(), &theirs_in_conflict());
    let output = sandbox.try_git(&["-C", "sub dir", "merge", "side"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(unmerged(&sandbox), format!("{path}\0"));
    assert_eq!(sources_in(&sandbox, path)[0], conflict("HEAD", "side"));
    let said = show(&output);
    assert!(
        said.contains(&format!("1 conflict is left in '{path}'")),
        "{said}"
    );
}

/// A repository whose branches have two merge bases: each merged the other's
/// first commit, `ours_first` and `theirs_first`, and resolved it to
/// `resolved`, before it went on. The driver keeps the bases it is given, under
/// their marker sizes.
fn criss_cross(firsts: [&str; 2], resolved: [&str; 2], lasts: [&str; 2]) -> Sandbox {
    let sandbox = repository();
    let driver = format!("cp %O ../base-%L; {DRIVER}");
    sandbox.write("a.ipynb", base());
    commit(&sandbox, "base");
    sandbox.git(&["checkout", "--quiet", "-b", "side"]);
    sandbox.write("a.ipynb", firsts[1]);
    commit(&sandbox, "theirs");
    sandbox.git(&["tag", "theirs-first"]);
    sandbox.git(&["checkout", "--quiet", "main"]);
    sandbox.write("a.ipynb", firsts[0]);
    commit(&sandbox, "ours");
    sandbox.git(&["tag", "ours-first"]);
    for (branch, other, resolved, last) in [
        ("side", "ours-first", resolved[1], lasts[1]),
        ("main", "theirs-first", resolved[0], lasts[0]),
    ] {
        sandbox.git(&["checkout", "--quiet", branch]);
        sandbox.try_git(&["merge", "--no-commit", other]);
        sandbox.write("a.ipynb", resolved);
        commit(&sandbox, "merged");
        sandbox.write("a.ipynb", last);
        commit(&sandbox, "last");
    }
    sandbox.git(&["config", "merge.nbweave.driver", &driver]);
    sandbox
}

#[test]
fn a_merged_base_is_what_both_sides_did() {
    let merged = base()
        .replace("'a.csv'", "'ours.csv'")
        .replace("show()", "save('plot.png')");
    let ours_last = merged.replace("fit(frame)", "fit(frame, steps=10)");
    let theirs_last = merged.replace("plot(model)", "plot(model, title='all')");
    let sandbox = criss_cross(
        [&ours(), &theirs()],
        [&merged, &merged],
        [&ours_last, &theirs_last],
    );
    ends_well(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert_eq!(sources(&sandbox.read("../base-7")), both());
    let expected = [
        both()[0],
        "model = fit(frame, steps=10)",
        "plot(model, title='all')\nsave('plot.png')",
    ];
    assert_eq!(sources_in(&sandbox, "a.ipynb"), expected);
}

#[test]
fn a_base_merged_with_conflicts_is_a_notebook_without_markers() {
    let (ours, theirs) = (ours(), theirs_in_conflict());
    let ours_last = ours.replace("fit(frame)", "fit(frame, steps=10)");
    let theirs_last = theirs.replace("show()", "save('plot.png')");
    let sandbox = criss_cross(
        [&ours, &theirs],
        [&ours, &theirs],
        [&ours_last, &theirs_last],
    );
    let said = ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert_eq!(said.matches("left in 'a.ipynb'").count(), 1, "{said}");
    assert_eq!(sources(&sandbox.read("../base-7")), sources(&base()));
    assert!(sandbox.path("../base-9").exists());
    let merged = sources_in(&sandbox, "a.ipynb");
    assert_eq!(merged[0], conflict("HEAD", "side"));
    assert_eq!(merged[1], "model = fit(frame, steps=10)");
    assert_eq!(merged[2], both()[2]);
}

/// Runs the driver on three files as git does, and returns how it ended and
/// what is in ours then.
fn drive(versions: [&str; 3], more: &[&str]) -> (Output, String) {
    let sandbox = Sandbox::with_repository();
    drive_in(&sandbox, versions, more)
}

fn drive_in(sandbox: &Sandbox, versions: [&str; 3], more: &[&str]) -> (Output, String) {
    for (name, version) in ["base", "ours", "theirs"].iter().zip(versions) {
        sandbox.write(name, version);
    }
    let mut args = vec![
        "git-merge",
        "--base",
        "base",
        "--ours",
        "ours",
        "--theirs",
        "theirs",
    ];
    args.extend(more);
    let output = sandbox.run(&args, "");
    assert_eq!(output.stdout, b"", "stdout belongs to git");
    (output, sandbox.read("ours"))
}

#[test]
fn without_labels_the_marker_size_tells_a_merge_of_bases() {
    let versions = [&*base(), &*ours(), &*theirs_in_conflict()];
    let path = ["--path", "a.ipynb", "--label-ours", "%X", "--marker-size"];
    let with_size = |size| [&path[..], &[size]].concat();
    let (output, result) = drive(versions, &with_size("9"));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(result, base());
    for usual in ["7", "8"] {
        let (output, result) = drive(versions, &with_size(usual));
        assert_eq!(output.status.code(), Some(1));
        assert!(result.contains("<<<<<<< "), "{usual}: {result}");
    }
    let sandbox = Sandbox::with_repository();
    sandbox.write(".git/info/attributes", "*.ipynb conflict-marker-size=9\n");
    let (_, result) = drive_in(&sandbox, versions, &with_size("9"));
    assert!(result.contains("<<<<<<<<< "), "{result}");
    let (_, result) = drive_in(&sandbox, versions, &with_size("11"));
    assert_eq!(result, base());
}

#[test]
fn labels_are_what_git_says_whatever_that_is() {
    let versions = [&*base(), &*ours(), &*theirs_in_conflict()];
    let (_, result) = drive(
        versions,
        &["--label-ours", "", "--label-theirs", "-x \"y\"\nz"],
    );
    let source = &sources(&result)[0];
    assert!(source.contains("\n<<<<<<<\n"), "{source}");
    assert!(source.ends_with(">>>>>>> -x \"y\" z"), "{source}");
}

#[test]
fn a_size_that_is_none_is_the_usual_one() {
    let versions = [&*base(), &*ours(), &*theirs_in_conflict()];
    for size in ["%L", "", "0", "-1", "99999999999999999999999"] {
        let (output, result) = drive(versions, &["--marker-size", size]);
        assert_eq!(output.status.code(), Some(1), "{size}");
        assert!(result.contains("<<<<<<< ours"), "{size}: {result}");
    }
}

#[cfg(unix)]
#[test]
fn a_result_that_is_ours_is_not_written() {
    use std::os::unix::fs::MetadataExt as _;

    let sandbox = Sandbox::with_repository();
    sandbox.write("ours", ours());
    let before = fs::metadata(sandbox.path("ours")).unwrap();
    let (output, result) = drive_in(&sandbox, [&base(), &ours(), &base()], &[]);
    assert_eq!(show(&output), "exit: 0\n");
    assert_eq!(result, ours());
    assert_eq!(
        fs::metadata(sandbox.path("ours")).unwrap().ino(),
        before.ino()
    );
}

#[test]
fn what_is_no_notebook_is_merged_by_lines() {
    let broken = ours().replacen("\"cells\"", "\"cells\":", 1);
    let sandbox = diverged(&base(), &broken, &theirs());
    let output = sandbox.try_git(&["merge", "side"]);
    let said = ends_well(&sandbox, &output);
    assert!(
        said.contains(
            "nbweave: 'a.ipynb' was merged by lines: ours (HEAD): invalid JSON at line 2"
        ),
        "{said}"
    );
    let result = sandbox.read("a.ipynb");
    assert!(
        result.contains("ours.csv") && result.contains("plot.png"),
        "{result}"
    );

    let sandbox = diverged(&base(), "all new\n", &theirs());
    let said = ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert!(
        said.contains("was merged by lines, with conflicts: ours (HEAD)"),
        "{said}"
    );
    let result = sandbox.read("a.ipynb");
    assert!(
        result.starts_with("<<<<<<< HEAD\nall new\n=======\n{\n"),
        "{result}"
    );
    assert!(result.ends_with("}\n>>>>>>> side\n"), "{result}");
}

#[test]
fn a_base_with_markers_of_another_tool_is_no_obstacle() {
    let broken = base().replace(
        "      \"frame",
        "<<<<<<< a\n      \"frames\"\n=======\n      \"frame",
    ) + ">>>>>>> b\n";
    let sandbox = diverged(&broken, &ours(), &theirs_in_conflict());
    let output = sandbox.try_git(&["merge", "side"]);
    ends_in_conflict(&sandbox, &output);
    let text = sources_in(&sandbox, "a.ipynb").concat();
    assert!(
        text.contains("'ours.csv'") && text.contains("'theirs.csv'"),
        "{text}"
    );
}

#[test]
fn an_empty_side_is_in_doubt_only_if_the_other_changed() {
    let (output, result) = drive([&base(), "", &theirs()], &["--path", "a.ipynb"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(result, theirs());
    let said = show(&output);
    assert!(said.contains("a.ipynb: conflict: ours is empty"), "{said}");
    let (output, result) = drive([&base(), &base(), " \n"], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(result, " \n");
    let (output, result) = drive(["", "", &theirs()], &[]);
    assert_eq!((output.status.code(), result), (Some(0), theirs()));
}

#[test]
fn binary_files_are_left_as_git_leaves_them() {
    let (output, result) = drive(["\0base", "\0ours", "\0theirs"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(result, "\0ours");
}

#[test]
fn recorded_resolutions_of_git_are_no_obstacle() {
    let sandbox = conflicting();
    sandbox.git(&["config", "rerere.enabled", "true"]);
    for _ in 0..2 {
        ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
        sources_in(&sandbox, "a.ipynb");
        sandbox.write("a.ipynb", ours());
        commit(&sandbox, "merged");
        sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }

    // Conflicts that git records are lines of what is no notebook.
    let sandbox = diverged("one\n", "two\n", "three\n");
    sandbox.git(&["config", "rerere.enabled", "true"]);
    ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    sandbox.write("a.ipynb", "both\n");
    commit(&sandbox, "merged");
    sandbox.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(sandbox.try_git(&["merge", "side"]).status.code(), Some(1));
    assert_eq!(sandbox.read("a.ipynb"), "both\n");
}

#[test]
fn what_a_merge_changed_by_hand_can_be_shown() {
    let sandbox = conflicting();
    ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    sandbox.write("a.ipynb", ours());
    commit(&sandbox, "merged");
    let shown = sandbox.git(&["show", "--remerge-diff", "--format="]);
    assert!(
        shown.starts_with("diff --git a/a.ipynb b/a.ipynb\n"),
        "{shown}"
    );
    assert!(shown.contains("-        \"<<<<<<< "), "{shown}");
}

#[test]
fn a_notebook_of_format_3_is_merged_with_one_of_format_4() {
    let old = r#"{"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [
      {"cell_type": "code", "collapsed": false, "input": ["x = 1"], "language": "python", "metadata": {}, "outputs": [], "prompt_number": 1},
      {"cell_type": "code", "collapsed": false, "input": ["y = 1"], "language": "python", "metadata": {}, "outputs": [], "prompt_number": 2}
    ], "metadata": {}}]}"#;
    let ours = old.replace("x = 1", "x = 2");
    let theirs = notebook(&[("a", "x = 1"), ("b", "y = 2")]);
    let sandbox = diverged(old, &ours, &theirs);
    ends_well(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert_eq!(sources_in(&sandbox, "a.ipynb"), ["x = 2", "y = 2"]);
}

#[test]
fn what_has_no_place_in_a_source_is_in_a_note_above_the_cell() {
    let with = |kind: &str| {
        let metadata = format!(r#""metadata": {{ "slideshow": {{ "slide_type": "{kind}" }} }}"#);
        base().replacen(r#""metadata": {}"#, &metadata, 1)
    };
    let sandbox = diverged(&with("skip"), &with("slide"), &with("notes"));
    let said = ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    let line = "a.ipynb: cell 2 'import pandas as pd': conflict about the metadata \
                `slideshow.slide_type`: ours \"slide\", theirs \"notes\"\n";
    assert!(said.contains(line), "{said}");
    let sources = sources_in(&sandbox, "a.ipynb");
    assert_eq!(sources.len(), 4);
    let (sentence, conflicts) = sources[0].split_once("\n\n").unwrap();
    assert!(sentence.starts_with("**Merge conflict in the cell below**: "));
    assert_snapshot!(conflicts, @r#"
    `/metadata/slideshow/slide_type`:

    ```json
    <<<<<<< HEAD
    "slide"
    =======
    "notes"
    >>>>>>> side
    ```
    "#);
    assert!(sandbox.read("a.ipynb").contains(r#""slide_type": "slide""#));
}

#[test]
fn a_cell_that_one_side_deleted_and_the_other_changed_stays_in_conflict() {
    let sandbox = diverged(
        &notebook(&[("a", "a = 1\nb = 1"), ("b", "plot(a)")]),
        &notebook(&[("b", "plot(a)")]),
        &notebook(&[("a", "a = 2\nb = 1"), ("b", "plot(a)")]),
    );
    ends_in_conflict(&sandbox, &sandbox.try_git(&["merge", "side"]));
    assert_snapshot!(sources_in(&sandbox, "a.ipynb")[0], @"
    <<<<<<< HEAD (cell deleted)
    =======
    a = 2
    b = 1
    >>>>>>> side
    ");
}

#[cfg(unix)]
#[test]
fn a_result_that_cannot_be_written_ends_the_merge() {
    let sandbox = clean();
    if sandbox
        .command("prlimit")
        .arg("--version")
        .output()
        .is_err()
    {
        eprintln!("skipped: there is no prlimit");
        return;
    }
    let driver = format!("trap '' XFSZ; exec prlimit --fsize=100 {DRIVER}");
    sandbox.git(&["config", "merge.nbweave.driver", &driver]);
    failed_without_a_trace(&sandbox, "nbweave: cannot write 'a.ipynb': File too large");
}

#[test]
fn arguments_that_make_no_sense_end_the_merge() {
    let sandbox = clean();
    for driver in [
        "nbweave git-merge --no-such-option %O %A %B",
        "nbweave git-merge %O %A",
    ] {
        sandbox.git(&["config", "merge.nbweave.driver", driver]);
        failed_without_a_trace(&sandbox, "failed to execute internal merge");
    }
    let output = finish(sandbox.command(NBWEAVE).args(["git-merge"]), "");
    assert_eq!(output.status.code(), Some(129));
}

/// Holds a merge to fail with this message, and to leave everything as it was.
#[track_caller]
fn failed_without_a_trace(sandbox: &Sandbox, message: &str) {
    let output = sandbox.try_git(&["merge", "side"]);
    let said = show(&output);
    assert!(said.contains(message), "{said}");
    assert!(!matches!(output.status.code(), Some(0 | 1)), "{said}");
    assert_eq!(sandbox.read("a.ipynb"), ours());
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}
