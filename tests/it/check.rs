//! `nbweave check`: rules, reports, what is looked into, mending.

use insta::assert_snapshot;
use serde_json::Value;

use crate::notebooks::{BROKEN, RAN, STRIPPED, notebook};
use crate::sandbox::{NBWEAVE, Sandbox, finish, show};

/// A notebook with something wrong in each of its three cells.
fn wrong() -> String {
    let python = r#""kernelspec": {"display_name": "P", "language": "python", "name": "python3"}"#;
    let cells = [
        r##"{"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Title"]}"##,
        r#"{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [], "source": ["x = 1\n", "for i in x\n", "\tprint(i)"]}"#,
        r#"{"cell_type": "code", "execution_count": 2, "id": "c", "metadata": {}, "source": ["y"]}"#,
    ];
    notebook(&cells).replace(
        "\"metadata\": {},\n \"nbformat\"",
        &format!("\"metadata\": {{{python}}},\n \"nbformat\""),
    )
}

#[test]
fn findings_are_shown_with_the_lines_they_are_about() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", wrong());
    assert_snapshot!(sandbox.nbweave(&["check", "a.ipynb"]), @"
    exit: 1
    --- stdout
    a.ipynb:4:56: NB303 cell 1 has this `id`, too (cell 2 'x = 1')
    a.ipynb:4:125: NB501 expected `:`, found newline (cell 2 'x = 1', line 2)
        | for i in x
        |           ^
    a.ipynb:5:3: NB301 the cell has no `outputs` (cell 3 'y')
    a.ipynb:5:44: NB102 execution count (cell 3 'y')
    --- stderr
    nbweave: 4 findings in the notebook
    hint: `nbweave check --fix` with the same paths and options mends 3 of them
    ");
    assert_snapshot!(sandbox.nbweave(&["check", "--output-format=concise", "--select=NB5"]), @"
    exit: 1
    --- stdout
    a.ipynb:4:125: NB501 expected `:`, found newline (cell 2 'x = 1', line 2)
    --- stderr
    nbweave: 1 finding in the notebook
    ");
    assert_snapshot!(sandbox.nbweave(&["check", "--statistics"]), @"
    exit: 1
    --- stdout
         1 NB102 execution-count, 1 can be mended
         1 NB301 invalid-structure, 1 can be mended
         1 NB303 duplicate-id, 1 can be mended
         1 NB501 syntax-error
    --- stderr
    nbweave: 4 findings in the notebook
    hint: `nbweave check --fix` with the same paths and options mends 3 of them
    ");
    assert_eq!(sandbox.read("a.ipynb"), wrong());
}

#[test]
fn rules_are_chosen_by_code_and_name() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", wrong());
    let codes = |args: &[&str]| {
        let args = [&["check", "--output-format=json"], args].concat();
        let output = sandbox.run(&args, "");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["files"][0]["findings"].as_array().unwrap().clone();
        let codes: Vec<_> = findings
            .iter()
            .map(|finding| finding["code"].to_string())
            .collect();
        codes.join(" ").replace('"', "")
    };
    assert_eq!(codes(&[]), "NB303 NB501 NB301 NB102");
    assert_eq!(codes(&["--select=NB3"]), "NB303 NB301");
    assert_eq!(codes(&["--select=nb303,syntax-error"]), "NB303 NB501");
    assert_eq!(codes(&["--ignore=NB3"]), "NB501 NB102");
    assert_eq!(
        codes(&["--extend-select=NB203", "--ignore=NB3,NB5"]),
        "NB203 NB102"
    );
    assert_eq!(codes(&["--keep-count"]), "NB303 NB501 NB301");
    assert_eq!(codes(&["--conflicts"]), "");
    assert_snapshot!(sandbox.nbweave(&["check", "--select=NB9"]), @"
    exit: 2
    --- stderr
    nbweave: `NB9` is no rule; rules have codes such as `NB301`, of which `NB3` is all that start so, and names such as `outputs`
    hint: `--help` behind the command lists its options
    ");
}

#[test]
fn rules_are_explained() {
    let sandbox = Sandbox::new();
    let list = sandbox.nbweave(&["check", "--rules"]);
    assert!(list.contains("NB501 syntax-error"), "{list}");
    assert_snapshot!(sandbox.nbweave(&["check", "--explain", "NB404"]), @"
    exit: 0
    --- stdout
    # NB404 `empty-cell`

    Finds cells with nothing but blanks in them.

    **Why** They are most often left over.

    **What to do** `--fix` takes them out. Off by default: `--extend-select NB404`.
    ");
    let all = sandbox.nbweave(&["check", "--explain", "NB6"]);
    assert_eq!(all.matches("\n# NB60").count(), 4, "{all}");
}

#[test]
fn what_can_be_mended_is_mended_and_the_rest_reported() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", wrong());
    sandbox.write("b.ipynb", RAN);
    sandbox.write("c.ipynb", STRIPPED);
    let patch = sandbox.run(&["check", "--diff", "a.ipynb"], "");
    assert_eq!(patch.status.code(), Some(1));
    let patch = String::from_utf8(patch.stdout).unwrap();
    assert!(patch.contains("+  {\"cell_type\": \"code\", \"execution_count\": null, \"id\": \"c\", \"metadata\": {}, \"outputs\": [], \"source\": [\"y\"]}\n"), "{patch}");
    assert_eq!(sandbox.read("a.ipynb"), wrong());
    assert_snapshot!(sandbox.nbweave(&["check", "--fix"]), @"
    exit: 1
    --- stdout
    a.ipynb:4:132: NB501 expected `:`, found newline (cell 2 'x = 1', line 2)
        | for i in x
        |           ^
    --- stderr
    mended 3 findings in 'a.ipynb'
    mended 3 findings in 'b.ipynb'
    nbweave: 1 finding in 1 of 3 notebooks
    ");
    assert_eq!(sandbox.read("b.ipynb"), STRIPPED);
    assert_eq!(sandbox.read("c.ipynb"), STRIPPED);
    assert_snapshot!(sandbox.nbweave(&["check", "--diff"]), @"exit: 0");
    assert_snapshot!(sandbox.nbweave(&["check", "--fix", "b.ipynb", "c.ipynb"]), @"exit: 0");
}

#[test]
fn a_notebook_that_is_piped_in_is_mended_to_standard_output() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["check", "--fix", "-"], RAN);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), STRIPPED);
    assert_eq!(output.status.code(), Some(0));
    let output = sandbox.run(&["check", "--fix", "--select=NB501", "-"], wrong());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), wrong());
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("<stdin>:4:")
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_git_tracks_is_looked_into() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", RAN);
    sandbox.write("d/b.ipynb", RAN);
    sandbox.git(&["add", "d"]);
    let files = |args: &[&str]| {
        let args = [&["check", "--output-format=json"], args].concat();
        let report: Value = serde_json::from_slice(&sandbox.run(&args, "").stdout).unwrap();
        let files = report["files"].as_array().unwrap().clone();
        let paths: Vec<_> = files
            .iter()
            .map(|file| file["path"].as_str().unwrap().to_owned())
            .collect();
        paths.join(" ")
    };
    assert_eq!(files(&[]), "d/b.ipynb");
    assert_eq!(files(&["--untracked"]), "a.ipynb d/b.ipynb");
    assert_eq!(files(&["a.ipynb"]), "a.ipynb");
    assert_eq!(files(&["d"]), "d/b.ipynb");
    sandbox.write("e/c.ipynb", RAN);
    assert_snapshot!(sandbox.nbweave(&["check", "e"]), @"
    exit: 0
    --- stderr
    nbweave: git tracks no notebooks in 'e'
    hint: --untracked takes those that it would add, too
    ");
}

