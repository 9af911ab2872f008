//! The output store and files: which come back to the byte, which cells are
//! the same, and what a store that is damaged does.

use std::fs;

use crate::filtered::{
    blob, check_out_again, commit, notebook, notebook_without_ids, printed, repository,
    repository_with, status, stripped,
};
use crate::sandbox::Sandbox;

const ONE: &[(&str, &str, &str)] = &[
    ("a", "x = 1\n", "one\n"),
    ("b", "x + 1\n", "two\n"),
    ("c", "x + 2\n", "three\n"),
];

/// A repository with a notebook that has run and is committed.
fn with_one() -> Sandbox {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(ONE));
    commit(&sandbox, "one");
    sandbox
}

/// Makes every file of the store what `damage` makes of it.
fn damage_store(sandbox: &Sandbox, damage: impl Fn(Vec<u8>) -> Vec<u8>) -> usize {
    let mut dirs = vec![sandbox.path(".git/nbweave/outputs")];
    let mut n_files = 0;
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                fs::write(&path, damage(bytes)).unwrap();
                n_files += 1;
            }
        }
    }
    n_files
}

#[test]
fn files_of_any_layout_come_back_to_the_byte() {
    let sandbox = repository();
    let compact: String = notebook(ONE).lines().map(str::trim_start).collect();
    let long = notebook(&[("a", "x\n", &"picture ".repeat(40_000))]);
    let metadata = crate::notebooks::RAN.replace('\n', "\r\n");
    let version_3 = r#"{"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": [{"cell_type": "code", "input": "x", "outputs": [{"output_type": "pyout", "prompt_number": 2, "text": "y"}], "prompt_number": 2}]}]}"#;
    let zeppelin = r#"{"paragraphs": [{"text": "x", "results": {"msg": ["y"]}}]}"#;
    let files = [
        compact,
        long,
        metadata,
        version_3.to_owned(),
        zeppelin.to_owned(),
        notebook_without_ids(ONE),
        format!("\u{feff}{}", notebook(ONE).trim_end()),
        notebook(ONE).replace("one", r"\ud83d NaN ü"),
    ];
    for (index, file) in files.iter().enumerate() {
        sandbox.write(format!("{index}.ipynb"), file);
    }
    commit(&sandbox, "all");
    for (index, file) in files.iter().enumerate() {
        let name = format!("{index}.ipynb");
        assert_ne!(blob(&sandbox, &format!(":{name}")), *file, "{name}");
        check_out_again(&sandbox, &name);
        assert_eq!(sandbox.read(&name), *file, "{name}");
    }
    assert_eq!(status(&sandbox), "");
}

#[test]
fn without_ids_the_cell_before_tells_which_it_is() {
    let sandbox = repository();
    let cells = [
        ("", "a\n", "1"),
        ("", "b\n", "2"),
        ("", "a\n", "3"),
        ("", "b\n", "4"),
    ];
    sandbox.write("a.ipynb", notebook_without_ids(&cells));
    commit(&sandbox, "one");
    let clean = blob(&sandbox, ":a.ipynb");
    // A cell that is new here, before the others.
    let (before, after) = clean.split_at(clean.find("    {\n      \"cell_type\"").unwrap());
    let new = "    {\n      \"cell_type\": \"code\",\n      \"execution_count\": null,\n      \
               \"metadata\": {},\n      \"outputs\": [],\n      \"source\": []\n    },\n";
    let merged = format!("{before}{new}{after}");
    let output = sandbox.run(&["git-smudge", "--", "a.ipynb"], &merged);
    sandbox.write("b.ipynb", output.stdout);
    // The first of them has nothing before it any more but the new one.
    assert_eq!(printed(&sandbox, "b.ipynb"), ["", "1", "2", "3", "4"]);
}

#[test]
fn another_notebook_with_the_same_cells_shows_nothing_of_it() {
    let sandbox = with_one();
    sandbox.write("b.ipynb", stripped(ONE));
    commit(&sandbox, "copy");
    check_out_again(&sandbox, "b.ipynb");
    assert_eq!(sandbox.read("b.ipynb"), stripped(ONE));
}

