//! `nbweave convert`: notebooks as text, and back.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::notebooks::RAN;
use crate::sandbox::Sandbox;

/// A sandbox with a notebook that has run.
fn with_notebook() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("a.ipynb", RAN);
    sandbox
}

#[track_caller]
fn convert(sandbox: &Sandbox, args: &[&str]) -> String {
    sandbox.nbweave(&[&["convert"], args].concat())
}

fn json_of(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_str(&sandbox.read(name)).unwrap()
}

#[test]
fn a_notebook_becomes_a_script_beside_it() {
    let sandbox = with_notebook();
    assert_snapshot!(convert(&sandbox, &["--to", "py:percent", "a.ipynb"]), @r"
    exit: 0
    --- stderr
    wrote 'a.py'
    ");
    let script = sandbox.read("a.py");
    assert!(
        script
            .ends_with("# %% [markdown]\n# # Title\n\n# %% tags=[\"greeting\"]\nprint('hello')\n"),
        "{script}"
    );
    assert_eq!(sandbox.read("a.ipynb"), RAN);
}

#[test]
fn the_way_back_keeps_everything_but_what_changed() {
    for format in ["py:percent", "md", "md:myst"] {
        let sandbox = with_notebook();
        let text = format!("a.{}", format.split(':').next().unwrap());
        convert(&sandbox, &["--to", format, "a.ipynb"]);
        let update = ["--to", "ipynb", "--update", &text];
        let shown = convert(&sandbox, &update);
        assert_eq!(shown, "exit: 0\n", "{format}");
        assert_eq!(sandbox.read("a.ipynb"), RAN, "{format}");

        let edited = sandbox.read(&text).replace("# Title", "# Other title");
        sandbox.write(&text, edited);
        let shown = convert(&sandbox, &update);
        assert!(
            shown.contains("updated 'a.ipynb': 1 cell changed\n"),
            "{shown}"
        );
        let expected = RAN.replace("# Title", "# Other title");
        assert_eq!(sandbox.read("a.ipynb"), expected, "{format}");
    }
}

#[test]
fn code_that_changed_loses_its_outputs_unless_they_are_kept() {
    let sandbox = with_notebook();
    convert(&sandbox, &["--to", "py:percent", "a.ipynb"]);
    let edited = sandbox.read("a.py").replace("hello", "bye");
    sandbox.write("a.py", edited);
    let shown = convert(
        &sandbox,
        &["--to", "ipynb", "--update", "--keep-outputs", "a.py"],
    );
    assert!(shown.contains("1 cell changed\n"), "{shown}");
    let cell = &json_of(&sandbox, "a.ipynb")["cells"][1];
    assert_eq!(cell["source"], json!(["print('bye')"]));
    assert_eq!(cell["outputs"][0]["text"], json!(["hello\n"]));
    sandbox.write("a.ipynb", RAN);
    let shown = convert(&sandbox, &["--to", "ipynb", "--update", "a.py"]);
    assert!(
        shown.contains("1 cell changed, outputs of 1 cell removed with the code\n"),
        "{shown}"
    );
    let cell = &json_of(&sandbox, "a.ipynb")["cells"][1];
    assert_eq!(
        (&cell["outputs"], &cell["id"]),
        (&json!([]), &json!("hello"))
    );
}

#[test]
fn text_without_a_notebook_becomes_one() {
    let sandbox = Sandbox::new();
    sandbox.write("new.jl", "# %% [markdown]\n# Hi\n\n# %%\nprintln(1)\n");
    let shown = convert(&sandbox, &["--to", "ipynb", "--update", "new.jl"]);
    assert!(shown.contains("wrote 'new.ipynb'"), "{shown}");
    let notebook = json_of(&sandbox, "new.ipynb");
    assert_eq!(notebook["nbformat_minor"], 5);
    assert_eq!(notebook["metadata"]["language_info"]["name"], "julia");
    assert_eq!(notebook["cells"][1]["source"], json!(["println(1)"]));
    let first = sandbox.read("new.ipynb");
    convert(&sandbox, &["--to", "ipynb", "--force", "new.jl"]);
    assert_eq!(sandbox.read("new.ipynb"), first);
}

#[test]
fn a_file_that_is_there_is_not_replaced_unasked() {
    let sandbox = with_notebook();
    sandbox.write("a.py", "# %%\nmine\n");
    assert_snapshot!(convert(&sandbox, &["--to", "py:percent", "a.ipynb"]), @r"
    exit: 129
    --- stderr
    nbweave: cannot write 'a.py': it is there already (--force replaces it)
    ");
    assert_eq!(sandbox.read("a.py"), "# %%\nmine\n");
    assert_snapshot!(convert(&sandbox, &["--to", "ipynb", "a.py"]), @r"
    exit: 129
    --- stderr
    nbweave: cannot write 'a.ipynb': it is there already (--update takes text over into it, --force replaces it)
    ");
    assert_eq!(sandbox.read("a.ipynb"), RAN);
    let shown = convert(&sandbox, &["--to", "py:percent", "-f", "a.ipynb"]);
    assert!(shown.starts_with("exit: 0\n"), "{shown}");
    assert!(sandbox.read("a.py").contains("print('hello')"));
    // The same once more is nothing to do.
    assert_eq!(
        convert(&sandbox, &["--to", "py:percent", "a.ipynb"]),
        "exit: 0\n"
    );
}

#[test]
fn directories_keep_their_tree_and_one_broken_file_stops_nobody() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.ipynb", RAN);
    sandbox.write("in/sub/b.ipynb", RAN);
    sandbox.write("in/sub/broken.ipynb", "{");
    sandbox.write("in/notes.txt", "no notebook");
    let shown = convert(&sandbox, &["--to", "md", "in", "-o", "out", "-q"]);
    assert!(shown.starts_with("exit: 129\n"), "{shown}");
    assert!(
        shown.contains("cannot convert 'in/sub/broken.ipynb': invalid JSON"),
        "{shown}"
    );
    assert_eq!(sandbox.read("out/a.md"), sandbox.read("out/sub/b.md"));
    assert!(!sandbox.path("out/notes.md").exists());
}

#[test]
fn of_a_directory_text_is_taken_that_says_it_is_a_notebook() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.ipynb", RAN);
    convert(&sandbox, &["--to", "py:percent", "in"]);
    sandbox.write("in/tool.py", "# %%\nprint(1)\n");
    std::fs::remove_file(sandbox.path("in/a.ipynb")).unwrap();
    let shown = convert(&sandbox, &["--to", "ipynb", "in"]);
    assert!(shown.contains("wrote 'in/a.ipynb'"), "{shown}");
    assert!(!sandbox.path("in/tool.ipynb").exists());
    let shown = convert(
        &sandbox,
        &["--to", "ipynb", "--from", "py:percent", "in/tool.py"],
    );
    assert!(shown.contains("wrote 'in/tool.ipynb'"), "{shown}");
}

#[test]
fn two_results_never_share_a_file() {
    let sandbox = with_notebook();
    sandbox.write("b/a.ipynb", RAN.replace("hello", "bye"));
    let shown = convert(
        &sandbox,
        &[
            "--to",
            "md",
            "a.ipynb",
            &sandbox.path("b/a.ipynb").display().to_string(),
            "-o",
            "out",
        ],
    );
    assert!(shown.starts_with("exit: 129\n"), "{shown}");
    assert!(shown.contains("'out/a.md' has another result"), "{shown}");
    assert!(sandbox.read("out/a.md").contains("hello"));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let sandbox = Sandbox::new();
    let run = |args: &[&str], stdin: &[u8]| {
        let output = sandbox.run(&[&["convert"], args].concat(), stdin);
        assert_eq!(output.status.code(), Some(0));
        output.stdout
    };
    let text = run(&["--to", "py:percent", "-"], RAN.as_bytes());
    assert!(String::from_utf8_lossy(&text).contains("print('hello')"));
    let args = ["--to", "ipynb", "--from", "py:percent"];
    let notebook: Value = serde_json::from_slice(&run(&args, &text)).unwrap();
    assert_eq!(notebook["cells"][1]["source"], json!(["print('hello')"]));
    assert!(sandbox.names().is_empty());
    assert_snapshot!(sandbox.nbweave_with(&["convert", "--to", "ipynb", "-"], "x = 1\n"), @r"
    exit: 129
    --- stderr
    nbweave: cannot convert '<stdin>': nothing tells what it is (--from says it, as in `--from py:percent`)
    ");
}

#[test]
fn what_would_not_come_back_is_said() {
    let sandbox = Sandbox::new();
    let mut notebook: Value = serde_json::from_str(RAN).unwrap();
    notebook["cells"][1]["metadata"]["not a key"] = json!(1);
    sandbox.write("a.ipynb", notebook.to_string());
    assert_snapshot!(convert(&sandbox, &["--to", "py:percent", "--check", "a.ipynb"]), @r"
    exit: 1
    --- stdout
    a.ipynb: cell 2 would come back without its metadata 'not a key'
    ");
    assert_eq!(sandbox.names(), ["a.ipynb"]);
    assert_snapshot!(convert(&sandbox, &["--to", "py:percent", "a.ipynb"]), @r"
    exit: 0
    --- stderr
    nbweave: 'a.ipynb': cell 2 would come back without its metadata 'not a key'
    wrote 'a.py'
    ");
    sandbox.write("a.ipynb", RAN);
    let shown = convert(&sandbox, &["--to", "md", "--check", "a.ipynb"]);
    assert_eq!(shown, "exit: 0\n");
}

#[test]
fn attachments_and_ids_are_in_the_text_if_they_are_to_be() {
    let sandbox = Sandbox::new();
    let mut notebook: Value = serde_json::from_str(RAN).unwrap();
    let bundle = json!({"a.png": {"image/png": "aGk="}});
    notebook["cells"][0]["attachments"] = bundle.clone();
    sandbox.write("a.ipynb", notebook.to_string());
    assert_snapshot!(convert(&sandbox, &["--to", "py:percent", "-v", "a.ipynb"]), @r"
    exit: 0
    --- stderr
    nbweave: 'a.ipynb': attachments of 1 cell are not in the text (--attachments puts them there)
    'a.ipynb': not in the text: outputs of 1 cell, 2 ids
    wrote 'a.py'
    ");
    for format in ["py:percent", "md", "md:myst"] {
        let text = format!("out.{}", format.split(':').next().unwrap());
        convert(
            &sandbox,
            &[
                "--to",
                format,
                "--ids",
                "--attachments",
                "-f",
                "a.ipynb",
                "-o",
                &text,
            ],
        );
        convert(&sandbox, &["--to", "ipynb", "-f", &text]);
        let back = json_of(&sandbox, "out.ipynb");
        let ids = [&back["cells"][0]["id"], &back["cells"][1]["id"]];
        assert_eq!(ids, ["title", "hello"], "{format}");
        assert_eq!(back["cells"][0]["attachments"], bundle, "{format}");
        assert_eq!(back["cells"][1]["metadata"], json!({"tags": ["greeting"]}));
    }
}

#[test]
fn an_old_notebook_is_upgraded_where_it_is() {
    let sandbox = Sandbox::new();
    let old = r#"{"nbformat":3,"nbformat_minor":0,"metadata":{"name":"x"},"worksheets":[{"cells":[
        {"cell_type":"heading","level":1,"source":"T","metadata":{}}]}]}"#;
    sandbox.write("old.ipynb", old);
    convert(&sandbox, &["--to", "ipynb", "old.ipynb"]);
    let new = json_of(&sandbox, "old.ipynb");
    assert_eq!(
        (&new["nbformat"], &new["nbformat_minor"]),
        (&json!(4), &json!(5))
    );
    let upgraded = sandbox.read("old.ipynb");
    assert_eq!(
        convert(&sandbox, &["--to", "ipynb", "old.ipynb"]),
        "exit: 0\n"
    );
    assert_eq!(sandbox.read("old.ipynb"), upgraded);
    sandbox.write("older.ipynb", old);
    let shown = convert(&sandbox, &["--to", "py:percent", "older.ipynb", "-o", "-"]);
    assert!(shown.contains("# # T\n"), "{shown}");
}

#[test]
fn a_notebook_that_does_not_name_its_language_is_in_that_of_its_kernel() {
    let sandbox = Sandbox::new();
    let ending = |metadata: Value| {
        let notebook = json!({"cells": [], "metadata": metadata, "nbformat": 4});
        sandbox.write("x.ipynb", notebook.to_string());
        convert(&sandbox, &["--to", "auto:percent", "-f", "x.ipynb"])
    };
    let colab = json!({"kernelspec": {"name": "python3", "display_name": "Python 3"}});
    assert!(ending(colab).contains("wrote 'x.py'"));
    let r = json!({"kernelspec": {"name": "ir", "display_name": "R"}});
    assert!(ending(r).contains("wrote 'x.R'"));
    let unknown = json!({"kernelspec": {"name": "irc", "display_name": "?"}});
    let shown = ending(unknown);
    assert!(shown.contains("what language it is in"), "{shown}");
    let strange = json!({"language_info": {"name": "q#", "file_extension": ".qs"}});
    let shown = ending(strange);
    assert!(shown.contains("comments are written in '.qs'"), "{shown}");
}

#[test]
fn light_scripts_are_read_but_not_written() {
    let sandbox = with_notebook();
    assert_snapshot!(convert(&sandbox, &["--to", "py:light", "a.ipynb"]), @r"
    exit: 129
    --- stderr
    nbweave: cannot convert 'a.ipynb': the form 'light' cannot be written
    ");
    sandbox.write("plain.py", "# Some prose\n\nx = 1\n");
    convert(&sandbox, &["--to", "ipynb", "plain.py"]);
    let cells = &json_of(&sandbox, "plain.ipynb")["cells"];
    assert_eq!(cells[0]["source"], json!(["Some prose"]));
    assert_eq!(cells[1]["source"], json!(["x = 1"]));
    // Taken over, what did not change changes nothing here, either.
    let before = sandbox.read("plain.ipynb");
    convert(&sandbox, &["--to", "ipynb", "--update", "plain.py"]);
    assert_eq!(sandbox.read("plain.ipynb"), before);
}

#[test]
fn text_becomes_other_text() {
    let sandbox = with_notebook();
    convert(&sandbox, &["--to", "py:percent", "a.ipynb"]);
    convert(&sandbox, &["--to", "md", "a.py"]);
    convert(&sandbox, &["--to", "py:percent", "a.md", "-o", "b.py"]);
    assert_eq!(sandbox.read("b.py"), sandbox.read("a.py"));
}

#[test]
fn the_name_of_the_result_can_tell_its_format() {
    let sandbox = with_notebook();
    let shown = convert(&sandbox, &["a.ipynb", "-o", "out.md"]);
    assert!(shown.contains("wrote 'out.md'"), "{shown}");
    assert!(sandbox.read("out.md").contains("```python"));
}

#[test]
fn what_makes_no_sense_is_a_matter_of_usage() {
    let sandbox = with_notebook();
    for args in [
        vec!["a.ipynb"],
        vec!["--to", "no-such-format", "a.ipynb"],
        vec!["--to", "md", "--update", "a.ipynb"],
        vec!["--to", "md", "--outputs", "dir", "a.ipynb"],
    ] {
        let shown = convert(&sandbox, &args);
        assert!(shown.starts_with("exit: 2\n"), "{args:?}: {shown}");
    }
    assert_eq!(sandbox.names(), ["a.ipynb"]);
}

#[test]
fn conflicts_in_a_text_are_said() {
    let sandbox = Sandbox::new();
    let text = "# %%\nx\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n";
    sandbox.write("a.py", text);
    let shown = convert(&sandbox, &["--to", "ipynb", "a.py"]);
    assert!(shown.contains("cell 1 has conflict markers"), "{shown}");
}

#[test]
fn an_empty_text_takes_no_cells_out_of_a_notebook_unless_forced() {
    let sandbox = with_notebook();
    sandbox.write("a.py", "");
    let update = ["--to", "ipynb", "--update", "a.py"];
    let shown = convert(&sandbox, &update);
    assert!(shown.contains("the text has no cells"), "{shown}");
    assert_eq!(sandbox.read("a.ipynb"), RAN);
    convert(&sandbox, &[&update[..], &["--force"]].concat());
    assert_eq!(json_of(&sandbox, "a.ipynb")["cells"], json!([]));
}
