//! `nbweave strip` as a command: what it reads and writes, says and returns.

use insta::assert_snapshot;

use crate::notebooks::{
    BROKEN, RAN, STDERR, STDOUT, STRIPPED, code, notebook, notebook_with, value,
};
use crate::sandbox::{Sandbox, finish};

/// A sandbox with notebooks that have run, one that is stripped, and one that
/// is broken.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", RAN);
    sandbox.write("b.ipynb", BROKEN);
    sandbox.write("c.ipynb", STRIPPED);
    sandbox.write("d.ipynb", RAN);
    sandbox
}

/// Checks that nothing in such a sandbox was written to.
#[track_caller]
fn is_untouched(sandbox: &Sandbox) {
    assert_eq!(
        sandbox.names(),
        ["a.ipynb", "b.ipynb", "c.ipynb", "d.ipynb"]
    );
    assert_eq!(sandbox.read("a.ipynb"), RAN);
    assert_eq!(sandbox.read("b.ipynb"), BROKEN);
    assert_eq!(sandbox.read("c.ipynb"), STRIPPED);
    assert_eq!(sandbox.read("d.ipynb"), RAN);
}

/// A notebook with something of every sort to strip.
fn varied() -> String {
    notebook_with(
        r#""signature": "sha256:0", "widgets": {"state": {}}"#,
        &[
            &code("1", r#""collapsed": true"#, &[STDOUT, STDERR].join(", ")),
            &code("null", "", ""),
            &code("2", "", &value("2")),
        ],
    )
}

#[test]
fn files_are_stripped_in_place() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.nbweave(&["strip", "a.ipynb", "c.ipynb"]), @"
    exit: 0
    --- stderr
    stripped 'a.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
    assert_eq!(sandbox.read("a.ipynb"), STRIPPED);
    assert_eq!(sandbox.read("c.ipynb"), STRIPPED);
    assert_eq!(sandbox.read("d.ipynb"), RAN);
}

#[test]
fn what_went_is_counted() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", varied());
    assert_snapshot!(sandbox.nbweave(&["strip", "a.ipynb"]), @"
    exit: 0
    --- stderr
    stripped 'a.ipynb': 3 outputs, 2 execution counts, 3 metadata keys
    ");
    sandbox.write("a.ipynb", varied());
    assert_snapshot!(
        sandbox.nbweave(&["strip", "--keep-output", "--ids=renumber", "--drop-tagged-cells=x", "a.ipynb"]),
        @"
    exit: 0
    --- stderr
    stripped 'a.ipynb': 2 execution counts, 3 metadata keys, 3 ids
    "
    );
    sandbox.write(
        "a.ipynb",
        notebook(&[r#"{"cell_type": "code", "outputs": null}"#]),
    );
    assert_snapshot!(sandbox.nbweave(&["strip", "a.ipynb"]), @"
    exit: 0
    --- stderr
    stripped 'a.ipynb': `null` for outputs
    ");
    sandbox.write("a.ipynb", notebook(&[]));
    assert_snapshot!(sandbox.nbweave(&["strip", "--format=jupyter", "a.ipynb"]), @"
    exit: 0
    --- stderr
    stripped 'a.ipynb': layout
    ");
}

#[test]
fn a_dash_is_standard_input_and_output() {
    let output = sandbox().run(&["strip", "-"], RAN);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), STRIPPED);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn without_paths_standard_input_is_stripped_to_standard_output() {
    let sandbox = sandbox();
    let output = sandbox.run(&["strip"], RAN);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), STRIPPED);
    assert_eq!(output.status.code(), Some(0));
    is_untouched(&sandbox);
}

#[cfg(target_os = "linux")]
#[test]
fn at_a_terminal_a_notebook_has_to_be_named() {
    let sandbox = sandbox();
    let mut script = sandbox.command("script");
    script.args([
        "--quiet",
        "--return",
        "--command",
        "nbweave strip",
        "/dev/null",
    ]);
    let Ok(_) = sandbox.command("script").arg("--version").output() else {
        eprintln!("skipped: there is no script");
        return;
    };
    let output = finish(&mut script, "");
    let said = String::from_utf8(output.stdout)
        .unwrap()
        .replace("\r\n", "\n");
    assert_snapshot!(said, @"
    nbweave: no notebook is named; `-` is standard input
    hint: `--help` behind the command lists its options
    ");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_dash_goes_together_with_files() {
    let sandbox = sandbox();
    let output = sandbox.run(&["strip", "a.ipynb", "-"], RAN);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), STRIPPED);
    assert_eq!(sandbox.read("a.ipynb"), STRIPPED);
}

