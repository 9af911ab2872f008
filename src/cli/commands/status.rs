//! `nbweave status`: what is installed, what git runs, what is wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nbweave::git::Repository;
use nbweave::git::install::{
    AttributeLine, ConfigFile, Scope, attribute_lines, attributes_path, effective, hooks_dir,
    info_attributes, origin, personal_attributes, same_key, without_call,
};
use nbweave::render::counted;
use serde_json::{Value, json};

use super::install::committed_attributes;
use crate::cli::args::{Part, StatusArgs, StatusFormatArg};
use crate::cli::drivers::{HOOK_COMMAND, installed};
use crate::cli::exit::Exit;
use crate::cli::pairs::is_notebook;
use crate::cli::problems::{Problem, problems};
use crate::cli::survey::{Attributes, Surveyed, config_files, notebooks, shown, some_of};
use crate::cli::ui;

/// All that is known.
#[derive(Debug)]
pub(crate) struct Status {
    /// Whether there is a repository.
    pub(crate) in_repository: bool,
    /// The files with settings that git reads here.
    pub(crate) files: Vec<InstalledFile>,
    /// The files with attributes that git reads here, the strongest first.
    pub(crate) attributes: Vec<AttributesFile>,
    /// The script of a hook that calls us.
    pub(crate) hook: Option<PathBuf>,
    /// The notebooks that were asked for.
    pub(crate) notebooks: Vec<Surveyed>,
    /// What git runs for each set of attributes that they have.
    pub(crate) groups: Vec<Group>,
}

/// A file with settings.
#[derive(Debug)]
pub(crate) struct InstalledFile {
    pub(crate) scope: Scope,
    pub(crate) file: ConfigFile,
    pub(crate) parts: Vec<Part>,
    /// Whether a hook of ours is among the settings.
    pub(crate) has_hook: bool,
}

/// A file with attributes.
#[derive(Debug)]
pub(crate) struct AttributesFile {
    pub(crate) path: PathBuf,
    /// Those of its lines that say what git runs for notebooks.
    pub(crate) lines: Vec<AttributeLine>,
}

/// Notebooks with the same attributes.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) attributes: Attributes,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) runs: Vec<Run>,
}

/// What git runs for an attribute.
#[derive(Debug)]
pub(crate) struct Run {
    /// `diff`, `textconv`, `merge` or `filter`.
    pub(crate) what: &'static str,
    /// The setting that is asked: `diff.nbweave.command`.
    pub(crate) key: String,
    /// The command; none if git does it by itself.
    pub(crate) command: Option<String>,
    /// The scope and the file that it comes from.
    pub(crate) origin: Option<(String, String)>,
}

pub(crate) fn run(args: &StatusArgs) -> Result<Exit> {
    let status = status(&args.paths)?;
    let problems = problems(&status)?;
    match args.format {
        StatusFormatArg::Text => ui::print(text(&status, &problems).trim_end()),
        StatusFormatArg::Json => ui::print(&as_json(&status, &problems).to_string()),
    }
    Ok(if problems.is_empty() {
        Exit::Clean
    } else {
        Exit::Found
    })
}

fn status(paths: &[PathBuf]) -> Result<Status> {
    let repository = Repository::find().context("cannot use the repository")?;
    let in_repository = repository.is_some();
    let mut files = Vec::new();
    for (scope, file) in config_files(in_repository)? {
        let parts = installed(&file)?;
        let settings = file.settings()?;
        let has_hook = settings
            .iter()
            .any(|setting| same_key(&setting.key, HOOK_COMMAND));
        files.push(InstalledFile {
            scope,
            file,
            parts,
            has_hook,
        });
    }
    let has_worktree = repository
        .as_ref()
        .is_some_and(|repository| repository.top.is_some());
    let notebooks = if has_worktree {
        notebooks(paths)?
    } else {
        Vec::new()
    };
    Ok(Status {
        in_repository,
        files,
        attributes: attribute_files(repository.as_ref())?,
        hook: hook(in_repository)?,
        groups: groups(&notebooks)?,
        notebooks,
    })
}

/// Returns the files with attributes that are read for a notebook at the top.
fn attribute_files(repository: Option<&Repository>) -> Result<Vec<AttributesFile>> {
    let mut paths = Vec::new();
    if let Some(repository) = repository {
        paths.push(info_attributes().context("cannot find the attributes")?);
        paths.extend(committed_attributes(repository));
    }
    let context = "cannot find the attributes";
    paths.push(personal_attributes().context(context)?);
    paths.push(attributes_path(Scope::System).context(context)?);
    let files = paths.into_iter().map(|path| {
        let text = fs::read(&path).unwrap_or_default();
        let mut lines = attribute_lines(&text);
        lines.retain(says_what_runs);
        AttributesFile { path, lines }
    });
    Ok(files.filter(|file| !file.lines.is_empty()).collect())
}

/// Whether a line may say what git runs for a notebook.
fn says_what_runs(line: &AttributeLine) -> bool {
    let pattern = line.pattern.trim_matches('"');
    let is_for_notebooks = is_notebook(Path::new(pattern)) || pattern.ends_with('*');
    let names = ["diff", "merge", "filter", "binary"];
    is_for_notebooks && names.iter().any(|name| line.names(name))
}

fn hook(in_repository: bool) -> Result<Option<PathBuf>> {
    if !in_repository {
        return Ok(None);
    }
    let path = hooks_dir()
        .context("cannot find the hooks")?
        .join("pre-commit");
    let script = fs::read(&path).unwrap_or_default();
    let is_ours = without_call(&script).as_ref() != Some(&script);
    Ok((is_ours && !script.is_empty()).then_some(path))
}

