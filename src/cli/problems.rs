//! What is wrong with how git is told about notebooks, and what mends it.

use std::path::Path;

use anyhow::{Context as _, Result};
use nbweave::git::install::{AttributeLine, effective, same_key};
use nbweave::render::counted;

use super::args::Part;
use super::commands::status::Status;
use super::drivers::{NAME, OWN_LINES, RENORMALIZE, check_filter_options, keys, options_in};
use super::settings::{CommandLine, FilterRules, OnProblem};
use super::shell::{is_command, words};
use super::survey::{Surveyed, not_stripped, shown, some_of};

/// Something that is wrong.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Its name, for programs.
    pub(crate) rule: &'static str,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do: a command, mostly.
    pub(crate) mend: String,
}

impl Problem {
    fn new(rule: &'static str, message: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            mend: mend.into(),
        }
    }
}

/// Sections that other tools for notebooks leave in the settings, with the
/// tool.
const OTHERS: &[(&str, &str)] = &[
    ("filter.nbstripout", "nbstripout"),
    ("diff.ipynb", "nbstripout"),
    ("filter.nbwipers", "nbwipers"),
    ("diff.nbwipers", "nbwipers"),
    ("filter.nb-clean", "nb-clean"),
    ("diff.jupyternotebook", "nbdime"),
    ("merge.jupyternotebook", "nbdime"),
    ("difftool.nbdime", "nbdime"),
    ("mergetool.nbdime", "nbdime"),
];

/// Returns what is wrong, the worst first.
pub(crate) fn problems(status: &Status) -> Result<Vec<Problem>> {
    let mut found = Vec::new();
    let parts: Vec<_> = status
        .files
        .iter()
        .flat_map(|file| &file.parts)
        .copied()
        .collect();
    if parts.is_empty() {
        found.push(not_installed(status));
    }
    missing_program(status, &mut found)?;
    half_a_filter(&mut found)?;
    settings(&mut found);
    if !parts.is_empty() && !parts.contains(&Part::Filter) {
        no_filter(status, &mut found);
    }
    let has_attributes = |part: &Part| *part != Part::Tools;
    if parts.iter().any(has_attributes) {
        attributes(status, &parts, &mut found);
    }
    if parts.contains(&Part::Filter) {
        staged(status, &mut found)?;
        let renormalizes = effective(RENORMALIZE).context("cannot read the settings")?;
        if renormalizes.is_some_and(|value| ["false", "no", "off", "0"].contains(&value.as_str())) {
            found.push(Problem::new(
                "renormalize-off",
                "`merge.renormalize` is off, so merges with branches from before the filter \
                 conflict in outputs",
                format!("git config {RENORMALIZE} true"),
            ));
        }
    }
    if !parts.is_empty() {
        left_overs(status, &mut found)?;
    }
    Ok(found)
}

/// Looks for settings files of the current directory that make no sense: git
/// goes on without what is wrong in them.
fn settings(found: &mut Vec<Problem>) {
    let line = CommandLine::of("config", &[]);
    let settings = line.map(|line| line.found(None, OnProblem::Fail));
    if let Ok(Err(why)) = settings {
        found.push(Problem::new("settings", why.to_string(), "nbweave config"));
    }
}

fn not_installed(status: &Status) -> Problem {
    let own = format!("={NAME}");
    let is_ours = |word: &String| word.ends_with(&own);
    let lines = status.attributes.iter().flat_map(|file| &file.lines);
    let has_lines = lines.flat_map(|line| &line.attributes).any(is_ours);
    let message = if has_lines {
        "the attributes name nbweave, but no settings say what that is"
    } else {
        "nbweave is not installed"
    };
    let mend = if status.in_repository {
        "nbweave install"
    } else {
        "nbweave install --global"
    };
    Problem::new("not-installed", message, mend)
}

/// Looks for commands of ours that cannot be run.
fn missing_program(status: &Status, found: &mut Vec<Problem>) -> Result<()> {
    let mut missing: Vec<(String, Vec<&str>)> = Vec::new();
    let installed = status.files.iter().flat_map(|file| &file.parts);
    for key in installed.flat_map(|part| keys(*part)) {
        let command = effective(key).context("cannot read the settings")?;
        let Some(program) = command.as_deref().and_then(program_in) else {
            continue;
        };
        if is_command(&program) {
            continue;
        }
        match missing.iter_mut().find(|(other, _)| *other == program) {
            Some((_, keys)) if keys.contains(key) => {}
            Some((_, keys)) => keys.push(key),
            None => missing.push((program, vec![key])),
        }
    }
    for (program, keys) in missing {
        found.push(Problem::new(
            "program-missing",
            format!(
                "`{program}` cannot be run, which git is to do by {}",
                keys.join(", ")
            ),
            "nbweave install --absolute-path",
        ));
    }
    Ok(())
}

