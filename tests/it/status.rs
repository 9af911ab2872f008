//! `nbweave status`: what is installed, what git runs, what is wrong.

use std::fs;

use serde_json::Value;

use crate::revisions::{notebook, with_outputs};
use crate::sandbox::{NBWEAVE, Sandbox, finish, show};

/// A repository with a committed notebook and everything but the filter.
fn repository() -> Sandbox {
    let sandbox = Sandbox::with_repository();
    sandbox.write("a.ipynb", with_outputs(&[("a = 1\n", "1\n")]));
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "--quiet", "--message=one"]);
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    sandbox
}

fn status(sandbox: &Sandbox) -> Value {
    let output = sandbox.run(&["status", "--format=json"], "");
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems = status["problems"].as_array().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(!problems.is_empty())));
    status
}

fn rules(sandbox: &Sandbox) -> Vec<String> {
    let status = status(sandbox);
    let problems = status["problems"].as_array().unwrap();
    let rules = problems
        .iter()
        .map(|problem| problem["rule"].as_str().unwrap().to_owned());
    rules.collect()
}

/// Runs what mends the only problem, as a person would.
fn mend(sandbox: &Sandbox, rule: &str) {
    let status = status(sandbox);
    let problem = &status["problems"][0];
    assert_eq!(problem["rule"], rule, "{status}");
    let mut command = sandbox.command("sh");
    let said = show(&finish(
        command.args(["-c", problem["mend"].as_str().unwrap()]),
        "",
    ));
    assert!(said.starts_with("exit: 0\n"), "{problem}: {said}");
}

