//! Settings files and `nbweave config`.

use std::fs;

use insta::assert_snapshot;

use crate::merges::{base, ours, theirs_in_conflict};
use crate::notebooks::{RAN, STRIPPED};
use crate::sandbox::{NBWEAVE, Sandbox, finish, show};

/// Settings with which nothing goes.
pub(crate) const KEEP: &str =
    "[strip]\nkeep-output = true\ncounts = 'keep'\nkeep-metadata = true\n";

/// Strips a notebook that has run by standard input, as if it were at a path,
/// and returns whether all is still there.
#[track_caller]
fn keeps(sandbox: &Sandbox, path: &str, args: &[&str]) -> bool {
    let path = format!("--path={path}");
    let args = [&["strip", path.as_str()], args, &["-"]].concat();
    let output = sandbox.run(&args, RAN);
    assert!(output.status.success(), "{}", show(&output));
    match String::from_utf8(output.stdout).unwrap().as_str() {
        RAN => true,
        STRIPPED => false,
        other => panic!("neither: {other}"),
    }
}

#[test]
fn the_nearest_file_counts_alone() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("nbweave.toml", KEEP);
    sandbox.write("d/e/a.ipynb", RAN);
    assert!(keeps(&sandbox, "a.ipynb", &[]));
    assert!(keeps(&sandbox, "d/e/a.ipynb", &[]));
    assert!(keeps(&sandbox, "d/../d/e/a.ipynb", &[]));
    // Nothing of the file above is left.
    sandbox.write("d/nbweave.toml", "");
    assert!(!keeps(&sandbox, "d/e/a.ipynb", &[]));
    assert!(keeps(&sandbox, "a.ipynb", &[]));
    // Directories need not be there: git has versions of files without them.
    assert!(keeps(&sandbox, "gone/gone/a.ipynb", &[]));
}

#[test]
fn looking_ends_at_the_top_of_the_repository() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("../nbweave.toml", KEEP);
    assert!(!keeps(&sandbox, "a.ipynb", &[]));
    fs::remove_dir_all(sandbox.path(".git")).unwrap();
    assert!(keeps(&sandbox, "a.ipynb", &[]));
}

#[test]
fn looking_ends_at_home() {
    let sandbox = Sandbox::new();
    sandbox.write("../nbweave.toml", KEEP);
    sandbox.write("../home/d/e", "");
    let path = "../home/d/a.ipynb";
    assert!(!keeps(&sandbox, path, &[]));
    sandbox.write("../home/nbweave.toml", KEEP);
    assert!(keeps(&sandbox, path, &[]));
}

#[test]
fn a_directory_has_one_file_of_three_names() {
    let sandbox = Sandbox::with_repository();
    let project = KEEP.replace("[strip]", "[tool.nbweave.strip]");
    sandbox.write("d/pyproject.toml", &project);
    assert!(keeps(&sandbox, "d/a.ipynb", &[]));
    sandbox.write("d/.nbweave.toml", "");
    assert!(!keeps(&sandbox, "d/a.ipynb", &[]));
    sandbox.write("d/nbweave.toml", KEEP);
    assert!(keeps(&sandbox, "d/a.ipynb", &[]));
    // One that is for others is passed by.
    sandbox.write("nbweave.toml", KEEP);
    sandbox.write("e/pyproject.toml", "[project]\nname = 'not-nbweave'\n");
    assert!(keeps(&sandbox, "e/a.ipynb", &[]));
}

#[test]
fn flags_win_over_the_environment_and_that_over_files() {
    let sandbox = Sandbox::with_repository();
    let strip = |variables: &[(&str, &str)], args: &[&str]| {
        let mut command = sandbox.command(NBWEAVE);
        let variables = variables.iter().copied();
        let output = finish(command.envs(variables).arg("strip").args(args), RAN);
        assert!(output.status.success(), "{}", show(&output));
        String::from_utf8(output.stdout).unwrap().contains("stdout")
    };
    let variable = "NBWEAVE_STRIP_KEEP_OUTPUT";
    assert!(!strip(&[], &[]));
    // That of the person is the least.
    sandbox.write("../home/.config/nbweave/config.toml", KEEP);
    assert!(strip(&[], &[]));
    sandbox.write("nbweave.toml", "[strip]\nkeep-output = false\n");
    assert!(!strip(&[], &[]));
    assert!(strip(&[(variable, "true")], &[]));
    sandbox.write("nbweave.toml", KEEP);
    assert!(strip(&[], &[]));
    assert!(!strip(&[(variable, "false")], &[]));
    assert!(strip(&[(variable, "false")], &["--keep-output"]));
    assert!(!strip(&[(variable, "true")], &["--no-keep-output"]));
    assert!(!strip(&[], &["--no-keep-output"]));
    // And key by key: what the nearest file does not say, the person does.
    sandbox.write("nbweave.toml", "");
    assert!(strip(&[], &[]));
}