/// Returns the program of a command that is one of ours.
fn program_in(command: &str) -> Option<String> {
    let words = words(command)?;
    let behind = words.iter().position(|word| word == "-v").map(|at| at + 1);
    let program = words.get(behind.unwrap_or(0))?;
    let name = program.rsplit('/').next()?;
    let is_ours = name.trim_end_matches(".exe") == NAME;
    is_ours.then(|| program.clone())
}

/// Looks for a filter that git must not do without and that does only half.
fn half_a_filter(found: &mut Vec<Problem>) -> Result<()> {
    let set = |key: &str| {
        let value =
            effective(&format!("filter.{NAME}.{key}")).context("cannot read the settings")?;
        Ok::<_, anyhow::Error>(value.filter(|value| !value.is_empty()))
    };
    let is_required = set("required")?
        .is_some_and(|value| ["true", "yes", "on", "1"].contains(&value.to_lowercase().as_str()));
    if !is_required || set("process")?.is_some() {
        return Ok(());
    }
    let missing = match (set("clean")?, set("smudge")?) {
        (Some(_), Some(_)) => return Ok(()),
        (None, _) => "clean",
        (Some(_), None) => "smudge",
    };
    found.push(Problem::new(
        "filter-incomplete",
        format!("git must not do without the filter, but `filter.{NAME}.{missing}` is not set"),
        "nbweave install --filter",
    ));
    Ok(())
}

/// Looks for notebooks that are to be filtered, which git does not know how to.
fn no_filter(status: &Status, found: &mut Vec<Problem>) {
    let is_filtered = |notebook: &&Surveyed| value_of(notebook, "filter") == Some(NAME);
    let notebooks = status.notebooks.iter().filter(is_filtered);
    let paths: Vec<_> = notebooks.map(|notebook| notebook.path.as_path()).collect();
    if !paths.is_empty() {
        found.push(Problem::new(
            "filter-missing",
            format!(
                "attributes want a filter that is not installed, so outputs get into commits of \
                 {}: {}",
                counted(paths.len(), "notebook"),
                some_of(&paths)
            ),
            "nbweave install --filter",
        ));
    }
}

/// Looks for notebooks with other attributes than those that are installed.
fn attributes(status: &Status, parts: &[Part], found: &mut Vec<Problem>) {
    let has = |part| parts.contains(&part);
    let wanted = [
        ("diff", has(Part::Diff) || has(Part::Textconv)),
        ("merge", has(Part::Merge)),
        ("filter", has(Part::Filter)),
    ];
    for (name, _) in wanted.into_iter().filter(|(_, is_wanted)| *is_wanted) {
        let mut by_value: Vec<(Option<&str>, Vec<&Path>)> = Vec::new();
        for notebook in &status.notebooks {
            let value = value_of(notebook, name);
            // Somebody has said so for these, or keeps them elsewhere, outputs
            // and all.
            if matches!(value, Some(NAME | "unset")) || (name, value) == ("filter", Some("lfs")) {
                continue;
            }
            match by_value.iter_mut().find(|(other, _)| *other == value) {
                Some((_, paths)) => paths.push(&notebook.path),
                None => by_value.push((value, vec![&notebook.path])),
            }
        }
        for (value, paths) in by_value {
            found.push(other_attribute(status, name, value, &paths));
        }
    }
}

fn value_of<'a>(notebook: &'a Surveyed, name: &str) -> Option<&'a str> {
    let named = notebook.attributes.named();
    let found = named.into_iter().find(|(other, _)| *other == name);
    found.and_then(|(_, value)| value)
}

fn other_attribute(status: &Status, name: &str, value: Option<&str>, paths: &[&Path]) -> Problem {
    let which = format!("{}: {}", counted(paths.len(), "notebook"), some_of(paths));
    let Some(value) = value else {
        return Problem::new(
            "attribute-missing",
            format!("no `{name}` attribute for {which}"),
            "nbweave install",
        );
    };
    let word = format!("{name}={value}");
    let place = status.attributes.iter().find_map(|file| {
        let line = file
            .lines
            .iter()
            .rev()
            .find(|line| line.attributes.contains(&word))?;
        Some(format!("line {} of {}", line.number, shown(&file.path)))
    });
    let mend = match place {
        Some(place) => format!("remove `{word}` from {place}"),
        None => format!("remove `{word}` from the .gitattributes where it stands"),
    };
    let rule = if name == "filter" {
        "other-filter"
    } else {
        "attribute-shadowed"
    };
    Problem::new(rule, format!("`{word}` for {which}"), mend)
}