#[test]
fn a_cell_with_another_source_shows_nothing() {
    let sandbox = with_one();
    let other = [
        ("a", "x = 2\n", ""),
        ("b", "x + 1\n", ""),
        ("d", "x + 2\n", ""),
    ];
    let output = sandbox.run(&["git-smudge", "--", "a.ipynb"], stripped(&other));
    sandbox.write("b.ipynb", output.stdout);
    assert_eq!(printed(&sandbox, "b.ipynb"), ["", "two\n", ""]);
}

#[test]
fn a_damaged_store_means_no_outputs_and_no_error() {
    let damages: [fn(Vec<u8>) -> Vec<u8>; 4] = [
        |_| Vec::new(),
        |bytes| bytes[..bytes.len() / 2].to_owned(),
        |mut bytes| {
            if let Some(byte) = bytes.last_mut() {
                *byte ^= 1;
            }
            bytes
        },
        |bytes| [bytes, b"x".to_vec()].concat(),
    ];
    for damage in damages {
        let sandbox = repository();
        let long = [("a", "x\n", &*"long ".repeat(2000)), ONE[1]];
        sandbox.write("a.ipynb", notebook(&long));
        commit(&sandbox, "one");
        assert!(damage_store(&sandbox, damage) >= 2);
        check_out_again(&sandbox, "a.ipynb");
        assert_eq!(sandbox.read("a.ipynb"), stripped(&long));
        assert_eq!(status(&sandbox), "");
        // And it works again as soon as there is something to keep.
        sandbox.write("a.ipynb", notebook(&long));
        sandbox.git(&["add", "--update"]);
        check_out_again(&sandbox, "a.ipynb");
        assert_eq!(sandbox.read("a.ipynb"), notebook(&long));
    }
}

#[test]
fn a_text_that_is_gone_takes_only_its_cell_with_it() {
    let sandbox = repository();
    let long = [("a", "x\n", &*"long ".repeat(2000)), ONE[1]];
    sandbox.write("a.ipynb", notebook(&long));
    commit(&sandbox, "one");
    fs::remove_dir_all(sandbox.path(".git/nbweave/outputs/texts")).unwrap();
    check_out_again(&sandbox, "a.ipynb");
    let text = sandbox.read("a.ipynb");
    assert!(text.contains("two"));
    assert!(!text.contains("long"));
    assert_eq!(status(&sandbox), "");
}

#[test]
fn a_store_that_cannot_be_written_is_said_once() {
    let sandbox = repository();
    sandbox.write(".git/nbweave", "a file where the store should be");
    sandbox.write("a.ipynb", notebook(ONE));
    sandbox.write("b.ipynb", notebook(ONE));
    let output = sandbox.try_git(&["add", "."]);
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("nbweave: cannot keep the outputs of 'a.ipynb': "),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(blob(&sandbox, ":b.ipynb"), stripped(ONE));
}

#[test]
fn line_ends_of_the_worktree_are_no_obstacle() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    for (autocrlf, attributes) in [
        ("true", ""),
        ("false", " text eol=crlf"),
        ("false", " -text"),
    ] {
        let sandbox = repository();
        sandbox.git(&["config", "core.autocrlf", autocrlf]);
        let attributes = format!("*.ipynb filter=nbweave{attributes}\n");
        sandbox.write(".gitattributes", attributes);
        sandbox.write("a.ipynb", crlf(&notebook(ONE)));
        commit(&sandbox, "one");
        check_out_again(&sandbox, "a.ipynb");
        assert_eq!(sandbox.read("a.ipynb"), crlf(&notebook(ONE)), "{autocrlf}");
        assert_eq!(status(&sandbox), "");
        // And cells of a version that was never there.
        let merged = crlf(&stripped(&[("n", "new\n", ""), ONE[1]]));
        let output = sandbox.run(&["git-smudge", "--", "a.ipynb"], merged);
        let restored = String::from_utf8(output.stdout).unwrap();
        assert!(restored.contains("two"));
        assert_eq!(restored, crlf(&restored.replace("\r\n", "\n")));
    }
}