#[test]
fn files_can_be_chosen_or_left_out() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("nbweave.toml", KEEP);
    sandbox.write("../home/.config/nbweave/config.toml", KEEP);
    for flag in ["--no-config", "--isolated"] {
        assert!(!keeps(&sandbox, "a.ipynb", &[flag]));
    }
    sandbox.write("ci/none.toml", "");
    let over = format!("[[overrides]]\npaths = ['/a.ipynb']\n{KEEP}")
        .replace("[strip]", "[overrides.strip]");
    sandbox.write("ci/some.toml", over);
    assert!(!keeps(&sandbox, "a.ipynb", &["--config=ci/none.toml"]));
    assert!(keeps(&sandbox, "a.ipynb", &["--config=ci/some.toml"]));
    assert!(!keeps(&sandbox, "b.ipynb", &["--config=ci/some.toml"]));
    let mut command = sandbox.command(NBWEAVE);
    command.env("NBWEAVE_CONFIG", "ci/none.toml");
    assert_eq!(
        finish(command.arg("strip"), RAN).stdout,
        STRIPPED.as_bytes()
    );
    assert_snapshot!(sandbox.nbweave_with(&["strip", "--config=gone.toml"], RAN), @"
    exit: 2
    --- stderr
    nbweave: there are no settings in 'gone.toml'
    hint: `nbweave config --schema` lists the keys; --no-config does without settings
    ");
}