/// Looks for notebooks that were committed before there was a filter.
fn staged(status: &Status, found: &mut Vec<Problem>) -> Result<()> {
    let mut command = None;
    for key in ["filter.nbweave.process", "filter.nbweave.clean"] {
        let value = effective(key).context("cannot read the settings")?;
        command = command.or(value.filter(|value| !value.is_empty()));
    }
    let Some(options) = command.as_deref().and_then(options_in) else {
        return Ok(());
    };
    let is_ours = command.is_some_and(|command| command.contains("filter-process"));
    let checked = if is_ours {
        check_filter_options(&options)
    } else {
        Ok(())
    };
    let rules = match checked.and_then(|()| FilterRules::new(&options)) {
        Ok(rules) => rules,
        Err(why) => {
            found.push(Problem::new(
                "filter-options",
                format!("the filter does not take its options: {why}"),
                "nbweave install --filter",
            ));
            return Ok(());
        }
    };
    let paths = not_stripped(&status.notebooks, &rules)?;
    if !paths.is_empty() {
        found.push(Problem::new(
            "not-renormalized",
            format!(
                "something to strip in the index in {}: {}",
                counted(paths.len(), "notebook"),
                some_of(&paths)
            ),
            "git add --renormalize . && git commit --message='Strip notebooks'",
        ));
    }
    Ok(())
}

/// Looks for what other tools have left.
fn left_overs(status: &Status, found: &mut Vec<Problem>) -> Result<()> {
    for file in &status.files {
        let settings = file.file.settings()?;
        let mut tools: Vec<(&str, Vec<&str>)> = Vec::new();
        for (section, tool) in OTHERS {
            let is_in = |key: &str| {
                let (parent, _) = key.rsplit_once('.').unwrap_or((key, ""));
                same_key(&format!("{parent}.x"), &format!("{section}.x"))
            };
            if !settings.iter().any(|setting| is_in(&setting.key)) || is_used(status, section) {
                continue;
            }
            match tools.iter_mut().find(|(other, _)| other == tool) {
                Some((_, sections)) => sections.push(section),
                None => tools.push((tool, vec![section])),
            }
        }
        for (tool, sections) in tools {
            let scope = file.scope.name();
            let removals = sections
                .iter()
                .map(|section| format!("git config --{scope} --remove-section {section}"));
            found.push(Problem::new(
                "left-over",
                format!("settings of {tool} are left in {}", shown(&file.file.path)),
                removals.collect::<Vec<_>>().join(" && "),
            ));
        }
    }
    for file in &status.attributes {
        let lines: Vec<_> = file
            .lines
            .iter()
            .filter(|line| is_left_over(line, status))
            .collect();
        if lines.is_empty() {
            continue;
        }
        let words = lines.iter().map(|line| {
            let attributes = line.attributes.join(" ");
            format!("`{} {attributes}`", line.pattern)
        });
        let numbers = lines.iter().map(|line| line.number.to_string());
        found.push(Problem::new(
            "left-over",
            format!(
                "attributes of another tool are left: {}",
                words.collect::<Vec<_>>().join(", ")
            ),
            format!(
                "remove line {} of {}",
                numbers.collect::<Vec<_>>().join(", "),
                shown(&file.path)
            ),
        ));
    }
    Ok(())
}

/// Whether git runs for notebooks what a section says: `filter.x`. Without it,
/// outputs might get into commits.
fn is_used(status: &Status, section: &str) -> bool {
    let mut runs = status.groups.iter().flat_map(|group| &group.runs);
    runs.any(|run| {
        let of = run.key.rsplit_once('.').map(|(section, _)| section);
        run.command.is_some() && of == Some(section)
    })
}

/// Whether a line for all notebooks is for drivers of another tool that are not
/// used.
fn is_left_over(line: &AttributeLine, status: &Status) -> bool {
    let is_others = |word: &String| {
        let section = word.replacen('=', ".", 1);
        let is_known = OTHERS.iter().any(|(other, _)| *other == section);
        is_known && !is_used(status, &section)
    };
    OWN_LINES.patterns.contains(&line.pattern.as_str()) && line.attributes.iter().any(is_others)
}

#[cfg(test)]
mod tests {
    use super::program_in;

    #[test]
    fn our_program_is_found_in_commands() {
        let of = |command: &str| program_in(command).unwrap_or_default();
        assert_eq!(of("nbweave git-diff"), "nbweave");
        assert_eq!(of("'/a b/nbweave' git-diff"), "/a b/nbweave");
        assert_eq!(
            of(
                "f() { if command -v /x/nbweave >/dev/null 2>&1; then /x/nbweave textconv; fi; }; f"
            ),
            "/x/nbweave"
        );
        assert_eq!(of("cat"), "");
        assert_eq!(of("true"), "");
    }
}
