//! The files of pairs: in the worktree or as they are staged, and in git.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nbweave::convert::Paired;
use nbweave::git::{
    Blobs, ObjectId, Repository, Staged, blobs_in, commits_of, is_ignored, own_directory,
    removed_files, stage_blobs, staged_files, write_blob,
};

use super::memory::{Kept, Memories};
use crate::cli::input::{Input, files_in};

/// How many commits are looked through for a version in which a notebook and
/// its text said the same.
const COMMITS: usize = 100;

/// The mode of a file that was not in the index before.
const NEW_FILE: &str = "100644";

/// Files by their paths from the top, with slashes.
#[derive(Debug)]
pub(crate) struct Files {
    /// The top, from the current directory.
    top: PathBuf,
    is_repository: bool,
    /// Whether files are read from the index and written to it.
    staged: bool,
    index: Staged,
    /// The files of `HEAD` that the index has no longer, once asked for.
    removed: Option<BTreeSet<PathBuf>>,
    blobs: Option<Blobs>,
    /// Where it is kept what pairs said in the worktree.
    memories: Option<Memories>,
}

impl Files {
    /// Opens the worktree around the current directory, or what is staged of
    /// it; outside of a repository, that directory.
    pub(crate) fn open(staged: bool) -> Result<Self> {
        let repository = Repository::find().context("cannot use the repository")?;
        let top = repository.and_then(|repository| repository.top);
        let is_repository = top.is_some();
        if staged && !is_repository {
            anyhow::bail!("nothing is staged here: this is no worktree of a repository");
        }
        let index = if is_repository {
            staged_files().context("cannot read the index")?
        } else {
            Staged::default()
        };
        let memories = if is_repository {
            Some(Memories::new(
                &own_directory().context("cannot use the repository")?,
            ))
        } else {
            None
        };
        Ok(Self {
            top: top.unwrap_or_default(),
            is_repository,
            staged,
            index,
            removed: None,
            blobs: None,
            memories,
        })
    }

