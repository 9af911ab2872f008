//! `nbweave uninstall`: takes away what `nbweave install` wrote.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nbweave::git::Repository;
use nbweave::git::install::{
    ConfigFile, Last, Scope, attributes_path, config_path, info_attributes, worktree_config_paths,
};

use super::install::{committed_attributes, config_file, remove_lines, scope};
use crate::cli::args::UninstallArgs;
use crate::cli::drivers::{
    HOOK_COMMAND, HOOK_EVENT, PARTS, RECORD_ATTRIBUTES, RECORD_HOOK, RECORD_RENORMALIZE,
    RENORMALIZE, installed, keys,
};
use crate::cli::exit::Exit;
use crate::cli::hook::remove_call;
use crate::cli::survey::shown;
use crate::cli::ui;

pub(crate) fn run(args: &UninstallArgs) -> Result<Exit> {
    let repository = Repository::find().context("cannot use the repository")?;
    let scope = scope(args.scope, repository.as_ref())?;
    let file = config_file(scope)?;
    let mut found = false;
    // What other settings of the repository still need stays.
    if !is_used_elsewhere(scope, &file)? {
        if let Some(path) = attributes_file(scope, &file, repository.as_ref())?
            && remove_lines(&path)?
        {
            found = true;
            ui::print(&format!("attributes removed from {}", shown(&path)));
        }
        if file.value(RECORD_HOOK)?.is_some()
            && let Some(path) = remove_call()?
        {
            found = true;
            ui::print(&format!("hook removed from {}", shown(&path)));
        }
    }
    let mut all: Vec<_> = PARTS
        .into_iter()
        .flat_map(|part| keys(part).to_vec())
        .collect();
    all.extend([HOOK_EVENT, HOOK_COMMAND]);
    if file.value(RECORD_RENORMALIZE)?.is_some() {
        all.push(RENORMALIZE);
    }
    let removed = file
        .remove(&all, Last::Yes)
        .with_context(|| format!("cannot write '{}'", file.path.display()))?;
    if removed {
        let path = shown(&file.path);
        ui::print(&format!("{} settings removed from {path}", scope.name()));
    } else if !found {
        let path = shown(&file.path);
        ui::print(&format!(
            "nothing of nbweave in the {} settings in {path}",
            scope.name()
        ));
    }
    Ok(Exit::Clean)
}

/// Whether the attributes of a repository are needed by settings of another
/// scope.
fn is_used_elsewhere(scope: Scope, file: &ConfigFile) -> Result<bool> {
    if scope < Scope::Local {
        return Ok(false);
    }
    let mut others = worktree_config_paths();
    others.push(config_path(Scope::Local).context("cannot find the local settings")?);
    for path in others {
        let is_same = match (path.canonicalize(), file.path.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => path == file.path,
        };
        if !is_same && !installed(&ConfigFile { path })?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn attributes_file(
    scope: Scope,
    file: &ConfigFile,
    repository: Option<&Repository>,
) -> Result<Option<PathBuf>> {
    let recorded = file.value(RECORD_ATTRIBUTES)?;
    if scope < Scope::Local {
        return match recorded {
            Some(path) if Path::new(&path).is_file() => Ok(Some(path.into())),
            _ => Ok(Some(
                attributes_path(scope).context("cannot find the attributes")?,
            )),
        };
    }
    // What is committed is only ours if we put it there.
    Ok(match recorded.as_deref() {
        Some(".gitattributes") => repository.and_then(committed_attributes),
        _ => Some(info_attributes().context("cannot find the attributes")?),
    })
}
