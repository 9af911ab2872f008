//! `nbweave merge`, as people run it.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::merges::{
    base, conflict, notebook, ours, sources, sources_in, theirs, theirs_in_conflict,
};
use crate::sandbox::{Sandbox, show};

const FILES: [&str; 3] = ["base.ipynb", "ours.ipynb", "theirs.ipynb"];

/// A directory with three versions.
fn sandbox(base: &str, ours: &str, theirs: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    for (name, version) in FILES.iter().zip([base, ours, theirs]) {
        sandbox.write(name, version);
    }
    sandbox
}

fn clean() -> Sandbox {
    sandbox(&base(), &ours(), &theirs())
}

fn conflicting() -> Sandbox {
    sandbox(&base(), &ours(), &theirs_in_conflict())
}

/// Runs a merge of the three, and returns how it ended.
#[must_use = "look at what the command said"]
fn merge(sandbox: &Sandbox, more: &[&str]) -> String {
    sandbox.nbweave(&[&["merge"], &FILES[..], more].concat())
}

/// The lines that a merge adds to the sources, without names behind markers.
fn merged_sources(sandbox: &Sandbox, more: &[&str]) -> Vec<String> {
    let output = sandbox.run(&[&["merge"], &FILES[..], more].concat(), "");
    sources(&String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_result_goes_to_standard_output() {
    let sandbox = clean();
    let output = sandbox.run(&["merge", "base.ipynb", "ours.ipynb", "theirs.ipynb"], "");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
    let expected = ours().replace("show()", "save('plot.png')");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    assert_eq!(sandbox.names(), FILES);
}

#[test]
fn conflicts_are_named_and_found() {
    let sandbox = conflicting();
    assert_snapshot!(merge(&sandbox, &["-o", "out.ipynb"]), @"
    exit: 1
    --- stderr
    out.ipynb: cell 1 'import pandas as pd': conflict in the source
    nbweave: 1 conflict is left in 'out.ipynb'
    hint: `nbweave resolve` lists conflicts and settles them
    ");
    let expected = conflict("ours.ipynb", "theirs.ipynb");
    assert_eq!(sources_in(&sandbox, "out.ipynb")[0], expected);
    assert_eq!(
        merge(&sandbox, &["-o", "out.ipynb", "--quiet"]),
        "exit: 1\n"
    );
}

#[test]
fn the_result_may_replace_ours() {
    let sandbox = clean();
    assert_eq!(merge(&sandbox, &["-o", "ours.ipynb"]), "exit: 0\n");
    assert_eq!(
        sandbox.read("ours.ipynb"),
        ours().replace("show()", "save('plot.png')")
    );
    assert_eq!(sandbox.names(), FILES);
}

#[cfg(unix)]
#[test]
fn a_file_that_says_it_already_is_not_written() {
    use std::os::unix::fs::MetadataExt as _;

    let sandbox = sandbox(&base(), &ours(), &base());
    let inode = || fs::metadata(sandbox.path("ours.ipynb")).unwrap().ino();
    let before = inode();
    assert_eq!(merge(&sandbox, &["-o", "ours.ipynb"]), "exit: 0\n");
    assert_eq!(inode(), before);
}

#[test]
fn one_version_may_be_standard_input() {
    let sandbox = clean();
    let output = sandbox.run(&["merge", "base.ipynb", "-", "theirs.ipynb"], ours());
    let expected = ours().replace("show()", "save('plot.png')");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    assert_snapshot!(sandbox.nbweave_with(&["merge", "base.ipynb", "-", "-"], ours()), @"
    exit: 2
    --- stderr
    nbweave: `-` can only be one of the versions
    hint: `--help` behind the command lists its options
    ");
}

#[test]
fn without_a_base_both_sides_are_kept() {
    let shared = ("load", "import pandas as pd");
    let one = notebook(&[shared, ("one", "frame.describe()")]);
    let other = notebook(&[shared, ("other", "evaluate(model)")]);
    let expected = ["import pandas as pd", "frame.describe()", "evaluate(model)"];
    let sandbox = sandbox("", &one, &other);
    assert_eq!(merged_sources(&sandbox, &[]), expected);
    let output = sandbox.run(&["merge", "/dev/null", "ours.ipynb", "theirs.ipynb"], "");
    assert_eq!(
        sources(&String::from_utf8(output.stdout).unwrap()),
        expected
    );
}

#[test]
fn a_deleted_notebook_stays_deleted_unless_the_other_side_changed_it() {
    let sandbox = sandbox(&base(), "", &base());
    assert_snapshot!(merge(&sandbox, &[]), @"
    exit: 0
    --- stderr
    ours.ipynb: ours is empty, as one that is deleted; theirs changed nothing
    ");
    sandbox.write("theirs.ipynb", theirs());
    assert_snapshot!(merge(&sandbox, &["-o", "ours.ipynb"]), @"
    exit: 1
    --- stderr
    ours.ipynb: conflict: ours is empty, as one that is deleted; theirs was changed and is kept
    ");
    assert_eq!(sandbox.read("ours.ipynb"), theirs());
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let sandbox = clean();
    let output = sandbox.nbweave(&["merge", "base.ipynb", "our.ipynb", "theirs.ipynb"]);
    assert_snapshot!(output, @"
    exit: 129
    --- stderr
    nbweave: cannot read 'our.ipynb': No such file or directory (os error 2)
    ");
    let output = merge(&sandbox, &["-o", "no/such/dir.ipynb"]);
    assert!(
        output.contains("nbweave: cannot write 'no/such/dir.ipynb': "),
        "{output}"
    );
    assert!(output.starts_with("exit: 129\n"), "{output}");
}

#[test]
fn conflicts_are_written_as_asked() {
    let sandbox = conflicting();
    let lines = |more: &[&str]| {
        let source = merged_sources(&sandbox, more)[0].clone();
        source.replace("frame = pd.read_csv", "…")
    };
    assert_snapshot!(lines(&["--conflict", "diff3"]), @"
    import pandas as pd

    <<<<<<< ours.ipynb
    …('ours.csv')
    ||||||| base.ipynb
    …('a.csv')
    =======
    …('theirs.csv')
    >>>>>>> theirs.ipynb
    ");
    let labels = [
        "--label-ours",
        "HEAD",
        "--label-theirs=-x",
        "--label-base",
        "",
    ];
    let options = [&labels[..], &["--marker-size", "9", "--conflict=zdiff3"]].concat();
    assert_snapshot!(lines(&options), @"
    import pandas as pd

    <<<<<<<<< HEAD
    …('ours.csv')
    |||||||||
    …('a.csv')
    =========
    …('theirs.csv')
    >>>>>>>>> -x
    ");
}

#[test]
fn the_style_that_git_is_set_to_is_the_default() {
    let sandbox = conflicting();
    sandbox.git(&["init", "--quiet"]);
    sandbox.git(&["config", "merge.conflictStyle", "diff3"]);
    assert!(merged_sources(&sandbox, &[])[0].contains("||||||| base.ipynb"));
    assert!(!merged_sources(&sandbox, &["--conflict=merge"])[0].contains("|||||||"));
}

#[test]
fn a_side_can_be_favored() {
    let sandbox = conflicting();
    let lines = |side| {
        let sources = merged_sources(&sandbox, &["--favor", side]);
        sources[0]
            .lines()
            .skip(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (
        "frame = pd.read_csv('ours.csv')",
        "frame = pd.read_csv('theirs.csv')",
    );
    assert_eq!(lines("ours"), [ours]);
    assert_eq!(lines("theirs"), [theirs]);
    assert_eq!(lines("union"), [ours, theirs]);
    assert!(merge(&sandbox, &["--favor", "ours", "-o", "out.ipynb"]).starts_with("exit: 0\n"));
}

#[test]
fn touching_lines_can_be_merged() {
    let versions = ["a = 1\nb = 1\n", "a = 2\nb = 1\n", "a = 1\nb = 2\n"];
    let [base, ours, theirs] = versions.map(|source| notebook(&[("a", source)]));
    let sandbox = sandbox(&base, &ours, &theirs);
    assert!(merged_sources(&sandbox, &[])[0].contains("<<<<<<<"));
    assert_eq!(
        merged_sources(&sandbox, &["--adjacent=merge"]),
        ["a = 2\nb = 2\n"]
    );
}

#[test]
fn new_cells_at_one_place_can_be_a_conflict() {
    let shared = ("load", "import pandas as pd");
    let versions = [
        notebook(&[shared]),
        notebook(&[shared, ("ours", "frame.describe()")]),
        notebook(&[shared, ("theirs", "evaluate(model)")]),
    ];
    let sandbox = sandbox(&versions[0], &versions[1], &versions[2]);
    assert_snapshot!(merge(&sandbox, &["-o", "out.ipynb"]), @"
    exit: 0
    --- stderr
    out.ipynb: cell 2 'frame.describe()': both sides added cells here: all kept, ours first
    ");
    assert_snapshot!(merge(&sandbox, &["-o", "out.ipynb", "--inserts=conflict"]), @"
    exit: 1
    --- stderr
    out.ipynb: cell 3 'frame.describe()': conflict: both sides added cells here
    nbweave: 1 conflict is left in 'out.ipynb'
    hint: `nbweave resolve` lists conflicts and settles them
    ");
    assert_eq!(sources_in(&sandbox, "out.ipynb").len(), 4);
}

/// A notebook of one cell that has run, with what it printed.
fn ran(count: usize, text: &str) -> String {
    crate::notebooks::one_code(
        &count.to_string(),
        "",
        &format!(r#"{{"name": "stdout", "output_type": "stream", "text": ["{text}\n"]}}"#),
    )
}

#[test]
fn outputs_of_a_cell_that_both_ran_are_whose_one_asks_for() {
    let sandbox = sandbox(&ran(1, "base"), &ran(2, "ours"), &ran(3, "theirs"));
    let outputs = |whose: &str| {
        let output = sandbox.run(
            &[
                "merge",
                "base.ipynb",
                "ours.ipynb",
                "theirs.ipynb",
                "--outputs",
                whose,
            ],
            "",
        );
        let text = String::from_utf8(output.stdout).unwrap();
        let names = ["base", "ours", "theirs"].into_iter();
        let found: Vec<_> = names
            .filter(|name| text.contains(&format!("\"{name}\\n\"")))
            .collect();
        (output.status.code().unwrap(), found)
    };
    assert_eq!(outputs("ours"), (0, vec!["ours"]));
    assert_eq!(outputs("theirs"), (0, vec!["theirs"]));
    assert_eq!(outputs("clear"), (0, vec![]));
    assert_eq!(outputs("conflict"), (1, vec!["ours", "theirs"]));
    assert_snapshot!(merge(&sandbox, &["-o", "out.ipynb"]), @"
    exit: 0
    --- stderr
    out.ipynb: In [2] 'x': both sides ran it: outputs of ours kept
    ");
}

#[test]
fn what_is_no_notebook_is_merged_by_lines() {
    let sandbox = sandbox("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n");
    assert_snapshot!(merge(&sandbox, &[]), @"
    exit: 0
    --- stdout
    A
    b
    C
    --- stderr
    nbweave: 'ours.ipynb' was merged by lines: ours (ours.ipynb): invalid JSON at line 1, column 1: expected a value, met `A`
    ");
    sandbox.write("theirs.ipynb", "x\nb\nc\n");
    assert_snapshot!(merge(&sandbox, &["--conflict=diff3", "--label-ours=us"]), @"
    exit: 1
    --- stdout
    <<<<<<< us
    A
    ||||||| base.ipynb
    a
    =======
    x
    >>>>>>> theirs.ipynb
    b
    c
    --- stderr
    nbweave: 'ours.ipynb' was merged by lines, with conflicts: ours (us): invalid JSON at line 1, column 1: expected a value, met `A`
    ");
    assert_snapshot!(merge(&sandbox, &["--favor=union"]), @"
    exit: 0
    --- stdout
    A
    x
    b
    c
    --- stderr
    nbweave: 'ours.ipynb' was merged by lines: ours (ours.ipynb): invalid JSON at line 1, column 1: expected a value, met `A`
    ");
}

#[test]
fn without_git_nothing_is_written() {
    let sandbox = sandbox("a\n", "b\n", "c\n");
    let mut command = sandbox.command(crate::sandbox::NBWEAVE);
    command.env("PATH", "/nowhere").arg("merge").args(FILES);
    let output = crate::sandbox::finish(command.args(["-o", "ours.ipynb"]), "");
    assert_snapshot!(show(&output), @"
    exit: 129
    --- stderr
    nbweave: cannot merge 'ours.ipynb': ours (ours.ipynb): invalid JSON at line 1, column 1: expected a value, met `b`: cannot run `git`: No such file or directory (os error 2)
    ");
    assert_eq!(sandbox.read("ours.ipynb"), "b\n");
}

#[test]
fn conflicts_and_decisions_can_be_had_as_json() {
    let sandbox = conflicting();
    let args = [
        "merge",
        "base.ipynb",
        "ours.ipynb",
        "theirs.ipynb",
        "--format=json",
    ];
    assert_snapshot!(sandbox.nbweave(&args), @"
    exit: 2
    --- stderr
    nbweave: with --format, the result needs a file of its own: -o OUT
    hint: `--help` behind the command lists its options
    ");
    let output = sandbox.run(&[&args[..], &["-o", "out.ipynb"]].concat(), "");
    assert_eq!(output.status.code(), Some(1));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_snapshot!(format!("{json:#}"), @r#"
    {
      "nbweave": 1,
      "base": "base.ipynb",
      "ours": "ours.ipynb",
      "theirs": "theirs.ipynb",
      "by": "content",
      "clean": false,
      "conflicts": [
        {
          "cell": {
            "index": 0,
            "id": "load",
            "name": "cell 1 'import pandas as pd'"
          },
          "what": "source",
          "path": [],
          "base": null,
          "ours": "frame = pd.read_csv('ours.csv')\n",
          "theirs": "frame = pd.read_csv('theirs.csv')\n"
        }
      ],
      "decisions": []
    }
    "#);
    assert!(sandbox.read("out.ipynb").contains("<<<<<<<"));
}

#[test]
fn json_says_how_a_merge_came_about() {
    let by = |sandbox: &Sandbox| {
        let output = merge(sandbox, &["--format=json", "-o", "/dev/null", "--quiet"]);
        let json = output.lines().find(|line| line.starts_with('{')).unwrap();
        let json: Value = serde_json::from_str(json).unwrap();
        (
            json["by"].as_str().unwrap().to_owned(),
            json["clean"].as_bool().unwrap(),
        )
    };
    assert_eq!(by(&clean()), ("content".to_owned(), true));
    assert_eq!(
        by(&sandbox("a\n", "b\n", "c\n")),
        ("lines".to_owned(), false)
    );
    assert_eq!(
        by(&sandbox(&base(), "", &base())),
        ("version".to_owned(), true)
    );
}

#[test]
fn names_of_cells_are_harmless() {
    let versions = ["\u{1b}[31mone", "two", "three"];
    let [base, ours, theirs] = versions.map(|source| {
        notebook(&[(
            "a",
            &format!("\u{1b}[31mfirst {}\n{source}", "x".repeat(80)),
        )])
    });
    let sandbox = sandbox(&base, &ours, &theirs);
    let said = merge(&sandbox, &["-o", "out.ipynb"]);
    assert!(!said.contains('\u{1b}'), "{said}");
    assert!(
        said.contains("cell 1 '␛[31mfirst xxx") && said.contains("…'"),
        "{said}"
    );
}

#[test]
fn lines_that_stay_keep_lone_surrogates() {
    let version = |line: &str| {
        let lines = [r"a = '\ud83d'\n", line];
        let lines = lines.map(|line| format!("\"{line}\"")).join(", ");
        format!(
            r#"{{"cells": [{{"cell_type": "raw", "metadata": {{}}, "source": [{lines}]}}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 4}}"#
        )
    };
    let sandbox = sandbox(&version("b = 1"), &version("b = 1"), &version("b = 2"));
    let output = sandbox.run(&[&["merge"], &FILES[..]].concat(), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), version("b = 2"));
    sandbox.write(FILES[1], version("b = 3"));
    assert_eq!(merge(&sandbox, &["-q", "-o", "out.ipynb"]), "exit: 1\n");
    assert_eq!(
        sandbox.nbweave(&["resolve", "--ours", "out.ipynb"]),
        "exit: 0\n--- stderr\nsettled 1 conflict in 'out.ipynb'\n"
    );
    assert!(sandbox.read("out.ipynb").contains(r#""a = '\ud83d'\n""#));
}

#[test]
fn markers_have_a_sensible_length() {
    let sandbox = conflicting();
    for size in ["0", "-1", "1001", "x"] {
        let said = merge(&sandbox, &[&format!("--marker-size={size}")]);
        assert!(said.starts_with("exit: 2\n"), "{said}");
        assert!(
            said.contains("the size is a number from 1 to 1000"),
            "{said}"
        );
    }
    // Three signs are a Python prompt, and no marker to whoever looks for one.
    let said = merge(&sandbox, &["--marker-size=3", "-o", "out.ipynb", "-q"]);
    assert!(said.starts_with("exit: 1\n"), "{said}");
    let found = sandbox.nbweave(&["check", "--conflicts", "out.ipynb"]);
    assert!(found.starts_with("exit: 1\n"), "{found}");
}
