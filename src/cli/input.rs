//! Which notebooks a command works on, and their bytes.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nbweave::git;

use super::bytes::{self, Bytes};
use super::ui::{self, Usage};

/// Where a notebook comes from.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input, called `-`.
    Stdin,
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A name must not move the cursor of who reads it.
            Self::File(path) => {
                for part in path.to_string_lossy().split_inclusive(char::is_control) {
                    match part.char_indices().next_back() {
                        Some((at, end)) if end.is_control() => {
                            let (part, _) = part.split_at(at);
                            write!(f, "{part}{}", end.escape_default())?;
                        }
                        _ => f.write_str(part)?,
                    }
                }
                Ok(())
            }
            Self::Stdin => write!(f, "<stdin>"),
        }
    }
}

impl Input {
    /// Returns all bytes.
    pub(crate) fn read(&self) -> Result<Bytes> {
        let read = match self {
            Self::File(path) => bytes::read_path(path),
            Self::Stdin => bytes::read_stdin(),
        };
        read.with_context(|| format!("cannot read '{self}'"))
    }
}

/// Returns what paths of the command line name: a file is itself, whatever it
/// is called; a directory is the notebooks in it, as git sees them; `-` is
/// standard input. What cannot be found comes back as an error in its place;
/// what is named twice is there once.
pub(crate) fn inputs(paths: &[PathBuf]) -> Vec<Result<Input>> {
    inputs_by(paths, |dir| {
        let notebooks = files_in(dir, is_notebook)?;
        say_if_none(&notebooks, dir);
        Ok(notebooks)
    })
}

/// [`inputs`], but of a directory only the notebooks that git tracks.
pub(crate) fn tracked_inputs(paths: &[PathBuf]) -> Vec<Result<Input>> {
    inputs_by(paths, |dir| {
        let tracked = git::tracked_files(dir, is_notebook);
        let tracked = tracked.with_context(|| format!("cannot list '{}'", dir.display()))?;
        let is_in_git = tracked.is_some();
        if let Some(files) = tracked.filter(|files| !files.is_empty()) {
            return Ok(listed(files));
        }
        let notebooks = files_in(dir, is_notebook)?;
        if is_in_git && !notebooks.is_empty() {
            let dir = dir.display();
            ui::say(&format!("nbweave: git tracks no notebooks in '{dir}'"));
            ui::say("hint: --untracked takes those that it would add, too");
            return Ok(Vec::new());
        }
        say_if_none(&notebooks, dir);
        Ok(notebooks)
    })
}

fn say_if_none(notebooks: &[Result<Input>], dir: &Path) {
    if notebooks.is_empty() {
        let dir = dir.display();
        ui::say(&format!("nbweave: there are no notebooks in '{dir}'"));
    }
}

fn inputs_by(
    paths: &[PathBuf],
    notebooks_in: impl Fn(&Path) -> Result<Vec<Result<Input>>>,
) -> Vec<Result<Input>> {
    let mut inputs = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            inputs.push(Ok(Input::Stdin));
        } else if path.is_dir() {
            match notebooks_in(path) {
                Ok(notebooks) => inputs.extend(notebooks),
                Err(error) => inputs.push(Err(error)),
            }
        } else {
            inputs.push(Ok(Input::File(path.clone())));
        }
    }
    let mut seen = HashSet::new();
    inputs.retain(|input| match input {
        Ok(Input::File(path)) => seen.insert(without_dot(path).to_owned()),
        Ok(Input::Stdin) | Err(_) => true,
    });
    inputs
}

/// Returns a path as people write it: `git` and globs print what is in `.`
/// with the dot.
fn without_dot(path: &Path) -> &Path {
    path.strip_prefix("./").unwrap_or(path)
}

/// Returns the files below a directory that are `wanted`: what git tracks or
/// would add, and outside of git all but hidden directories, where tools keep
/// copies.
///
/// A directory in it that cannot be listed is an error among the files.
pub(crate) fn files_in(
    dir: &Path,
    wanted: impl Fn(&Path) -> bool + Copy,
) -> Result<Vec<Result<Input>>> {
    let context = |dir: &Path| format!("cannot list '{}'", dir.display());
    let visible = git::visible_files(dir, wanted);
    if let Some(files) = visible.with_context(|| context(dir))? {
        return Ok(listed(files));
    }
    let mut found = Vec::new();
    let mut failed = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        if let Err(error) = list(&dir, wanted, &mut dirs, &mut found) {
            failed.push(Err(error).with_context(|| context(&dir)));
        }
    }
    found.sort();
    Ok(listed(found).into_iter().chain(failed).collect())
}

/// Returns files as inputs, called as people write it.
fn listed(files: Vec<PathBuf>) -> Vec<Result<Input>> {
    let files = files.into_iter();
    files
        .map(|path| Ok(Input::File(without_dot(&path).to_owned())))
        .collect()
}

/// Adds the directories in a directory, and the files that are wanted.
fn list(
    dir: &Path,
    wanted: impl Fn(&Path) -> bool,
    dirs: &mut Vec<PathBuf>,
    found: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name();
        if kind.is_dir() && !name.as_encoded_bytes().starts_with(b".") {
            dirs.push(entry.path());
        } else if kind.is_file() && wanted(Path::new(&name)) {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// Returns whether a file is called like a notebook.
fn is_notebook(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| {
        extension.eq_ignore_ascii_case("ipynb") || extension.eq_ignore_ascii_case("zpln")
    })
}

/// Returns the paths to work on, or standard input if there are none and
/// something is piped in.
///
/// # Errors
///
/// Fails with [`Usage`] if there are none and somebody sits at a terminal.
pub(crate) fn paths_or_stdin(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    match paths {
        [] if io::stdin().is_terminal() => {
            Err(Usage("no notebook is named; `-` is standard input".to_owned()).into())
        }
        [] => Ok(vec![PathBuf::from("-")]),
        paths => Ok(paths.to_vec()),
    }
}