    /// Returns the files that these paths of the command line name, from the
    /// top: themselves, and of directories what may be in a pair.
    pub(crate) fn named(&self, paths: &[PathBuf]) -> Result<Vec<String>> {
        let top = if self.top.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.top
        };
        let top = top.canonicalize().context("cannot find the worktree")?;
        let mut named = Vec::new();
        for path in paths {
            let context = || format!("cannot find '{}'", path.display());
            if path.is_dir() {
                for file in files_in(path, super::may_be_paired)? {
                    if let Input::File(file) = file? {
                        named.push(from_top(&top, &file).with_context(context)?);
                    }
                }
            } else {
                named.push(from_top(&top, path).with_context(context)?);
            }
        }
        Ok(named)
    }

    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    /// Whether there is such a file.
    pub(crate) fn exists(&self, path: &str) -> bool {
        if self.staged {
            self.is_tracked(path)
        } else {
            self.top.join(path).is_file()
        }
    }

    /// Returns what is in a file; `None` if there is none.
    pub(crate) fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        if self.staged {
            return self.read_staged(path);
        }
        self.read_worktree(path)
    }

    /// Returns what is in a file of the worktree.
    pub(crate) fn read_worktree(&self, path: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.top.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read '{path}'")),
        }
    }

    /// Returns what is staged of a file; `None` if it is not, or if it is
    /// empty, which is how a file is listed that is only meant to be added.
    pub(crate) fn read_staged(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        let id = self
            .index
            .files
            .get(Path::new(path))
            .map(|entry| entry.id.clone());
        let bytes = id.map(|id| self.blob(&id)).transpose()?;
        Ok(bytes.filter(|bytes| !bytes.is_empty()))
    }

    fn blob(&mut self, id: &ObjectId) -> Result<Vec<u8>> {
        let blobs = self.blobs.get_or_insert_with(Blobs::open);
        blobs.read(id).context("cannot read from the repository")
    }

    /// Whether what is staged is worked on.
    pub(crate) fn is_staged(&self) -> bool {
        self.staged
    }

    /// Whether there is such a file in the index.
    pub(crate) fn is_tracked(&self, path: &str) -> bool {
        self.index.files.contains_key(Path::new(path))
    }

    /// Whether the index has something else there: a file that is not merged,
    /// a link.
    pub(crate) fn is_no_file(&self, path: &str) -> bool {
        self.index.others.contains(Path::new(path))
    }

    /// Whether a file that is not staged is left out on purpose: it was
    /// removed, or git is told to ignore it.
    pub(crate) fn is_left_out(&mut self, path: &str) -> Result<bool> {
        let removed = match &mut self.removed {
            Some(removed) => removed,
            none => none.insert(removed_files().context("cannot read the index")?),
        };
        if removed.contains(Path::new(path)) {
            return Ok(true);
        }
        is_ignored(&self.top, Path::new(path)).with_context(|| format!("cannot stage '{path}'"))
    }

    /// Returns what a pair said when it was last brought together, and whether
    /// other versions were staged since then.
    pub(crate) fn remembered(&self, paths: Paired<&str>) -> Option<(Vec<u8>, bool)> {
        let kept = self.memories.as_ref()?.read(paths)?;
        let is_old = kept.staged != self.staged_names(paths);
        Some((kept.text, is_old))
    }

    /// Remembers what a pair says that was brought together in the worktree.
    pub(crate) fn remember(&self, paths: Paired<&str>, text: Vec<u8>) {
        if let Some(memories) = &self.memories
            && !self.staged
        {
            let staged = self.staged_names(paths);
            memories.keep(paths, &Kept { staged, text });
        }
    }

    fn staged_names(&self, paths: Paired<&str>) -> String {
        let names = [paths.notebook, paths.text].map(|path| {
            let entry = self.index.files.get(Path::new(path));
            entry.map_or("-", |entry| entry.id.as_str())
        });
        names.join(" ")
    }

    /// Returns the versions that git has of a notebook and its text, the
    /// newest first: what is staged, unless that is what is worked on, and
    /// what was committed. They are read as they are asked for.
    pub(crate) fn versions(
        &mut self,
        notebook: &str,
        text: &str,
    ) -> impl Iterator<Item = Paired<Option<Vec<u8>>>> + use<'_> {
        let paths = [PathBuf::from(notebook), PathBuf::from(text)];
        let staged = (!self.staged && self.is_repository).then(|| {
            let id = |path: &PathBuf| self.index.files.get(path).map(|entry| entry.id.clone());
            paths.each_ref().map(id)
        });
        let is_repository = self.is_repository;
        // What is staged tells in most cases, without asking git.
        let commits = std::iter::once_with({
            let paths = paths.clone();
            move || {
                let paths = paths.each_ref().map(PathBuf::as_path);
                let commits = is_repository.then(|| commits_of(&paths, COMMITS));
                let commits = commits.and_then(Result::ok).unwrap_or_default();
                let names = commits.iter().map(|commit| commit.as_str().to_owned());
                names.collect::<Vec<_>>()
            }
        });
        // The history of two files can be long to walk.
        let head = is_repository.then(|| "HEAD".to_owned());
        let commits = head.into_iter().chain(commits.flatten());
        let committed = commits.map(move |commit| {
            let found = blobs_in(&commit, &paths.each_ref().map(PathBuf::as_path));
            let mut found = found.unwrap_or_default().into_iter();
            [found.next().flatten(), found.next().flatten()]
        });
        // One that cannot be read says nothing.
        let mut read = |id: Option<ObjectId>| id.and_then(|id| self.blob(&id).ok());
        let versions = staged.into_iter().chain(committed);
        versions.map(move |[notebook, text]| Paired {
            notebook: read(notebook),
            text: read(text),
        })
    }

    /// Writes a file: of the worktree, or to the index.
    pub(crate) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<()> {
        let context = || format!("cannot write '{path}'");
        if !self.staged {
            return self.write_worktree(path, bytes);
        }
        let id = write_blob(bytes).with_context(context)?;
        let place = Path::new(path);
        let mode = self
            .index
            .files
            .get(place)
            .map(|entry| entry.mode.to_string());
        let mode = mode.as_deref().unwrap_or(NEW_FILE);
        stage_blobs(&[(mode, &id, place)]).with_context(context)?;
        if let Some(entry) = self.index.files.get_mut(place) {
            entry.id = id;
        }
        Ok(())
    }

    /// Writes a file of the worktree.
    pub(crate) fn write_worktree(&self, path: &str, bytes: &[u8]) -> Result<()> {
        nbweave::fs::write(&self.top.join(path), bytes)
            .with_context(|| format!("cannot write '{path}'"))
    }
}

/// Returns a path from the top, with slashes.
fn from_top(top: &Path, path: &Path) -> Result<String> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or(Path::new(".")).canonicalize()?;
    let name = path.file_name().context("it is no file")?;
    let path = dir.join(name);
    let path = path.strip_prefix(top).ok().context(
        "it is outside of the worktree, or of the current directory where there is none",
    )?;
    let parts: Option<Vec<_>> = path.iter().map(|part| part.to_str()).collect();
    Ok(parts.context("its name is not in UTF-8")?.join("/"))
}