/// Returns the notebooks by their attributes, with what git runs for them.
fn groups(notebooks: &[Surveyed]) -> Result<Vec<Group>> {
    let mut by_attributes: BTreeMap<&Attributes, Vec<PathBuf>> = BTreeMap::new();
    for notebook in notebooks {
        let paths = by_attributes.entry(&notebook.attributes).or_default();
        paths.push(notebook.path.clone());
    }
    let groups = by_attributes.into_iter().map(|(attributes, paths)| {
        Ok(Group {
            attributes: attributes.clone(),
            paths,
            runs: runs(attributes)?,
        })
    });
    groups.collect()
}

fn runs(attributes: &Attributes) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for (what, attribute, keys) in [
        ("diff", &attributes.diff, &["diff.%.command"][..]),
        ("textconv", &attributes.diff, &["diff.%.textconv"]),
        ("merge", &attributes.merge, &["merge.%.driver"]),
        (
            "filter",
            &attributes.filter,
            &["filter.%.process", "filter.%.clean"],
        ),
    ] {
        let Some(name) = attribute.as_deref().filter(|&name| is_name(name)) else {
            continue;
        };
        let mut run = None;
        for key in keys {
            let key = key.replace('%', name);
            let context = || format!("cannot read `{key}`");
            let command = effective(&key).with_context(context)?;
            let command = command.filter(|command| !command.is_empty());
            let is_set = command.is_some();
            let origin = if is_set {
                origin(&key).with_context(context)?
            } else {
                None
            };
            run = Some(Run {
                what,
                key,
                command,
                origin,
            });
            if is_set {
                break;
            }
        }
        runs.extend(run);
    }
    Ok(runs)
}

/// Whether the value of an attribute is a name, and not a word for «yes» or
/// «no».
fn is_name(value: &str) -> bool {
    !matches!(value, "set" | "unset")
}

fn text(status: &Status, problems: &[Problem]) -> String {
    let mut text = String::new();
    for file in &status.files {
        let mut names: Vec<_> = file.parts.iter().map(|part| part.name()).collect();
        if file.has_hook {
            names.push("hook");
        }
        if !names.is_empty() {
            let (scope, path) = (file.scope.name(), shown(&file.file.path));
            writeln!(text, "{scope} settings in {path}: {}", names.join(", ")).ok();
        }
    }
    for file in &status.attributes {
        for line in &file.lines {
            let (path, number) = (shown(&file.path), line.number);
            let words = line.attributes.join(" ");
            writeln!(
                text,
                "attributes in {path}:{number}: {} {words}",
                line.pattern
            )
            .ok();
        }
    }
    if let Some(hook) = &status.hook {
        writeln!(text, "hook in {}: pre-commit", shown(hook)).ok();
    }
    for group in &status.groups {
        let paths: Vec<_> = group.paths.iter().map(PathBuf::as_path).collect();
        let count = counted(paths.len(), "notebook");
        writeln!(text, "\nwhat git runs for {count}: {}", some_of(&paths)).ok();
        for run in &group.runs {
            write_run(run, &mut text);
        }
        if group.runs.is_empty() {
            writeln!(text, "  nothing but itself").ok();
        }
    }
    for problem in problems {
        writeln!(text, "\nwrong: {}", problem.message).ok();
        writeln!(text, "  mend: {}", problem.mend).ok();
    }
    if problems.is_empty() {
        writeln!(text, "\nnothing is wrong").ok();
    }
    text
}

fn write_run(run: &Run, text: &mut String) {
    let what = run.what;
    match (&run.command, &run.origin) {
        (Some(command), Some((scope, file))) => {
            let file = shown(Path::new(file));
            writeln!(text, "  {what:<8}  {command}  ({scope}, {file})").ok();
        }
        (Some(command), None) => {
            writeln!(text, "  {what:<8}  {command}").ok();
        }
        (None, _) => {
            writeln!(text, "  {what:<8}  git itself ({} is not set)", run.key).ok();
        }
    }
}

fn as_json(status: &Status, problems: &[Problem]) -> Value {
    let settings = status.files.iter().map(|file| {
        let parts: Vec<_> = file.parts.iter().map(|part| part.name()).collect();
        json!({
            "scope": file.scope.name(),
            "file": file.file.path.to_string_lossy(),
            "parts": parts,
            "hook": file.has_hook,
        })
    });
    let lines = status.attributes.iter().flat_map(|file| {
        file.lines.iter().map(|line| {
            json!({
                "file": file.path.to_string_lossy(),
                "line": line.number,
                "pattern": line.pattern,
                "attributes": line.attributes,
            })
        })
    });
    let groups = status.groups.iter().map(|group| {
        let paths: Vec<_> = group
            .paths
            .iter()
            .map(|path| path.to_string_lossy())
            .collect();
        let attributes = group.attributes.named();
        let attributes: serde_json::Map<_, _> = attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let runs = group.runs.iter().map(|run| {
            let origin = run.origin.as_ref();
            json!({
                "what": run.what,
                "key": run.key,
                "command": run.command,
                "scope": origin.map(|(scope, _)| scope),
                "file": origin.map(|(_, file)| file),
            })
        });
        json!({
            "paths": paths,
            "attributes": attributes,
            "runs": runs.collect::<Vec<_>>(),
        })
    });
    let problems = problems.iter().map(|problem| {
        json!({
            "rule": problem.rule,
            "message": problem.message,
            "mend": problem.mend,
        })
    });
    json!({
        "nbweave": 1,
        "settings": settings.collect::<Vec<_>>(),
        "attributes": lines.collect::<Vec<_>>(),
        "hook": status.hook.as_ref().map(|path| path.to_string_lossy()),
        "notebooks": groups.collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}
