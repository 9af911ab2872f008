//! Which notebooks `nbweave check` looks into, and what they are called.

use std::env;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result};
use nbweave::git::{self, Blobs, Changes, ObjectId, Place, Repository};

use crate::cli::args::CheckArgs;
use crate::cli::bytes::Bytes;
use crate::cli::input::{self, Input};
use crate::cli::pairs::is_notebook;

/// A notebook to look into.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// A file, or standard input.
    Input(Input),
    /// What is staged of the file at this path, from the current directory.
    Staged(PathBuf, ObjectId),
}

impl Subject {
    /// Returns all bytes.
    pub(super) fn read(&self, blobs: &mut Option<Blobs>) -> Result<Bytes> {
        match self {
            Self::Input(input) => input.read(),
            Self::Staged(_, id) => {
                let blobs = blobs.get_or_insert_with(Blobs::open);
                let bytes = blobs.read(id);
                Ok(bytes
                    .with_context(|| format!("cannot read what is staged of '{}'", self.name()))?
                    .into())
            }
        }
    }

    /// Returns what people call it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Input(input) => input.to_string(),
            Self::Staged(path, _) => Input::File(path.clone()).to_string(),
        }
    }

    /// Returns its path, if it has one.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Input(Input::File(path)) | Self::Staged(path, _) => Some(path),
            Self::Input(Input::Stdin) => None,
        }
    }
}

/// Returns what the arguments name.
pub(super) fn subjects(args: &CheckArgs) -> Result<Vec<Result<Subject>>> {
    if args.staged {
        return staged(&args.paths);
    }
    let inputs = if args.untracked {
        input::inputs(&args.paths)
    } else {
        input::tracked_inputs(&args.paths)
    };
    Ok(inputs
        .into_iter()
        .map(|input| input.map(Subject::Input))
        .collect())
}

/// Returns the notebooks below paths that differ in the index from `HEAD`.
fn staged(paths: &[PathBuf]) -> Result<Vec<Result<Subject>>> {
    let repository = Repository::find().context("cannot ask git")?;
    let pathspec = |path: &PathBuf| {
        let mut pathspec = OsString::from(":(literal)");
        pathspec.push(path);
        pathspec
    };
    let what = Changes {
        options: vec!["--cached".into(), "--no-renames".into()],
        arguments: Vec::new(),
        pathspecs: paths.iter().map(pathspec).collect(),
    };
    let changes = git::changes(&what).context("cannot list what is staged")?;
    let current = env::current_dir().unwrap_or_default();
    let mut subjects = Vec::new();
    for change in changes {
        let path = match &repository {
            Some(repository) => from_here(repository, &change.new.path, &current),
            None => change.new.path,
        };
        let is_named = paths.contains(&path);
        let is_wanted = change.new.mode.is_file() && (is_named || is_notebook(&path));
        if let (true, Place::Blob(id)) = (is_wanted, change.new.place) {
            subjects.push(Ok(Subject::Staged(path, id)));
        }
    }
    Ok(subjects)
}

/// Returns a path from the top of the worktree as people below `current` name
/// it: what is in that directory without the way up and down again.
fn from_here(repository: &Repository, path: &Path, current: &Path) -> PathBuf {
    let top = repository.top.as_deref().unwrap_or(Path::new(""));
    let is_up = top.components().all(|part| part == Component::ParentDir);
    let depth = top.components().count();
    let mut above = current.ancestors();
    let inside = above
        .nth(depth)
        .filter(|_| is_up)
        .and_then(|above| current.strip_prefix(above).ok())
        .and_then(|inside| path.strip_prefix(inside).ok());
    inside.map_or_else(|| repository.worktree_path(path), Path::to_owned)
}

/// Finds what paths are from the top of the repository, for reports that are
/// read there.
#[derive(Debug)]
pub(super) struct Paths {
    /// The top, with all links followed.
    top: Option<PathBuf>,
}

impl Paths {
    /// Asks git for the top of the repository.
    pub(super) fn find() -> Result<Self> {
        let repository = Repository::find().context("cannot ask git")?;
        let top = repository.and_then(|repository| repository.top);
        let top = top.map(|top| {
            if top.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                top
            }
        });
        Ok(Self {
            top: top.and_then(|top| top.canonicalize().ok()),
        })
    }

    /// Returns a path from the top with `/` between its parts; what is not
    /// below it stays as it is.
    pub(super) fn below_top(&self, path: &Path) -> String {
        let below = self.top.as_ref().and_then(|top| {
            let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
            let dir = dir.unwrap_or(Path::new(".")).canonicalize().ok()?;
            let whole = dir.join(path.file_name()?);
            Some(whole.strip_prefix(top).ok()?.to_owned())
        });
        let path = below.as_deref().unwrap_or(path);
        let parts = path.components();
        let parts: Vec<_> = parts
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        parts.join("/").replacen("//", "/", 1)
    }
}
