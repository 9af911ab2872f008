//! `nbweave install`: tells git what to run for notebooks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use nbweave::git::Repository;
use nbweave::git::install::{
    ConfigFile, Last, Scope, Setting, attribute_lines, attributes_path, config_path, effective,
    info_attributes, with_lines, without_lines,
};
use nbweave::render::counted;

use crate::cli::args::{InstallArgs, Part, PlaceArg, ScopeArgs, ToolArg};
use crate::cli::drivers::{
    How, NAME, OWN_LINES, PARTS, Program, RECORD_ATTRIBUTES, RECORD_RENORMALIZE, RENORMALIZE,
    check_filter_options, installed, keys, lines,
};
use crate::cli::exit::Exit;
use crate::cli::hook::Hook;
use crate::cli::settings::{CommandLine, FilterRules, OnProblem};
use crate::cli::shell::is_command;
use crate::cli::survey::{Surveyed, cannot_write, not_stripped, notebooks, read, shown, some_of};
use crate::cli::takeover::{Taken, taken_over};
use crate::cli::ui::{self, Usage};

/// Filters that do what ours does: another one is not to be replaced.
const OTHER_STRIPPERS: &[&str] = &[
    NAME,
    "nbstripout",
    "nbstripout-fast",
    "nbwipers",
    "nb-clean",
    "jupyter",
    "strip-notebook-output",
];

pub(crate) fn run(_: &InstallArgs, line: &CommandLine) -> Result<Exit> {
    let args: &InstallArgs = &line.args(None, OnProblem::Fail)?;
    let repository = Repository::find().context("cannot use the repository")?;
    let scope = scope(args.scope, repository.as_ref())?;
    let file = config_file(scope)?;
    let taken = match args.from {
        Some(tool) => taken_over(tool)?,
        None => Taken::default(),
    };
    let committed = repository.as_ref().and_then(committed_attributes);
    let shared = match &committed {
        Some(path) if scope >= Scope::Local => own_parts(path)?,
        _ => Vec::new(),
    };
    let parts = parts(args, &shared)?;
    let how = How {
        program: if args.absolute_path {
            Program::by_path()?
        } else {
            Program::by_name()
        },
        scope,
        filter_options: filter_options(args, &taken)?,
    };
    let place = place(args, scope, committed.as_deref(), &file)?;
    if parts.contains(&Part::Filter) && scope >= Scope::Local {
        no_other_filter(repository.as_ref())?;
    }
    let hook = args.hooks.then(|| Hook::new(&how)).transpose()?;

    let mut changed = write_settings(&how, &parts, &file)?;
    if args.no_filter {
        changed |= remove_filter(&file)?;
    }
    if args.no_textconv {
        let removed = file.remove(keys(Part::Textconv), Last::No);
        changed |= removed.with_context(|| cannot_write(&file))?;
    }
    let all = installed(&file)?;
    let wanted = lines(&parts_to_write(&place, &all, &shared)?);
    if !wanted.is_empty() {
        let record = Setting::new(RECORD_ATTRIBUTES, &place.record);
        changed |= file.set(&[record]).with_context(|| cannot_write(&file))?;
    }
    say_settings(scope, &file, &all, changed);
    let is_shared = all.iter().any(|part| shared.contains(part));
    write_attributes(&place, &wanted, is_shared)?;
    if let Some(hook) = hook {
        hook.write(&how, &file)?;
    }
    if !args.absolute_path && !is_command(NAME) {
        ui::say("nbweave: git will not find `nbweave`, which is on no path that `PATH` names");
        ui::say("hint: --absolute-path names it by its whole path");
    }
    for note in &taken.notes {
        ui::say(&format!("nbweave: {note}"));
    }
    if repository.is_some_and(|repository| repository.top.is_some()) {
        say_what_is_left(&all, &how)?;
    }
    Ok(Exit::Clean)
}

/// Returns whose settings are meant.
pub(super) fn scope(args: ScopeArgs, repository: Option<&Repository>) -> Result<Scope> {
    let scope = match args {
        ScopeArgs { system: true, .. } => Scope::System,
        ScopeArgs { global: true, .. } => Scope::Global,
        ScopeArgs { worktree: true, .. } => Scope::Worktree,
        ScopeArgs { .. } => Scope::Local,
    };
    if repository.is_none() && scope >= Scope::Local {
        let message = "this is no repository; --global is for all of them";
        return Err(Usage(message.to_owned()).into());
    }
    Ok(scope)
}

pub(super) fn config_file(scope: Scope) -> Result<ConfigFile> {
    let path =
        config_path(scope).with_context(|| format!("cannot find the {} settings", scope.name()))?;
    Ok(ConfigFile { path })
}

