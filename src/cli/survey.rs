//! The notebooks of a repository, and what git is told about them.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nbweave::git::install::{ConfigFile, Scope, config_path, has_worktree_settings};
use nbweave::git::{self, Blobs, ObjectId};
use nbweave::strip::strip;

use super::drivers::NAME;
use super::pairs::{NOTEBOOKS, is_notebook};
use super::settings::FilterRules;

/// A notebook with the attributes that it has.
#[derive(Clone, Debug)]
pub(crate) struct Surveyed {
    /// From the current directory.
    pub(crate) path: PathBuf,
    pub(crate) attributes: Attributes,
    /// What is staged of it, if that is a notebook without conflict.
    staged: Option<ObjectId>,
}

/// The attributes that choose what git runs.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Attributes {
    pub(crate) diff: Option<String>,
    pub(crate) merge: Option<String>,
    pub(crate) filter: Option<String>,
}

impl Attributes {
    /// Returns them by their names.
    pub(crate) fn named(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("diff", self.diff.as_deref()),
            ("merge", self.merge.as_deref()),
            ("filter", self.filter.as_deref()),
        ]
    }
}

/// Returns the notebooks that git tracks at or below these paths; without any,
/// all. A path that it does not track is taken as it is.
pub(crate) fn notebooks(paths: &[PathBuf]) -> Result<Vec<Surveyed>> {
    let mut pathspecs = Vec::new();
    for path in paths {
        let mut pathspec = OsString::from(":(literal)");
        pathspec.push(path);
        pathspecs.push(pathspec);
    }
    if paths.is_empty() {
        pathspecs.push(NOTEBOOKS.into());
    }
    let entries = git::index_entries(&pathspecs).context("cannot list notebooks")?;
    let mut found: Vec<(PathBuf, Option<ObjectId>)> = Vec::new();
    for entry in entries {
        let is_named = paths.contains(&entry.path);
        if !entry.mode.is_file() || !(is_named || is_notebook(&entry.path)) {
            continue;
        }
        let staged = (entry.stage == 0).then_some(entry.id);
        if found.last().is_none_or(|(path, _)| *path != entry.path) {
            found.push((entry.path, staged));
        }
    }
    for path in paths {
        let is_known = |found: &PathBuf| found == path || found.starts_with(path);
        if !path.is_dir() && !found.iter().any(|(found, _)| is_known(found)) {
            found.push((path.clone(), None));
        }
    }
    let paths: Vec<_> = found.iter().map(|(path, _)| path.clone()).collect();
    let attributes = attributes(&paths)?;
    let surveyed = found.into_iter().zip(attributes);
    let surveyed = surveyed.map(|((path, staged), attributes)| Surveyed {
        path,
        attributes,
        staged,
    });
    Ok(surveyed.collect())
}

/// Returns the attributes of paths from the current directory.
pub(crate) fn attributes(paths: &[PathBuf]) -> Result<Vec<Attributes>> {
    let values = git::attributes(&["diff", "merge", "filter"], paths)
        .context("cannot ask git for attributes")?;
    let attributes = values.into_iter().map(|values| {
        let mut values = values.into_iter();
        Attributes {
            diff: values.next().flatten(),
            merge: values.next().flatten(),
            filter: values.next().flatten(),
        }
    });
    Ok(attributes.collect())
}

/// Returns the notebooks of which something is staged that our filter would
/// have taken away.
pub(crate) fn not_stripped<'a>(
    notebooks: &'a [Surveyed],
    rules: &FilterRules,
) -> Result<Vec<&'a Path>> {
    let mut blobs = None;
    let mut found = Vec::new();
    for notebook in notebooks {
        let Some(id) = &notebook.staged else {
            continue;
        };
        if notebook.attributes.filter.as_deref() != Some(NAME) {
            continue;
        }
        let blobs = blobs.get_or_insert_with(Blobs::open);
        let bytes = blobs
            .read(id)
            .with_context(|| format!("cannot read '{}'", notebook.path.display()))?;
        let Some(options) = rules.of(&notebook.path) else {
            continue;
        };
        if strip(&bytes, &options).is_ok_and(|stripped| !stripped.edits.is_empty()) {
            found.push(notebook.path.as_path());
        }
    }
    Ok(found)
}

/// Returns the files with settings that git reads here, with their scopes.
pub(crate) fn config_files(in_repository: bool) -> Result<Vec<(Scope, ConfigFile)>> {
    let mut files = Vec::new();
    for scope in Scope::ALL {
        let is_there = match scope {
            Scope::System => std::env::var_os("GIT_CONFIG_NOSYSTEM").is_none(),
            Scope::Global => true,
            Scope::Local => in_repository,
            Scope::Worktree => in_repository && has_worktree_settings(),
        };
        if !is_there {
            continue;
        }
        let path = config_path(scope)
            .with_context(|| format!("cannot find the {} settings", scope.name()))?;
        files.push((scope, ConfigFile { path }));
    }
    Ok(files)
}

/// Returns a path as people know it: from the current directory, if it is
/// below.
pub(crate) fn shown(path: &Path) -> String {
    let dir = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&dir).unwrap_or(path);
    path.display().to_string()
}

/// Returns a few of many paths: `a.ipynb, b.ipynb and 3 more`.
pub(crate) fn some_of(paths: &[&Path]) -> String {
    const MOST: usize = 3;
    let names: Vec<_> = paths.iter().take(MOST).map(|path| shown(path)).collect();
    let names = names.join(", ");
    match paths.len().saturating_sub(MOST) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

/// Returns the bytes of a file; `None` if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read
            .map(Some)
            .with_context(|| format!("cannot read '{}'", path.display())),
    }
}

/// Says that a file with settings cannot be written.
pub(crate) fn cannot_write(file: &ConfigFile) -> String {
    format!("cannot write '{}'", file.path.display())
}