#[test]
fn what_is_staged_is_read_from_the_index() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("old.ipynb", RAN);
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message", "one"]);
    sandbox.write("d/a.ipynb", RAN);
    sandbox.write("b.ipynb", STRIPPED);
    sandbox.git(&["add", "."]);
    sandbox.write("d/a.ipynb", STRIPPED);
    sandbox.write("b.ipynb", RAN);
    let said = sandbox.nbweave(&["check", "--staged", "--output-format=concise"]);
    assert_snapshot!(said, @"
    exit: 1
    --- stdout
    d/a.ipynb:13:23: NB102 execution count (cell 2 'print('hello')')
    d/a.ipynb:16:5: NB103 metadata `scrolled` (cell 2 'print('hello')')
    d/a.ipynb:21:15: NB101 1 output (cell 2 'print('hello')')
    --- stderr
    nbweave: 3 findings in 1 of 2 notebooks
    ");
    sandbox.write("d/c.json", RAN);
    sandbox.git(&["add", "d/c.json"]);
    let mut command = sandbox.command(NBWEAVE);
    let args = ["check", "--staged", "--select=NB101", "a.ipynb", "c.json"];
    command.current_dir(sandbox.path("d")).args(args);
    assert_snapshot!(show(&finish(&mut command, "")), @"
    exit: 1
    --- stdout
    a.ipynb:21:15: NB101 1 output (cell 2 'print('hello')')
    c.json:21:15: NB101 1 output (cell 2 'print('hello')')
    --- stderr
    nbweave: 2 findings in 2 of 2 notebooks
    ");
    let below = sandbox.run(&["check", "--staged", "b.ipynb"], "");
    assert_eq!(below.status.code(), Some(0));
    let usage = sandbox.run(&["check", "--staged", "--fix"], "");
    assert_eq!(usage.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn names_with_line_ends_are_escaped_once() {
    let sandbox = Sandbox::new();
    sandbox.write("a\nb.ipynb", RAN);
    let said = sandbox.nbweave(&["check", "--select=NB101"]);
    assert!(said.contains("\"a\\nb.ipynb\":21:15: NB101"), "{said}");
}

#[test]
fn a_notebook_that_cannot_be_read_is_in_reports_for_programs() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", BROKEN);
    sandbox.write("b.ipynb", RAN);
    assert_snapshot!(sandbox.nbweave(&["check", "--output-format=github"]), @r#"
    exit: 129
    --- stdout
    ::error title=NB300 unreadable,file=a.ipynb,line=3,endLine=3,col=16,endColumn=16::invalid JSON at line 3, column 16: expected `:`, met `"`
    ::notice title=NB102 execution-count,file=b.ipynb,line=13,endLine=13,col=23,endColumn=24::cell 2: execution count
    ::notice title=NB103 tool-metadata,file=b.ipynb,line=16,endLine=16,col=5,endColumn=15::cell 2: metadata `scrolled`
    ::notice title=NB101 outputs,file=b.ipynb,line=21,endLine=21,col=15,endColumn=16::cell 2: 1 output
    --- stderr
    nbweave: cannot check 'a.ipynb': invalid JSON at line 3, column 16: expected `:`, met `"`
    "#);
    assert_snapshot!(sandbox.nbweave(&["check", "--output-format=concise", "a.ipynb"]), @r#"
    exit: 129
    --- stderr
    nbweave: cannot check 'a.ipynb': invalid JSON at line 3, column 16: expected `:`, met `"`
    "#);
}

#[test]
fn paths_are_those_from_the_top_of_the_repository() {
    let sandbox = Sandbox::with_repository();
    sandbox.write("sub dir/a,b.ipynb", RAN);
    sandbox.git(&["add", "."]);
    let run = |format: &str| {
        let mut command = sandbox.command(NBWEAVE);
        command.current_dir(sandbox.path("sub dir"));
        command.args([
            "check",
            "--select=NB101",
            &format!("--output-format={format}"),
        ]);
        String::from_utf8(finish(&mut command, "").stdout).unwrap()
    };
    assert_snapshot!(run("github"), @"::notice title=NB101 outputs,file=sub dir/a%2Cb.ipynb,line=21,endLine=21,col=15,endColumn=16::cell 2: 1 output");
    let gitlab: Value = serde_json::from_str(&run("gitlab")).unwrap();
    assert_eq!(gitlab[0]["location"]["path"], "sub dir/a,b.ipynb");
    assert_eq!(gitlab[0]["location"]["lines"]["begin"], 21);
    let sarif: Value = serde_json::from_str(&run("sarif")).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "sub%20dir/a%2Cb.ipynb");
    assert_eq!(place["region"]["startLine"], 21);
    assert!(run("concise").starts_with("a,b.ipynb:21:"));
}

#[test]
fn a_report_goes_to_a_file() {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", RAN);
    let args = [
        "check",
        "--select=NB101",
        "--output-format=junit",
        "-o",
        "out/report.xml",
        "a.ipynb",
    ];
    assert_snapshot!(sandbox.nbweave(&args), @"exit: 1");
    assert_snapshot!(sandbox.read("out/report.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="nbweave check" tests="1" failures="1" errors="0">
      <testsuite name="nbweave check" tests="1" failures="1" errors="0">
        <testcase name="NB101 outputs: line 21, column 15" classname="a.ipynb" file="a.ipynb" line="21">
          <failure message="1 output" type="NB101">a.ipynb:21:15, cell 2: 1 output</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn tags_of_a_cell_keep_it_quiet() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "a.ipynb",
        RAN.replace("\"greeting\"", "\"nbweave-ignore-NB1\""),
    );
    assert_snapshot!(sandbox.nbweave(&["check", "a.ipynb"]), @"exit: 0");
}