#[test]
fn overrides_hold_for_some_notebooks_of_a_call() {
    let sandbox = Sandbox::with_repository();
    let over = format!("[[overrides]]\npaths = ['gallery/']\n{KEEP}");
    sandbox.write("nbweave.toml", over.replace("[strip]", "[overrides.strip]"));
    for path in [
        "a.ipynb",
        "gallery/b.ipynb",
        "d/gallery/c.ipynb",
        "gallery.ipynb",
    ] {
        sandbox.write(path, RAN);
    }
    assert_snapshot!(sandbox.nbweave(&["strip", "--dry-run", "."]), @"
    exit: 0
    --- stdout
    a.ipynb
    gallery.ipynb
    ");
    let checked = |path| sandbox.run(&["check", path], "").status.code();
    assert_eq!(checked("gallery/b.ipynb"), Some(0));
    assert_eq!(checked("gallery.ipynb"), Some(1));
    let _said = sandbox.nbweave(&["strip", "."]);
    for (path, expected) in [
        ("a.ipynb", STRIPPED),
        ("gallery/b.ipynb", RAN),
        ("d/gallery/c.ipynb", RAN),
        ("gallery.ipynb", STRIPPED),
    ] {
        assert_eq!(sandbox.read(path), expected, "{path}");
    }
    // Paths are from where the file is, not from where we are.
    let mut command = sandbox.command(NBWEAVE);
    command.current_dir(sandbox.path("gallery"));
    let output = finish(command.args(["strip", "--check", "b.ipynb"]), "");
    assert!(output.status.success(), "{}", show(&output));
}

#[test]
fn what_is_excluded_is_left_alone_even_if_it_is_named() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("nbweave.toml", "exclude = [\n  'x/',\n  'vendor/*',\n]\n");
    sandbox.write("vendor/a.ipynb", RAN);
    sandbox.write("b.ipynb", RAN);
    assert_snapshot!(sandbox.nbweave(&["strip", "--dry-run", "."]), @"
    exit: 0
    --- stdout
    b.ipynb
    ");
    assert_snapshot!(sandbox.nbweave(&["strip", "vendor/a.ipynb"]), @"
    exit: 0
    --- stderr
    nbweave: 'vendor/a.ipynb' is left alone: nbweave.toml:3 excludes it
    ");
    assert_snapshot!(sandbox.nbweave(&["strip", "--quiet", "vendor/a.ipynb"]), @"exit: 0");
    assert_eq!(sandbox.read("vendor/a.ipynb"), RAN);
    let output = sandbox.run(&["strip", "--stdout", "vendor/a.ipynb"], "");
    assert_eq!(output.stdout, RAN.as_bytes());
    assert!(keeps(&sandbox, "vendor/a.ipynb", &[]));
    assert!(!keeps(&sandbox, "vendor/a.ipynb", &["--no-config"]));
}

#[test]
fn settings_that_make_no_sense_stop_a_command_before_it_does_anything() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", RAN);
    sandbox.write("d/b.ipynb", RAN);
    sandbox.write(
        "d/nbweave.toml",
        "[strip]\n\nkeep_ouput = true\nmax-size = true\n",
    );
    assert_snapshot!(sandbox.nbweave(&["strip", "a.ipynb", "d/b.ipynb"]), @"
    exit: 2
    --- stderr
    nbweave: unknown key 'keep_ouput' at d/nbweave.toml:3:1; did you mean 'keep-output'?
    nbweave: 'max-size' at d/nbweave.toml:4:12 is a boolean; it takes a number, with k, M or G behind it in a string
    hint: `nbweave config --schema` lists the keys; --no-config does without settings
    ");
    assert_eq!(sandbox.read("a.ipynb"), RAN);
    assert!(!keeps(&sandbox, "d/b.ipynb", &["--no-config"]));
    let mut command = sandbox.command(NBWEAVE);
    command
        .env("NBWEAVE_STRIP_IDS", "all")
        .args(["strip", "a.ipynb"]);
    assert_snapshot!(show(&finish(&mut command, "")), @"
    exit: 2
    --- stderr
    nbweave: invalid value 'all' of NBWEAVE_STRIP_IDS: it takes keep, drop, renumber
    hint: `nbweave config --schema` lists the keys; --no-config does without settings
    ");
}

#[test]
fn a_diff_looks_as_is_set_where_it_is_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", RAN);
    sandbox.write("b.ipynb", RAN.replace("hello\\n", "bye\\n"));
    let diff = |args: &[&str]| {
        let args = [&["diff", "--no-index", "a.ipynb", "b.ipynb"], args].concat();
        String::from_utf8(sandbox.run(&args, "").stdout).unwrap()
    };
    assert!(!diff(&[]).contains("+bye"));
    sandbox.write("nbweave.toml", "[diff]\noutputs = true\n");
    assert!(diff(&[]).contains("bye"));
    assert!(!diff(&["--no-outputs"]).contains("bye"));
    assert!(!diff(&["--no-config"]).contains("bye"));
}

#[test]
fn a_merge_decides_as_is_set_for_its_result() {
    let sandbox = Sandbox::new();
    sandbox.write("base.ipynb", base());
    sandbox.write("ours.ipynb", ours());
    sandbox.write("theirs.ipynb", theirs_in_conflict());
    let merge = |args: &[&str]| {
        let args = [&["merge", "base.ipynb", "ours.ipynb", "theirs.ipynb"], args].concat();
        let output = sandbox.run(&args, "");
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    assert_eq!(merge(&[]).0, 1);
    sandbox.write("nbweave.toml", "[merge]\nfavor = 'theirs'\n");
    let (exit, text) = merge(&[]);
    assert_eq!(exit, 0);
    assert!(text.contains("'theirs.csv'"));
    let (_, text) = merge(&["--favor=ours"]);
    assert!(text.contains("'ours.csv'"));
    sandbox.write(
        "nbweave.toml",
        "[merge]\nconflict = 'diff3'\n[[overrides]]\npaths = ['ours.ipynb']\nmerge.favor = 'ours'\n",
    );
    assert_eq!(merge(&[]).0, 0);
    assert_eq!(merge(&["--output=other.ipynb"]).0, 1);
    assert!(sandbox.read("other.ipynb").contains("|||||||"));
}

#[test]
fn config_shows_what_holds_and_where_it_comes_from() {
    let sandbox = Sandbox::with_repository();
    sandbox.write(
        "../home/.config/nbweave/config.toml",
        "[diff]\nunified = 5\n",
    );
    sandbox.write(
        "nbweave.toml",
        "exclude = ['vendor/']\n[strip]\nextra-keys = ['metadata.a']\n\
         [[overrides]]\npaths = ['d/']\nstrip.ids = 'drop'\n",
    );
    let mut command = sandbox.command(NBWEAVE);
    command.env("NBWEAVE_MERGE_FAVOR", "union");
    let output = show(&finish(command.args(["config", "d/a.ipynb"]), ""));
    let home = fs::canonicalize(sandbox.path("../home")).unwrap();
    let lines = output.lines().filter(|line| line.contains("# "));
    let lines = lines.filter(|line| !line.ends_with("# default"));
    let lines: Vec<_> = lines
        .map(|line| line.replace(home.to_str().unwrap(), "~"))
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    # for d/a.ipynb
    # from ~/.config/nbweave/config.toml, nbweave.toml
    ids = "drop"                          # nbweave.toml:6 (override 1)
    extra-keys = ["metadata.a"]           # nbweave.toml:3
    unified = 5                           # ~/.config/nbweave/config.toml:2
    favor = "union"                       # NBWEAVE_MERGE_FAVOR
    "#);
    sandbox.write("d/README", "");
    let of_directory = String::from_utf8(sandbox.run(&["config", "d"], "").stdout).unwrap();
    assert!(of_directory.contains("ids = \"drop\""), "{of_directory}");
    let output = sandbox.run(&["config", "--format=json", "vendor/a.ipynb"], "");
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let keys = &value["settings"]["strip"]["extra-keys"];
    assert_eq!(keys["value"], serde_json::json!(["metadata.a"]));
    assert_eq!(
        keys["origin"],
        serde_json::json!({
            "from": "file", "file": "nbweave.toml", "line": 3, "column": 14, "override": null,
        })
    );
    assert_eq!(value["excluded"]["line"], 1);
    let ids = &value["settings"]["strip"]["ids"];
    assert_eq!(
        *ids,
        serde_json::json!({"value": "keep", "origin": {"from": "default"}})
    );
}

#[test]
fn what_config_writes_is_a_settings_file() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("nbweave.toml", KEEP);
    let written = sandbox.run(&["config"], "").stdout;
    sandbox.write("d/nbweave.toml", &written);
    let again = sandbox.run(&["config", "d/a.ipynb"], "");
    assert!(again.status.success(), "{}", show(&again));
    let without_comments = |text: Vec<u8>| {
        let text = String::from_utf8(text).unwrap();
        let lines = text
            .lines()
            .map(|line| line.split('#').next().unwrap().trim_end().to_owned());
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(without_comments(written), without_comments(again.stdout));
}

#[test]
fn config_says_what_makes_no_sense_and_shows_the_rest() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("nbweave.toml", "[strip\n");
    let output = sandbox.run(&["config"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("keep-output = false ")
    );
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"
    nbweave: invalid TOML at nbweave.toml:1:7: unclosed table, expected `]`
    hint: what is wrong does not count; `nbweave config` shows what does
    ");
    let output = sandbox.run(&["config", "--schema"], "");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        include_str!("../../docs/nbweave.schema.json")
    );
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_not_read() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", RAN);
    std::os::unix::fs::symlink("/dev/zero", sandbox.path("nbweave.toml")).unwrap();
    assert_snapshot!(sandbox.nbweave(&["strip", "--dry-run", "a.ipynb"]), @"
    exit: 2
    --- stderr
    nbweave: cannot read 'nbweave.toml': it is no file
    hint: `nbweave config --schema` lists the keys; --no-config does without settings
    ");
    // One that is named can be anything.
    assert!(!keeps(&sandbox, "a.ipynb", &["--config=/dev/null"]));
    fs::remove_file(sandbox.path("nbweave.toml")).unwrap();
    sandbox.write("nbweave.toml", "#".repeat(2_000_000));
    let said = sandbox.nbweave(&["strip", "--dry-run", "a.ipynb"]);
    assert!(
        said.contains("'nbweave.toml': it is too long for settings"),
        "{said}"
    );
    // A link to a plain file is one.
    fs::remove_file(sandbox.path("nbweave.toml")).unwrap();
    sandbox.write("shared/own.toml", KEEP);
    std::os::unix::fs::symlink("shared/own.toml", sandbox.path("nbweave.toml")).unwrap();
    assert!(keeps(&sandbox, "a.ipynb", &[]));
}

#[test]
fn check_looks_for_what_is_set_for_each_notebook() {
    let sandbox = Sandbox::with_repository();
    sandbox.write(
        "nbweave.toml",
        "exclude = ['vendor/']\n[check]\nselect = ['NB101']\n\
         [[overrides]]\npaths = ['d/']\ncheck.ignore = ['NB1']\n",
    );
    for path in ["a.ipynb", "d/b.ipynb", "vendor/c.ipynb"] {
        sandbox.write(path, RAN);
    }
    let check = |args: &[&str]| {
        let args = [&["check", "--output-format=concise"], args].concat();
        let output = sandbox.run(&args, "");
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (exit, found) = check(&["a.ipynb", "d/b.ipynb", "vendor/c.ipynb"]);
    assert_eq!(exit, Some(1));
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(
        found.contains("a.ipynb") && found.contains("NB101"),
        "{found}"
    );
    let (_, found) = check(&["--select=NB102", "a.ipynb"]);
    assert!(
        found.contains("NB102") && !found.contains("NB101"),
        "{found}"
    );
    assert_eq!(check(&["--conflicts", "a.ipynb"]).0, Some(0));
    assert!(check(&["--no-config", "d/b.ipynb"]).1.contains("NB101"));
    sandbox.write("nbweave.toml", "[check]\nselect = ['NBX']\n");
    let said = sandbox.nbweave(&["check", "a.ipynb"]);
    let expected = "invalid value 'NBX' of 'select' at nbweave.toml:2:11: `NBX` is no rule";
    assert!(
        said.starts_with("exit: 2") && said.contains(expected),
        "{said}"
    );
}

#[test]
fn convert_writes_what_is_set_unless_the_name_of_the_output_says_otherwise() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("nbweave.toml", "[convert]\nto = 'py:percent'\n");
    sandbox.write("a.ipynb", RAN);
    for (args, wanted) in [
        (&["a.ipynb"][..], "a.py"),
        (&["a.ipynb", "--output=b.md"], "b.md"),
        (&["a.ipynb", "--output=c/"], "c/a.py"),
        (&["a.ipynb", "--to=md"], "a.md"),
    ] {
        let output = sandbox.run(&[&["convert"], args].concat(), "");
        assert!(output.status.success(), "{}", show(&output));
        let markdown = wanted.contains(".md");
        let text = sandbox.read(wanted);
        assert_eq!(text.contains("# %%"), !markdown, "{wanted}: {text}");
    }
    sandbox.write("nbweave.toml", "[convert]\nto = 'bogus'\n");
    let output = sandbox.run(&["convert", "a.ipynb"], "");
    assert_eq!(output.status.code(), Some(2), "{}", show(&output));
}

#[test]
fn a_diff_has_two_columns_as_is_set_unless_words_are_asked_for() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", STRIPPED);
    sandbox.write("b.ipynb", STRIPPED.replace("hello'", "hello', 2"));
    let diff = |args: &[&str]| {
        let files = ["diff", "a.ipynb", "b.ipynb"];
        let mut command = sandbox.command(NBWEAVE);
        command.env("COLUMNS", "90").args(files).args(args);
        let output = finish(&mut command, "");
        assert!(output.status.success(), "{}", show(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let (one, two) = (diff(&[]), diff(&["--side-by-side"]));
    let words = diff(&["--word-diff"]);
    assert_ne!(one, two);
    sandbox.write(
        "nbweave.toml",
        "[diff]\nside-by-side = true\nsyntax = 'never'\nhyperlinks = 'never'\n",
    );
    assert_eq!(diff(&[]), two);
    assert_eq!(diff(&["--no-side-by-side"]), one);
    assert_eq!(diff(&["--word-diff"]), words);
}
