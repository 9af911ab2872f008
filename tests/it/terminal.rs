//! What a terminal gets: two columns, color, pictures, links.

use insta::assert_snapshot;

use crate::notebooks::notebook;
use crate::sandbox::{NBWEAVE, Sandbox, finish, show};

/// A red pixel, and a blue one.
const RED: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
const BLUE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYPgPAAEDAQAIicLsAAAAAElFTkSuQmCC";

fn cell(source: &str, outputs: &str) -> String {
    let outputs = format!(r#""outputs": [{outputs}], "source": "{source}""#);
    format!(
        r#"{{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {{}}, {outputs}}}"#
    )
}

fn picture(png: &str) -> String {
    format!(
        r#"{{"data": {{"image/png": "{png}"}}, "metadata": {{}}, "output_type": "display_data"}}"#
    )
}

/// A repository with a notebook of one cell that was committed and changed.
fn changed(old: &str, new: &str) -> Sandbox {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", notebook(&[old]));
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message", "one"]);
    sandbox.write("a.ipynb", notebook(&[new]));
    sandbox
}

/// Returns what a diff writes with variables in the environment.
fn diff(sandbox: &Sandbox, variables: &[(&str, &str)], args: &[&str]) -> String {
    let mut command = sandbox.command(NBWEAVE);
    command.arg("diff").args(args);
    command.envs(variables.iter().copied());
    show(&finish(&mut command, ""))
}

#[test]
fn two_columns_fill_the_terminal() {
    let sandbox = changed(
        &cell(r"import os\nx = first(1)\ndone()", ""),
        &cell(r"import os\nx = second(1)\ndone()", ""),
    );
    let shown = |columns| diff(&sandbox, &[("COLUMNS", columns)], &["-y"]);
    assert_snapshot!(shown("70"), @r"
    exit: 0
    --- stdout
    diff --nbweave a/a.ipynb b/a.ipynb
    --- a/a.ipynb
    +++ b/a.ipynb
    1 cell modified
    cell 1 · code · modified
    @@ -1,3 +1,3 @@
    1  import os                      │ 1  import os
    2 -x = first(1)                   │ 2 +x = second(1)
    3  done()                         │ 3  done()
    ");
    assert!(shown("120").contains(&format!("2 -x = first(1){}│ 2 +x", " ".repeat(44))));
    assert!(shown("50").contains("-x = first(1)\n+x = second(1)\n"));
}

#[test]
fn git_can_have_two_columns_too() {
    let sandbox = changed(&cell("x = 1", ""), &cell("x = 2", ""));
    sandbox.write(".gitattributes", "*.ipynb diff=nbweave\n");
    let shown = sandbox.git(&["-c", "diff.nbweave.command=nbweave git-diff -y", "diff"]);
    assert!(
        shown.contains("1 -x = 1 ") && shown.contains("│ 1 +x = 2\n"),
        "{shown}"
    );
}

#[test]
fn columns_and_words_in_their_lines_exclude_each_other() {
    let sandbox = changed(&cell("x = 1", ""), &cell("x = 2", ""));
    let shown = diff(&sandbox, &[], &["-y", "--word-diff"]);
    assert!(shown.starts_with("exit: 2\n"), "{shown}");
}

#[test]
fn sources_have_colors_where_there_is_color() {
    let sandbox = changed(&cell("x = 1", ""), &cell("if x", ""));
    let keyword = "\u{1b}[35mif\u{1b}[0m";
    let has_keyword = |args: &[&str]| diff(&sandbox, &[], args).contains(keyword);
    assert!(has_keyword(&["--color=always"]));
    assert!(!has_keyword(&["--color=always", "--syntax=never"]));
    assert!(!has_keyword(&[]));
}

#[test]
fn pictures_are_drawn_where_they_are_wanted_and_never_in_a_pager() {
    let sandbox = changed(&cell("x", &picture(RED)), &cell("x", &picture(BLUE)));
    let shown = |variables: &[(&str, &str)], how: &str| {
        diff(
            &sandbox,
            variables,
            &["--outputs", &format!("--pictures={how}")],
        )
    };
    assert!(shown(&[], "kitty").contains("\u{1b}_Ga=T,f=100,q=2,c=3,m=0;"));
    assert!(shown(&[], "iterm").contains("\u{1b}]1337;File=inline=1;"));
    assert!(shown(&[], "sixel").contains("\u{1b}Pq\"1;1;22;1#5;2;0;0;100#180;2;100;0;0"));
    let red_and_blue =
        "\u{1b}[38;5;196;48;5;231m▀\u{1b}[38;5;231;48;5;231m▀▀\u{1b}[38;5;21;48;5;231m▀";
    assert!(shown(&[], "blocks").contains(red_and_blue));
    let in_kitty = [("TERM", "xterm-kitty")];
    assert!(
        !shown(&in_kitty, "auto").contains('\u{1b}'),
        "stdout is no terminal"
    );
    assert!(!shown(&[("GIT_PAGER_IN_USE", "1")], "kitty").contains('\u{1b}'));
}

#[test]
fn names_are_links_to_files_of_the_worktree() {
    let sandbox = changed(&cell("x = 1", ""), &cell("x = 2", ""));
    let linked = |args: &[&str]| {
        let shown = diff(&sandbox, &[], args);
        let line = shown
            .lines()
            .find(|line| line.starts_with("diff "))
            .unwrap();
        line.contains("work/a.ipynb\u{1b}\\b/a.ipynb\u{1b}]8;;\u{1b}\\")
            && line.contains("\u{1b}]8;;file:///")
    };
    assert!(linked(&["--hyperlinks=always"]));
    assert!(!linked(&[]));
    sandbox.git(&["add", "."]);
    assert!(!linked(&["--cached", "--hyperlinks=always"]));
}