#[test]
fn outputs_kept_with_one_line_end_come_back_with_another() {
    let sandbox = with_one();
    sandbox.git(&["config", "core.autocrlf", "true"]);
    check_out_again(&sandbox, "a.ipynb");
    assert_eq!(sandbox.read("a.ipynb"), notebook(ONE).replace('\n', "\r\n"));
    assert_eq!(status(&sandbox), "");
}

#[test]
fn what_would_not_go_out_again_is_not_put_in() {
    let sandbox = with_one();
    // A cell that keeps its outputs is committed with them.
    let keeps = stripped(ONE).replacen(
        "\"metadata\": {}",
        "\"metadata\": {\"keep_output\": true}",
        1,
    );
    let output = sandbox.run(&["git-smudge", "--", "a.ipynb"], &keeps);
    let restored = String::from_utf8(output.stdout).unwrap();
    assert!(
        restored.contains("two") && !restored.contains("one\\n"),
        "{restored}"
    );
    let output = sandbox.run(&["git-clean", "--", "a.ipynb"], &restored);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), keeps);
}

#[test]
fn other_layouts_of_nothing_do_not_flap() {
    let sandbox = with_one();
    let odd = stripped(ONE).replacen("\"outputs\": []", "\"outputs\": [ ]", 1);
    sandbox.write("a.ipynb", &odd);
    commit(&sandbox, "odd");
    check_out_again(&sandbox, "a.ipynb");
    assert_eq!(printed(&sandbox, "a.ipynb")[1..], ["two\n", "three\n"]);
    assert_eq!(status(&sandbox), "");
    sandbox.git(&["add", "--renormalize", "."]);
    assert_eq!(status(&sandbox), "");
}

#[test]
fn options_of_strip_hold_on_both_ways() {
    for options in [
        "--keep-output-type=error",
        "--ids=drop",
        "--drop-empty-cells",
        "--extra-keys metadata.kernelspec",
        "--counts=renumber",
        "--keep-count",
        "--keep-output",
        "--max-size=5",
    ] {
        let sandbox = repository_with(options);
        sandbox.write("a.ipynb", crate::notebooks::RAN);
        sandbox.write("b.ipynb", notebook(&[ONE[0], ("e", "", ""), ONE[1]]));
        commit(&sandbox, "one");
        for name in ["a.ipynb", "b.ipynb"] {
            let file = sandbox.read(name);
            check_out_again(&sandbox, name);
            assert_eq!(sandbox.read(name), file, "{options}");
        }
        assert_eq!(status(&sandbox), "", "{options}");
    }
}

#[test]
fn how_much_is_put_back_can_be_chosen() {
    for (option, whole, cells) in [
        ("--restore=cell", true, true),
        ("--restore=exact", true, false),
        ("--restore=off", false, false),
        ("--no-restore", false, false),
    ] {
        let sandbox = with_one();
        let process = format!("nbweave filter-process {option}");
        sandbox.git(&["config", "filter.nbweave.process", &process]);
        check_out_again(&sandbox, "a.ipynb");
        assert_eq!(sandbox.read("a.ipynb") == notebook(ONE), whole, "{option}");
        let other = stripped(&[("n", "new\n", ""), ONE[1]]);
        let output = sandbox.run(&["git-smudge", option, "--", "a.ipynb"], other);
        let restored = String::from_utf8(output.stdout).unwrap();
        assert_eq!(restored.contains("two"), cells, "{option}");
    }
    let sandbox = repository_with("--no-restore");
    sandbox.write("a.ipynb", notebook(ONE));
    commit(&sandbox, "one");
    assert_eq!(blob(&sandbox, ":a.ipynb"), stripped(ONE));
    assert!(!sandbox.path(".git/nbweave").exists());
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_look_into_the_store() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = with_one();
    let long = [("a", "x\n", &*"long ".repeat(2000))];
    sandbox.write("b.ipynb", notebook(&long));
    sandbox.git(&["add", "b.ipynb"]);
    let mut paths = vec![sandbox.path(".git/nbweave")];
    while let Some(path) = paths.pop() {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
        if path.is_dir() {
            paths.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
}