#[test]
fn a_broken_file_does_not_stop_the_others() {
    let sandbox = sandbox();
    assert_snapshot!(
        sandbox.nbweave(&["strip", "a.ipynb", "missing.ipynb", "b.ipynb", "c.ipynb", "d.ipynb"]),
        @r#"
    exit: 129
    --- stderr
    stripped 'a.ipynb': 1 output, 1 execution count, 1 metadata key
    nbweave: cannot read 'missing.ipynb': No such file or directory (os error 2)
    nbweave: cannot strip 'b.ipynb': invalid JSON at line 3, column 16: expected `:`, met `"`
    stripped 'd.ipynb': 1 output, 1 execution count, 1 metadata key
    "#
    );
    assert_eq!(sandbox.read("a.ipynb"), STRIPPED);
    assert_eq!(sandbox.read("b.ipynb"), BROKEN);
    assert_eq!(sandbox.read("d.ipynb"), STRIPPED);
}

#[test]
fn messages_come_in_the_order_of_the_arguments() {
    let sandbox = Sandbox::new();
    let names: Vec<String> = (0..60)
        .rev()
        .map(|index| format!("{index}.ipynb"))
        .collect();
    for name in &names {
        sandbox.write(name, if name.starts_with('1') { BROKEN } else { RAN });
    }
    let args: Vec<&str> = ["strip"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let output = sandbox.run(&args, "");
    let said = String::from_utf8(output.stderr).unwrap();
    let told: Vec<_> = said
        .lines()
        .filter_map(|line| line.split('\'').nth(1))
        .collect();
    assert_eq!(told, names);
}

#[test]
fn check_lists_what_would_go_and_exits_with_one() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", varied());
    sandbox.write("b.ipynb", STRIPPED);
    assert_snapshot!(sandbox.nbweave(&["strip", "--check", "a.ipynb", "b.ipynb"]), @"
    exit: 1
    --- stdout
    a.ipynb: notebook: metadata `signature`, metadata `widgets`
    a.ipynb: cell 1: metadata `collapsed`, 2 outputs, execution count
    a.ipynb: cell 3: 1 output, execution count
    ");
    assert_eq!(sandbox.read("a.ipynb"), varied());
    assert_snapshot!(sandbox.nbweave(&["strip", "--check", "b.ipynb"]), @"exit: 0");
    assert_snapshot!(sandbox.nbweave_with(&["strip", "--check", "-"], RAN), @"
    exit: 1
    --- stdout
    <stdin>: cell 2: metadata `scrolled`, 1 output, execution count
    ");
}

#[test]
fn check_names_ids_cells_and_layout() {
    let sandbox = Sandbox::new();
    let cells = [code("null", r#""tags": ["x"]"#, ""), code("null", "", "")];
    sandbox.write("a.ipynb", notebook(&cells.each_ref().map(String::as_str)));
    let args = ["strip", "--check", "a.ipynb"];
    let check = |more: &[&str]| sandbox.nbweave(&[&args, more].concat());
    assert_snapshot!(check(&["--ids=drop"]), @"
    exit: 1
    --- stdout
    a.ipynb: notebook: format
    a.ipynb: cell 1: id
    a.ipynb: cell 2: id
    ");
    assert_snapshot!(check(&["--drop-tagged-cells=x", "--ids=renumber"]), @"
    exit: 1
    --- stdout
    a.ipynb: cell 1: the cell
    a.ipynb: cell 2: id
    ");
    assert_snapshot!(check(&["--format=jupyter"]), @"
    exit: 1
    --- stdout
    a.ipynb: notebook: layout
    ");
}

#[test]
fn check_names_everything_that_makes_it_fail() {
    let sandbox = Sandbox::new();
    let no_id = r#"{"cell_type": "raw", "source": []}"#;
    sandbox.write("no-ids.ipynb", notebook(&[no_id]));
    let null = r#"{"cell_type": "code", "outputs": null, "source": []}"#;
    sandbox.write("null.ipynb", notebook(&[null]));
    for args in [&["null.ipynb"][..], &["--ids=drop", "no-ids.ipynb"]] {
        let output = sandbox.run(&[&["check"], args].concat(), "");
        let named = output.stdout.starts_with(args[args.len() - 1].as_bytes());
        assert_eq!(output.status.code() == Some(1), named, "{args:?}");
    }
}

#[test]
fn the_check_command_does_as_the_check_option() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", varied());
    sandbox.write("b.ipynb", STRIPPED);
    assert_snapshot!(sandbox.nbweave(&["check", "a.ipynb", "b.ipynb"]), @"
    exit: 1
    --- stdout
    a.ipynb:3:44: NB102 execution count (cell 1 'x')
    a.ipynb:3:71: NB103 metadata `collapsed` (cell 1 'x')
    a.ipynb:3:102: NB101 2 outputs (cell 1 'x')
    a.ipynb:4:56: NB303 cell 1 has this `id`, too (cell 2 'x')
    a.ipynb:5:44: NB102 execution count (cell 3 'x')
    a.ipynb:5:53: NB303 cell 1 has this `id`, too (cell 3 'x')
    a.ipynb:5:85: NB101 1 output (cell 3 'x')
    a.ipynb:7:15: NB103 metadata `signature`
    a.ipynb:7:40: NB103 metadata `widgets`
    --- stderr
    nbweave: 9 findings in 1 of 2 notebooks
    hint: `nbweave check --fix` with the same paths and options mends them
    ");
    assert_snapshot!(sandbox.nbweave(&["check", "b.ipynb"]), @"exit: 0");
    assert_snapshot!(sandbox.nbweave(&["check"]), @"
    exit: 1
    --- stdout
    a.ipynb:3:44: NB102 execution count (cell 1 'x')
    a.ipynb:3:71: NB103 metadata `collapsed` (cell 1 'x')
    a.ipynb:3:102: NB101 2 outputs (cell 1 'x')
    a.ipynb:4:56: NB303 cell 1 has this `id`, too (cell 2 'x')
    a.ipynb:5:44: NB102 execution count (cell 3 'x')
    a.ipynb:5:53: NB303 cell 1 has this `id`, too (cell 3 'x')
    a.ipynb:5:85: NB101 1 output (cell 3 'x')
    a.ipynb:7:15: NB103 metadata `signature`
    a.ipynb:7:40: NB103 metadata `widgets`
    --- stderr
    nbweave: 9 findings in 1 of 2 notebooks
    hint: `nbweave check --fix` with the same paths and options mends them
    ");
    assert_snapshot!(sandbox.nbweave(&["check", "--keep-output", "--keep-count", "--keep-metadata", "--ignore=NB303"]), @"exit: 0");
    assert_snapshot!(sandbox.nbweave(&["check", "--keep-keys=x"]), @"
    exit: 2
    --- stderr
    nbweave: `x` is no key; one is `metadata.KEY` or `cell.metadata.KEY`
    hint: `--help` behind the command lists its options
    ");
    assert_eq!(sandbox.read("a.ipynb"), varied());
}

#[test]
fn a_dry_run_lists_the_notebooks_that_would_change() {
    let sandbox = sandbox();
    let args = ["strip", "--dry-run", "a.ipynb", "c.ipynb", "d.ipynb"];
    assert_snapshot!(sandbox.nbweave(&args), @"
    exit: 0
    --- stdout
    a.ipynb
    d.ipynb
    ");
    is_untouched(&sandbox);
}

#[test]
fn a_diff_shows_what_would_go() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.nbweave(&["strip", "--diff", "a.ipynb", "c.ipynb"]), @r#"
    exit: 0
    --- stdout
    --- a/a.ipynb
    +++ b/a.ipynb
    @@ -10,23 +10,14 @@
       },
       {
        "cell_type": "code",
    -   "execution_count": 3,
    +   "execution_count": null,
        "id": "hello",
        "metadata": {
    -    "scrolled": true,
         "tags": [
          "greeting"
         ]
        },
    -   "outputs": [
    -    {
    -     "name": "stdout",
    -     "output_type": "stream",
    -     "text": [
    -      "hello\n"
    -     ]
    -    }
    -   ],
    +   "outputs": [],
        "source": [
         "print('hello')"
        ]
    "#);
    is_untouched(&sandbox);
}

#[test]
fn a_diff_is_a_patch_that_git_applies() {
    let crlf = varied().replace('\n', "\r\n");
    let no_end = RAN.trim_end().to_owned();
    for (name, notebook) in [
        ("a.ipynb", RAN.to_owned()),
        ("b.ipynb", varied()),
        ("c c.ipynb", crlf),
        ("d/d.ipynb", no_end),
    ] {
        let sandbox = Sandbox::with_repository();
        sandbox.write(name, &notebook);
        let patch = sandbox.run(&["strip", "--diff", name], "").stdout;
        let apply = ["apply", "--whitespace=nowarn", "-"];
        let applied = finish(sandbox.command("git").args(apply), &patch);
        let stderr = String::from_utf8_lossy(&applied.stderr);
        assert!(applied.status.success(), "{name}: {stderr}");
        let stripped = sandbox.run(&["strip", "-"], &notebook).stdout;
        assert_eq!(sandbox.read(name).as_bytes(), stripped, "{name}");
    }
}

#[test]
fn stripped_notebooks_can_be_written_to_standard_output() {
    let sandbox = sandbox();
    for option in ["--stdout", "--textconv", "-t"] {
        let output = sandbox.run(&["strip", option, "a.ipynb"], "");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), STRIPPED);
        assert!(output.stderr.is_empty());
    }
    let output = sandbox.run(&["strip", "--stdout", "a.ipynb", "c.ipynb"], "");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        STRIPPED.repeat(2)
    );
    is_untouched(&sandbox);
}

#[test]
fn standard_output_keeps_what_is_in_the_file_it_goes_to() {
    let sandbox = sandbox();
    let script =
        "{ echo head; nbweave strip -; } <a.ipynb >out && nbweave strip -t c.ipynb d.ipynb >>out";
    let output = finish(sandbox.command("sh").args(["-c", script]), "");
    assert!(output.status.success());
    assert_eq!(sandbox.read("out"), format!("head\n{}", STRIPPED.repeat(3)));
    let output = finish(
        sandbox
            .command("sh")
            .args(["-c", "nbweave strip - <a.ipynb >/dev/null"]),
        "",
    );
    assert!(output.status.success());
}

#[test]
fn the_exit_code_says_whether_anything_changed_if_asked() {
    let sandbox = sandbox();
    assert_snapshot!(sandbox.nbweave(&["strip", "--exit-code", "a.ipynb", "c.ipynb"]), @"
    exit: 1
    --- stderr
    stripped 'a.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
    assert_snapshot!(sandbox.nbweave(&["strip", "--exit-code", "a.ipynb", "c.ipynb"]), @"exit: 0");
    assert_snapshot!(sandbox.nbweave(&["strip", "--exit-code", "b.ipynb", "d.ipynb"]), @r#"
    exit: 129
    --- stderr
    nbweave: cannot strip 'b.ipynb': invalid JSON at line 3, column 16: expected `:`, met `"`
    stripped 'd.ipynb': 1 output, 1 execution count, 1 metadata key
    "#);
    let output = sandbox.run(&["strip", "--exit-code", "-"], RAN);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), STRIPPED);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn quiet_is_quiet_but_for_errors() {
    let sandbox = sandbox();
    for option in ["--quiet", "-q"] {
        sandbox.write("a.ipynb", RAN);
        let said = sandbox.nbweave(&["strip", option, "a.ipynb", "c.ipynb"]);
        assert_eq!(said, "exit: 0\n");
    }
    assert_snapshot!(sandbox.nbweave(&["strip", "--quiet", "b.ipynb", "d.ipynb"]), @r#"
    exit: 129
    --- stderr
    nbweave: cannot strip 'b.ipynb': invalid JSON at line 3, column 16: expected `:`, met `"`
    "#);
}

#[test]
fn exit_codes_tell_findings_from_failures() {
    let sandbox = sandbox();
    let exit = |args: &[&str]| {
        let args = [&["strip"], args].concat();
        sandbox.run(&args, "").status.code().unwrap()
    };
    assert_eq!(exit(&["--check", "c.ipynb"]), 0);
    assert_eq!(exit(&["--check", "a.ipynb"]), 1);
    assert_eq!(exit(&["--check", "a.ipynb", "b.ipynb"]), 129);
    assert_eq!(exit(&["--check", "missing.ipynb"]), 129);
    assert_eq!(exit(&["--dry-run", "a.ipynb"]), 0);
    assert_eq!(exit(&["--dry-run", "a.ipynb", "b.ipynb"]), 129);
    assert_eq!(exit(&["--diff", "a.ipynb"]), 0);
    assert_eq!(exit(&["--diff", "b.ipynb"]), 129);
    assert_eq!(exit(&["--stdout", "a.ipynb"]), 0);
    assert_eq!(exit(&["--stdout", "b.ipynb"]), 129);
    assert_eq!(exit(&["--nonsense"]), 2);
    is_untouched(&sandbox);
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    let sandbox = sandbox();
    for args in [
        &["strip", "--check", "--diff", "a.ipynb"][..],
        &["strip", "--stdout", "--exit-code", "a.ipynb"],
        &["strip", "--keep-count", "--counts=strip", "a.ipynb"],
        &["strip", "--max-size=big", "a.ipynb"],
        &["strip", "--max-size=-1", "a.ipynb"],
        &["strip", "--format=yaml", "a.ipynb"],
        &["strip", "--ids=random", "a.ipynb"],
        &["strip", "--keep-output-type=:", "a.ipynb"],
        &[
            "strip",
            "--drop-output-type",
            "a.ipynb",
            "--drop-output-type",
        ],
        &["stripp", "a.ipynb"],
        &[],
    ] {
        let output = sandbox.run(args, "");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
        assert!(!output.stderr.is_empty(), "{args:?}");
    }
    is_untouched(&sandbox);
}

#[test]
fn a_mistyped_option_is_answered_with_the_right_one() {
    assert_snapshot!(sandbox().nbweave(&["strip", "--keep-outptu", "a.ipynb"]), @"
    exit: 2
    --- stderr
    error: unexpected argument '--keep-outptu' found

      tip: a similar argument exists: '--keep-output'

    Usage: nbweave strip --keep-output [PATH]...

    For more information, try '--help'.
    ");
}

#[test]
fn options_never_take_a_file_name_for_a_value() {
    for option in [
        &["--drop-output-type", "stream"][..],
        &["--keep-output-type", "error"],
        &["--drop-mime-type", "image/png"],
        &["--extra-keys", "metadata.x"],
        &["--keep-metadata-keys", "metadata.x"],
        &["--drop-tagged-cells", "x"],
        &["--max-size", "1"],
        &["--counts", "strip"],
        &["--ids", "keep"],
        &["--format", "keep"],
        &["--drop-empty-cells"],
        &["--keep-metadata-keys=metadata.x"],
        &["--quiet"],
        &["--exit-code"],
    ] {
        let sandbox = sandbox();
        let args = [&["strip"], option, &["a.ipynb", "d.ipynb"]].concat();
        let output = sandbox.run(&args, BROKEN);
        assert_eq!(sandbox.read("a.ipynb"), STRIPPED, "{option:?}");
        assert_eq!(sandbox.read("d.ipynb"), STRIPPED, "{option:?}");
        assert!(output.stdout.is_empty(), "{option:?}");
    }
}

#[test]
fn options_stand_before_and_behind_files() {
    let sandbox = sandbox();
    let args = ["strip", "a.ipynb", "--quiet", "d.ipynb", "--keep-id"];
    assert_snapshot!(sandbox.nbweave(&args), @"exit: 0");
    assert_eq!(sandbox.read("a.ipynb"), STRIPPED);
    assert_eq!(sandbox.read("d.ipynb"), STRIPPED);
}

#[test]
fn names_that_look_like_options_go_behind_two_dashes() {
    let sandbox = Sandbox::new();
    sandbox.write("--check", RAN);
    sandbox.write("-a.ipynb", RAN);
    assert_snapshot!(sandbox.nbweave(&["strip", "--", "--check", "-a.ipynb"]), @"
    exit: 0
    --- stderr
    stripped '--check': 1 output, 1 execution count, 1 metadata key
    stripped '-a.ipynb': 1 output, 1 execution count, 1 metadata key
    ");
    assert_eq!(sandbox.read("--check"), STRIPPED);
    assert_eq!(sandbox.read("-a.ipynb"), STRIPPED);
}

#[test]
fn equal_inputs_give_equal_bytes() {
    let sandbox = Sandbox::new();
    for args in [
        &["strip", "-"][..],
        &["strip", "--ids=renumber", "--counts=renumber", "-"],
        &["strip", "--format=jupyter", "-"],
    ] {
        let once = sandbox.run(args, varied()).stdout;
        assert_eq!(sandbox.run(args, varied()).stdout, once, "{args:?}");
        assert_eq!(sandbox.run(args, &once).stdout, once, "{args:?}");
    }
}

#[test]
fn the_help_and_the_version_go_to_standard_output() {
    let sandbox = Sandbox::new();
    for args in [
        &["--help"][..],
        &["--version"],
        &["strip", "--help"],
        &["help", "check"],
    ] {
        let output = sandbox.run(args, "");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(!output.stdout.is_empty(), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}");
    }
}