/// Returns what is to be written where attributes for the parts in `shared` are
/// in the repository.
fn parts(args: &InstallArgs, shared: &[Part]) -> Result<Vec<Part>> {
    // Who committed that attribute wants no outputs from anybody.
    let is_shared = args.only.is_empty() && shared.contains(&Part::Filter) && !has_filter()?;
    let brings_filter = args.filter
        || is_shared
        || matches!(args.from, Some(ToolArg::Nbstripout | ToolArg::Nbwipers))
        || args.only.contains(&Part::Filter);
    let says_how = args.no_restore || !args.filter_options.is_empty();
    if says_how && !brings_filter {
        return Err(Usage("these options are for the filter: add --filter".to_owned()).into());
    }
    let is_wanted = |part: &Part| match part {
        Part::Filter => brings_filter && !args.no_filter,
        Part::Textconv if args.no_textconv => false,
        Part::Textconv if args.textconv => true,
        Part::Diff | Part::Textconv | Part::Merge | Part::Tools => {
            args.only.is_empty() || args.only.contains(part)
        }
    };
    Ok(PARTS.into_iter().filter(is_wanted).collect())
}

/// Whether any settings say what our filter is. They may have options.
fn has_filter() -> Result<bool> {
    for key in keys(Part::Filter) {
        if effective(key)
            .context("cannot read the settings")?
            .is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn filter_options(args: &InstallArgs, taken: &Taken) -> Result<Vec<String>> {
    let mut options = taken.options.clone();
    options.extend(args.filter_options.iter().cloned());
    check_filter_options(&options)?;
    if args.no_restore {
        options.insert(0, "--no-restore".to_owned());
    }
    Ok(options)
}

/// Where attributes go.
#[derive(Clone, Debug)]
struct Place {
    path: PathBuf,
    /// Whether nobody has chosen it, so that those in the repository do.
    is_default: bool,
    /// How it is noted down.
    record: String,
    /// Where they were before.
    previous: Option<PathBuf>,
}

fn place(
    args: &InstallArgs,
    scope: Scope,
    committed: Option<&Path>,
    file: &ConfigFile,
) -> Result<Place> {
    if scope < Scope::Local {
        if args.attributes.is_some() {
            let message = "--attributes is for the attributes of one repository";
            return Err(Usage(message.to_owned()).into());
        }
        let path = attributes_path(scope).context("cannot find the file with attributes")?;
        return Ok(Place {
            record: path.display().to_string(),
            path,
            is_default: false,
            previous: None,
        });
    }
    let recorded = file.value(RECORD_ATTRIBUTES)?;
    let info = info_attributes().context("cannot find the file with attributes")?;
    let path_of = |record: &str| match record {
        "info" => Some(info.clone()),
        _ => committed.map(Path::to_owned),
    };
    let chosen = match (args.attributes, recorded.as_deref()) {
        (Some(PlaceArg::Gitattributes), _) | (None, Some(".gitattributes")) => ".gitattributes",
        (Some(PlaceArg::Info) | None, _) => "info",
    };
    let Some(path) = path_of(chosen) else {
        let message = "a bare repository has no .gitattributes; --attributes=info goes";
        return Err(Usage(message.to_owned()).into());
    };
    if chosen == ".gitattributes" && path.is_symlink() {
        bail!(
            "'{}' is a symbolic link, which git does not follow",
            path.display()
        );
    }
    let is_default = args.attributes.is_none() && chosen == "info";
    let previous = recorded.filter(|recorded| recorded != chosen);
    Ok(Place {
        path,
        is_default,
        record: chosen.to_owned(),
        previous: previous.and_then(|record| path_of(&record)),
    })
}

/// Returns the path of the attributes at the top of the worktree.
pub(super) fn committed_attributes(repository: &Repository) -> Option<PathBuf> {
    let top = repository.top.as_ref()?;
    let dir = if top.as_os_str().is_empty() {
        std::env::current_dir().ok()?
    } else {
        top.canonicalize().ok()?
    };
    Some(dir.join(".gitattributes"))
}

/// Returns the parts that a file has attributes for.
fn own_parts(path: &Path) -> Result<Vec<Part>> {
    let text = read(path)?.unwrap_or_default();
    let all = attribute_lines(&text);
    let has = |name: &str| {
        let own = format!("{name}={NAME}");
        let mut lines = all.iter();
        lines.any(|line| line.pattern == OWN_LINES.patterns[0] && line.attributes.contains(&own))
    };
    let has_part = |part: &Part| match part {
        Part::Diff | Part::Textconv => has("diff"),
        Part::Merge => has("merge"),
        Part::Filter => has("filter"),
        Part::Tools => false,
    };
    Ok(PARTS.into_iter().filter(has_part).collect())
}

/// Returns the parts that attributes are to be written for.
fn parts_to_write(place: &Place, parts: &[Part], shared: &[Part]) -> Result<Vec<Part>> {
    if !place.is_default {
        return Ok(parts.to_vec());
    }
    let there = own_parts(&place.path)?;
    let is_missing = |part: &&Part| there.contains(part) || !shared.contains(part);
    Ok(parts.iter().filter(is_missing).copied().collect())
}

/// Refuses to take notebooks away from a filter that does something else.
fn no_other_filter(repository: Option<&Repository>) -> Result<()> {
    if repository.is_none_or(|repository| repository.top.is_none()) {
        return Ok(());
    }
    let notebooks = notebooks(&[])?;
    let is_other = |notebook: &&Surveyed| {
        let filter = notebook.attributes.filter.as_deref();
        filter.is_some_and(|filter| filter != "unset" && !OTHER_STRIPPERS.contains(&filter))
    };
    let Some(first) = notebooks.iter().find(is_other) else {
        return Ok(());
    };
    let filter = first.attributes.filter.as_deref().unwrap_or_default();
    let path = first.path.display();
    bail!(
        "'{path}' has the filter '{filter}', and a file can have one only; \
         without --filter all other parts can be installed"
    );
}

fn write_settings(how: &How, parts: &[Part], file: &ConfigFile) -> Result<bool> {
    let mut settings: Vec<Setting> = parts.iter().flat_map(|&part| how.settings(part)).collect();
    let is_ours = file.value(RECORD_RENORMALIZE)?.is_some();
    if parts.contains(&Part::Filter) && (is_ours || effective(RENORMALIZE)?.is_none()) {
        settings.push(Setting::new(RENORMALIZE, "true"));
        settings.push(Setting::new(RECORD_RENORMALIZE, "true"));
    }
    file.set(&settings).with_context(|| cannot_write(file))
}

/// Takes the filter away, and what came with it.
fn remove_filter(file: &ConfigFile) -> Result<bool> {
    let mut keys = keys(Part::Filter).to_vec();
    if file.value(RECORD_RENORMALIZE)?.is_some() {
        keys.extend([RENORMALIZE, RECORD_RENORMALIZE]);
    }
    file.remove(&keys, Last::No)
        .with_context(|| cannot_write(file))
}

fn say_settings(scope: Scope, file: &ConfigFile, parts: &[Part], changed: bool) {
    let names: Vec<_> = parts.iter().map(|part| part.name()).collect();
    let already = if changed { "" } else { "already " };
    ui::print(&format!(
        "{} settings {already}in {}: {}",
        scope.name(),
        shown(&file.path),
        names.join(", ")
    ));
}

fn write_attributes(place: &Place, wanted: &[String], is_shared: bool) -> Result<()> {
    if let Some(previous) = &place.previous {
        remove_lines(previous)?;
    }
    if place.is_default && is_shared {
        ui::print("attributes already in .gitattributes");
    }
    let path = &place.path;
    if wanted.is_empty() {
        remove_lines(path)?;
        return Ok(());
    }
    let context = || format!("cannot write '{}'", path.display());
    let old = read(path)?;
    let new = with_lines(old.as_deref(), wanted, &OWN_LINES);
    let already = if old.as_ref() == Some(&new) {
        "already "
    } else {
        nbweave::fs::write(path, &new).with_context(context)?;
        ""
    };
    let wanted = wanted.join(", ");
    ui::print(&format!("attributes {already}in {}: {wanted}", shown(path)));
    Ok(())
}

/// Takes our lines out of a file with attributes; returns whether there were
/// any.
pub(super) fn remove_lines(path: &Path) -> Result<bool> {
    let Some(old) = read(path)? else {
        return Ok(false);
    };
    let new = without_lines(&old, &OWN_LINES);
    if new.as_ref() == Some(&old) {
        return Ok(false);
    }
    let context = || format!("cannot write '{}'", path.display());
    match new {
        Some(new) => nbweave::fs::write(path, &new).with_context(context)?,
        None => fs::remove_file(path).with_context(context)?,
    }
    Ok(true)
}

/// Says where attributes from elsewhere win, and what is to strip.
fn say_what_is_left(parts: &[Part], how: &How) -> Result<()> {
    let notebooks = notebooks(&[])?;
    for (name, part) in [
        ("diff", Part::Diff),
        ("merge", Part::Merge),
        ("filter", Part::Filter),
    ] {
        let is_other = |notebook: &&Surveyed| {
            let named = notebook.attributes.named();
            let value = named.iter().find(|(other, _)| *other == name);
            // Who unsets an attribute means it.
            value.is_some_and(|(_, value)| !matches!(*value, Some(NAME | "unset")))
        };
        let others: Vec<_> = notebooks.iter().filter(is_other).collect();
        if parts.contains(&part) && !others.is_empty() {
            let paths: Vec<_> = others
                .iter()
                .map(|notebook| notebook.path.as_path())
                .collect();
            ui::say(&format!(
                "nbweave: not our `{name}` attribute on {}: {}",
                counted(paths.len(), "notebook"),
                some_of(&paths)
            ));
            ui::say("hint: `nbweave status` says which");
        }
    }
    if parts.contains(&Part::Filter) {
        let options = how.filter_options.iter();
        let options: Vec<_> = options
            .filter(|word| *word != "--no-restore")
            .cloned()
            .collect();
        let found = not_stripped(&notebooks, &*FilterRules::new(&options)?)?;
        if !found.is_empty() {
            ui::say(&format!(
                "nbweave: {} in the index with something to strip: {}",
                counted(found.len(), "notebook"),
                some_of(&found)
            ));
            ui::say("hint: `git add --renormalize .` and a commit strip them");
        }
    }
    Ok(())
}