#[test]
fn all_is_well_after_an_installation() {
    let sandbox = repository();
    let said = sandbox.nbweave(&["status"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    for wanted in [
        "local settings in .git/config: diff, textconv, merge, tools\n",
        "attributes in .git/info/attributes:1: *.ipynb diff=nbweave merge=nbweave\n",
        "what git runs for 1 notebook: a.ipynb\n",
        "nbweave git-diff  (local, .git/config)",
        "nothing is wrong",
    ] {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
}

#[test]
fn programs_get_all_of_it() {
    let status = status(&repository());
    assert_eq!(status["nbweave"], 1);
    let group = &status["notebooks"][0];
    assert_eq!(group["paths"][0], "a.ipynb");
    assert_eq!(group["attributes"]["diff"], "nbweave");
    assert_eq!(group["attributes"]["filter"], Value::Null);
    let runs = group["runs"].as_array().unwrap();
    let what: Vec<_> = runs
        .iter()
        .map(|run| run["what"].as_str().unwrap())
        .collect();
    assert_eq!(what, ["diff", "textconv", "merge"]);
    assert_eq!(runs[0]["command"], "nbweave git-diff");
    assert_eq!(runs[0]["scope"], "local");
}

#[test]
fn nothing_installed_is_something_wrong() {
    let sandbox = Sandbox::with_repository();
    mend(&sandbox, "not-installed");
    assert_eq!(rules(&sandbox), Vec::<String>::new());
    // A clone of a repository that somebody else has set up.
    let sandbox = Sandbox::with_repository();
    sandbox.write(".gitattributes", "*.ipynb diff=nbweave\n");
    let said = sandbox.nbweave(&["status"]);
    assert!(said.contains("the attributes name nbweave"), "{said}");
}

#[test]
fn paths_can_be_named() {
    let sandbox = repository();
    sandbox.write("d/b.ipynb", notebook(&["b"]));
    sandbox.write(".gitattributes", "d/* -diff\n");
    let said = sandbox.nbweave(&["status", "d/b.ipynb"]);
    assert!(said.contains("1 notebook: d/b.ipynb"), "{said}");
    sandbox.git(&["add", "."]);
    let said = sandbox.nbweave(&["status"]);
    assert!(said.contains("2 notebooks: a.ipynb, d/b.ipynb"), "{said}");
    let mut command = sandbox.command(NBWEAVE);
    command
        .current_dir(sandbox.path("d"))
        .args(["status", "../a.ipynb"]);
    let said = show(&finish(&mut command, ""));
    assert!(said.contains("1 notebook: ../a.ipynb"), "{said}");
}

#[test]
fn settings_come_from_where_git_says() {
    let sandbox = repository();
    sandbox.write("../home/more", "[merge \"nbweave\"]\n\tdriver = mine\n");
    sandbox.write("../home/.gitconfig", "[include]\n\tpath = more\n");
    sandbox.git(&["config", "--local", "--unset", "merge.nbweave.driver"]);
    let status = status(&sandbox);
    let merge = &status["notebooks"][0]["runs"][2];
    assert_eq!(merge["command"], "mine");
    assert_eq!(merge["scope"], "global");
    assert!(merge["file"].as_str().unwrap().ends_with("more"), "{merge}");
}

#[test]
fn a_program_that_is_gone_is_noticed() {
    let sandbox = repository();
    sandbox.git(&[
        "config",
        "diff.nbweave.command",
        "'/no where/nbweave' git-diff",
    ]);
    let said = sandbox.nbweave(&["status"]);
    assert!(said.contains("`/no where/nbweave` cannot be run"), "{said}");
    mend(&sandbox, "program-missing");
    assert_eq!(rules(&sandbox), Vec::<String>::new());
}

#[test]
fn a_filter_of_another_tool_in_the_way_is_noticed() {
    let sandbox = repository();
    sandbox.write(".gitattributes", "*.ipynb text\n");
    sandbox.write("d/.gitattributes", "*.ipynb filter=other\n");
    sandbox.write("d/b.ipynb", notebook(&["b"]));
    sandbox.git(&["add", "."]);
    let words = ["install", "--global", "--only=filter"];
    assert!(sandbox.nbweave(&words).starts_with("exit: 0\n"));
    let status = status(&sandbox);
    let problem = status["problems"]
        .as_array()
        .unwrap()
        .iter()
        .find(|problem| problem["rule"] == "other-filter");
    let message = problem.unwrap()["message"].as_str().unwrap();
    assert!(
        message.contains("`filter=other`") && message.contains("d/b.ipynb"),
        "{message}"
    );
    // What mends that would put the outputs of these into the repository.
    sandbox.write("d/.gitattributes", "*.ipynb filter=lfs\n");
    assert!(!rules(&sandbox).contains(&"other-filter".to_owned()));
}

#[test]
fn attributes_that_win_over_ours_are_noticed() {
    let sandbox = repository();
    let ours = sandbox.read(".git/info/attributes");
    sandbox.write(".git/info/attributes", ours + "# c\n*.ipynb diff=ipynb\n");
    let status = status(&sandbox);
    let problem = &status["problems"][0];
    assert_eq!(problem["rule"], "attribute-shadowed");
    let mend = problem["mend"].as_str().unwrap();
    assert_eq!(
        mend,
        "remove `diff=ipynb` from line 3 of .git/info/attributes"
    );
    // Another installation mends it, too.
    assert!(sandbox.nbweave(&["install"]).starts_with("exit: 0\n"));
    assert!(!rules(&sandbox).contains(&"attribute-shadowed".to_owned()));
}

#[test]
fn half_a_filter_is_noticed() {
    let sandbox = Sandbox::with_repository();
    for (key, value) in [("clean", "nbweave strip -"), ("required", "true")] {
        sandbox.git(&["config", &format!("filter.nbweave.{key}"), value]);
    }
    sandbox.write(".git/info/attributes", "*.ipynb filter=nbweave\n");
    mend(&sandbox, "filter-incomplete");
    assert_eq!(rules(&sandbox), Vec::<String>::new());
}

#[test]
fn a_filter_that_the_attributes_want_is_missed() {
    let sandbox = repository();
    let attributes = "*.ipynb diff=nbweave merge=nbweave filter=nbweave\n";
    sandbox.write(".git/info/attributes", attributes);
    sandbox.write("a.ipynb", notebook(&["a = 1\n"]));
    sandbox.git(&["add", "a.ipynb"]);
    mend(&sandbox, "filter-missing");
    assert_eq!(rules(&sandbox), Vec::<String>::new());
}

#[test]
fn options_that_the_filter_does_not_take_are_noticed() {
    let sandbox = repository();
    sandbox.write("a.ipynb", notebook(&["a = 1\n"]));
    sandbox.git(&["add", "a.ipynb"]);
    assert!(
        sandbox
            .nbweave(&["install", "--filter"])
            .starts_with("exit: 0\n")
    );
    let process = "nbweave filter-process --format=jupyter";
    sandbox.git(&["config", "filter.nbweave.process", process]);
    mend(&sandbox, "filter-options");
    assert_eq!(rules(&sandbox), Vec::<String>::new());
}

#[test]
fn notebooks_that_were_committed_with_outputs_are_noticed() {
    let sandbox = repository();
    sandbox.write("b.ipynb", notebook(&["b"]));
    sandbox.git(&["add", "b.ipynb"]);
    let said = sandbox.nbweave(&["install", "--filter"]);
    assert!(
        said.contains("1 notebook in the index with something to strip"),
        "{said}"
    );
    let status = status(&sandbox);
    let problem = &status["problems"][0];
    assert_eq!(problem["rule"], "not-renormalized");
    let message = problem["message"].as_str().unwrap();
    assert!(message.contains("1 notebook: a.ipynb"), "{message}");
    // What the options keep is fine.
    let words = ["install", "--filter", "--", "--keep-output", "--keep-count"];
    assert!(sandbox.nbweave(&words).starts_with("exit: 0\n"));
    assert_eq!(rules(&sandbox), Vec::<String>::new());
}

#[test]
fn a_merge_that_does_not_renormalize_is_noticed() {
    let sandbox = repository();
    sandbox.git(&["rm", "--quiet", "--cached", "a.ipynb"]);
    sandbox.git(&["config", "merge.renormalize", "false"]);
    assert!(
        sandbox
            .nbweave(&["install", "--filter"])
            .starts_with("exit: 0\n")
    );
    mend(&sandbox, "renormalize-off");
    assert_eq!(rules(&sandbox), Vec::<String>::new());
}

#[test]
fn what_other_tools_have_left_is_noticed() {
    let sandbox = repository();
    sandbox.git(&["config", "filter.nbstripout.clean", "nbstripout"]);
    sandbox.git(&["config", "diff.ipynb.textconv", "nbstripout -t"]);
    mend(&sandbox, "left-over");
    assert_eq!(rules(&sandbox), Vec::<String>::new());
    sandbox.git(&["config", "--global", "merge.jupyternotebook.driver", "x"]);
    mend(&sandbox, "left-over");
    assert_eq!(rules(&sandbox), Vec::<String>::new());
    let ours = sandbox.read(".git/info/attributes");
    let theirs = "*.ipynb filter=nbstripout\n*.ipynb diff=ipynb\n";
    sandbox.write(".git/info/attributes", theirs.to_owned() + &ours);
    let status = status(&sandbox);
    let mend = status["problems"][0]["mend"].as_str().unwrap();
    assert_eq!(mend, "remove line 1, 2 of .git/info/attributes");
}

#[test]
fn a_filter_of_another_tool_that_is_used_is_not_left_over() {
    let sandbox = repository();
    sandbox.git(&["config", "filter.nbstripout.clean", "cat"]);
    let ours = sandbox.read(".git/info/attributes");
    let theirs = "*.ipynb filter=nbstripout\n*.ipynb diff=ipynb\n";
    sandbox.write(".git/info/attributes", theirs.to_owned() + &ours);
    let status = status(&sandbox);
    let mend = status["problems"][0]["mend"].as_str().unwrap();
    assert_eq!(mend, "remove line 2 of .git/info/attributes");
    assert_eq!(status["problems"].as_array().unwrap().len(), 1, "{status}");
}

#[test]
fn it_works_without_a_repository_and_in_bare_ones() {
    let sandbox = Sandbox::new();
    let said = sandbox.nbweave(&["status"]);
    assert!(said.contains("nbweave install --global"), "{said}");
    assert!(
        sandbox
            .nbweave(&["install", "--global"])
            .starts_with("exit: 0\n")
    );
    let said = sandbox.nbweave(&["status"]);
    assert!(said.starts_with("exit: 0\n"), "{said}");
    sandbox.git(&["init", "--quiet", "--bare", "bare.git"]);
    let mut command = sandbox.command(NBWEAVE);
    command.current_dir(sandbox.path("bare.git")).arg("status");
    let said = show(&finish(&mut command, ""));
    assert!(said.starts_with("exit: 0\n"), "{said}");
}

#[test]
fn hooks_are_listed() {
    let sandbox = repository();
    fs::remove_file(sandbox.path(".git/hooks/pre-commit")).ok();
    assert!(
        sandbox
            .nbweave(&["install", "--hooks"])
            .starts_with("exit: 0\n")
    );
    let said = sandbox.nbweave(&["status"]);
    assert!(said.contains("hook in .git/"), "{said}");
}
