//! `nbweave store` and `nbweave refresh`.

use std::fs;

use insta::assert_snapshot;

use crate::filtered::{commit, notebook, printed, repository, status, stripped};
use crate::sandbox::{NBWEAVE, Sandbox, finish, show};

const ONE: &[(&str, &str, &str)] = &[("a", "x = 1\n", "one\n"), ("b", "x + 1\n", "two\n")];

#[test]
fn refreshing_makes_a_run_no_change() {
    let sandbox = repository();
    sandbox.write("d/a.ipynb", notebook(ONE));
    sandbox.write("\"b\nc.ipynb", notebook(ONE));
    sandbox.write("e.ipynb", notebook(ONE));
    sandbox.write("f.txt", "one");
    commit(&sandbox, "one");
    let rerun = notebook(&[("a", "x = 1\n", "one\nagain\n"), ("b", "x + 1\n", "2\n")]);
    sandbox.write("d/a.ipynb", &rerun);
    sandbox.write("\"b\nc.ipynb", &rerun);
    sandbox.write("e.ipynb", notebook(&[("a", "x = 2\n", "one\n")]));
    sandbox.write("f.txt", "two words");
    let before = status(&sandbox);
    assert_eq!(before.lines().count(), 4);
    fs::create_dir_all(sandbox.path("d/g")).unwrap();
    let mut refresh = sandbox.command(NBWEAVE);
    refresh.current_dir(sandbox.path("d/g")).arg("refresh");
    assert_snapshot!(show(&finish(&mut refresh, "")), @"
    exit: 0
    --- stderr
    2 notebooks refreshed
    ");
    assert_eq!(status(&sandbox), " M e.ipynb\n M f.txt\n");
    assert_eq!(sandbox.git(&["diff", "--cached"]), "");
    // The outputs are those to come back.
    fs::remove_file(sandbox.path("d/a.ipynb")).unwrap();
    sandbox.git(&["checkout", "--", "d"]);
    assert_eq!(sandbox.read("d/a.ipynb"), rerun);
    assert_snapshot!(sandbox.nbweave(&["refresh"]), @"
    exit: 0
    --- stderr
    0 notebooks refreshed
    ");
}

#[test]
fn refreshing_takes_pathspecs_and_nothing_of_a_conflict() {
    let sandbox = repository();
    for name in ["a.ipynb", "b.ipynb"] {
        sandbox.write(name, notebook(ONE));
    }
    commit(&sandbox, "one");
    let longer = notebook(&[("a", "x = 1\n", "one\n!"), ONE[1]]);
    for name in ["a.ipynb", "b.ipynb"] {
        sandbox.write(name, &longer);
    }
    assert_snapshot!(sandbox.nbweave(&["refresh", "--quiet", "a*"]), @"exit: 0");
    assert_eq!(status(&sandbox), " M b.ipynb\n");
    assert_snapshot!(Sandbox::new().nbweave(&["refresh"]), @"
    exit: 2
    --- stderr
    nbweave: this is for notebooks in the worktree of a repository
    hint: `--help` behind the command lists its options
    ");
}

#[test]
fn the_store_can_be_looked_at_and_emptied() {
    let sandbox = repository();
    let picture = r#"{"cells": [{"cell_type": "code", "id": "p", "source": "plot", "execution_count": 12, "outputs": [{"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/plain": "\u001b"}}, {"output_type": "error"}]}]}"#;
    sandbox.write("d/a.ipynb", notebook(ONE));
    sandbox.write("d/b.ipynb", picture);
    sandbox.write("da.ipynb", notebook(ONE));
    commit(&sandbox, "all");
    assert_snapshot!(sandbox.nbweave(&["store", "list"]), @"
    exit: 0
    --- stdout
    d/a.ipynb: 1 version, 290 B, seen just now
    d/b.ipynb: 1 version, 124 B, seen just now
    da.ipynb: 1 version, 290 B, seen just now
    ");
    let mut inside = sandbox.command(NBWEAVE);
    inside.current_dir(sandbox.path("d"));
    assert_snapshot!(show(&finish(inside.args(["store", "show", "./b.ipynb"]), "")), @"
    exit: 0
    --- stdout
    version of 124 B, seen just now
      [12] image/png text/plain, error, 122 B
    ");
    assert_snapshot!(sandbox.nbweave(&["store", "show", "no.ipynb"]), @"
    exit: 1
    --- stderr
    nbweave: nothing is kept of 'no.ipynb'
    ");
    let path = sandbox.run(&["store", "path"], "").stdout;
    assert!(
        String::from_utf8(path)
            .unwrap()
            .ends_with("/.git/nbweave/outputs\n")
    );
    let forgot = sandbox.nbweave(&["store", "forget", "d"]);
    assert!(forgot.contains("forgot 2 versions, "), "{forgot}");
    let listed = sandbox.nbweave(&["store", "list"]);
    assert!(
        !listed.contains("d/") && listed.contains("da.ipynb"),
        "{listed}"
    );
    assert!(
        sandbox
            .nbweave(&["store", "forget"])
            .starts_with("exit: 2\n")
    );
    assert!(
        sandbox
            .nbweave(&["store", "forget", ".."])
            .starts_with("exit: 2\n")
    );
    let forgot = sandbox.nbweave(&["store", "forget", "--all"]);
    assert!(forgot.contains("forgot 1 version, "), "{forgot}");
    assert_snapshot!(sandbox.nbweave(&["store", "list"]), @"exit: 0");
    fs::remove_file(sandbox.path("da.ipynb")).unwrap();
    sandbox.git(&["checkout", "--", "da.ipynb"]);
    assert_eq!(sandbox.read("da.ipynb"), stripped(ONE));
}

#[test]
fn the_store_has_bounds() {
    let sandbox = repository();
    let long = |index: usize| format!("{index} ").repeat(50_000);
    for index in 0..5 {
        sandbox.write(
            "a.ipynb",
            notebook(&[("a", &format!("{index}\n"), &long(index))]),
        );
        sandbox.git(&["add", "a.ipynb"]);
    }
    assert!(sandbox.nbweave(&["store", "list"]).contains("5 versions"));
    let pruned = sandbox.nbweave(&["store", "prune", "--max-size=210k"]);
    assert!(pruned.contains("removed 3 versions, "), "{pruned}");
    // Those that were used last stay.
    let sizes = sandbox.nbweave(&["store", "show", "a.ipynb"]);
    assert_eq!(sizes.matches("[1] stream, 100").count(), 2, "{sizes}");
    fs::remove_file(sandbox.path("a.ipynb")).unwrap();
    sandbox.git(&["checkout", "--", "a.ipynb"]);
    assert_eq!(printed(&sandbox, "a.ipynb"), [long(4)]);
    let pruned = sandbox.nbweave(&["store", "prune", "--max-age=1h"]);
    assert!(pruned.contains("removed 0 versions, 0 B"), "{pruned}");
    let pruned = sandbox.nbweave(&["store", "prune", "--max-age=0h"]);
    assert!(pruned.contains("removed 2 versions, "), "{pruned}");
    let usage = sandbox.nbweave(&["store", "prune", "--max-age=1"]);
    assert!(usage.starts_with("exit: 2\n"), "{usage}");
}

#[test]
fn outside_of_a_repository_there_is_no_store() {
    assert_snapshot!(Sandbox::new().nbweave(&["store", "list"]), @"
    exit: 2
    --- stderr
    nbweave: there is no repository here, and so no output store
    hint: `--help` behind the command lists its options
    ");
}
