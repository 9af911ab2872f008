//! Notebooks with conflicts: which ones there are, and what is left in them.

use std::collections::HashSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use nbweave::error::ErrorKind;
use nbweave::git::{self, ObjectId, Repository, UnmergedFile};
use nbweave::json::Document;
use nbweave::merge::{
    Conflict, ConflictStyle, Labels, Leftovers, MergeOptions, Resolution, Versions,
    WrittenConflict, leftovers_in, may_have_conflicts, merge, resolve,
};
use nbweave::notebook::Notebook;

use super::args::MergeRuleArgs;
use super::bytes::{self, Bytes};
use super::input::{self, Input};
use super::merging::configured_style;
use super::pairs::is_notebook;
use super::settings::{CommandLine, OnProblem};

/// A notebook that may have conflicts.
#[derive(Debug)]
pub(crate) struct Conflicted {
    pub(crate) path: PathBuf,
    /// What the index has of it, if git could not merge it.
    pub(crate) unmerged: Option<UnmergedFile>,
    pub(crate) state: State,
    /// Whether somebody settled something in it just now.
    pub(crate) is_decided: bool,
    /// Whether it was said already what is left in it.
    pub(crate) is_told: bool,
}

/// What stands in the file.
#[derive(Debug)]
pub(crate) enum State {
    /// There is no file.
    Missing,
    /// It is no notebook, for this reason. Whether a merge by lines made it
    /// so.
    Broken(nbweave::error::Error, Markers),
    /// A notebook, and what is left in it.
    Notebook(Bytes, Leftovers),
}

/// Whether there are git's conflict markers at the start of lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Markers {
    Found,
    None,
}

/// Returns what settings say of a merge of a notebook.
fn merge_rules(path: &Path) -> Result<MergeRuleArgs> {
    CommandLine::of("git-merge", &[])?.args(Some(path), OnProblem::Say)
}

impl Conflicted {
    /// Looks into a file.
    ///
    /// # Errors
    ///
    /// Fails if it is there and cannot be read.
    pub(crate) fn read(path: PathBuf, unmerged: Option<UnmergedFile>) -> Result<Self> {
        let state = match bytes::read_path(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && unmerged.is_some() => {
                State::Missing
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read '{}'", Input::File(path)));
            }
            Ok(bytes) => State::of(bytes),
        };
        Ok(Self {
            path,
            unmerged,
            state,
            is_decided: false,
            is_told: false,
        })
    }

    /// Returns the name for messages.
    pub(crate) fn name(&self) -> String {
        Input::File(self.path.clone()).to_string()
    }

    /// Returns how many conflicts there are that can be settled.
    pub(crate) fn conflict_count(&self) -> usize {
        match &self.state {
            State::Notebook(_, leftovers) => leftovers.conflicts.len(),
            State::Missing | State::Broken(..) => 0,
        }
    }

    /// Returns whether nothing is left in it and git knows.
    pub(crate) fn is_settled(&self) -> bool {
        let is_empty = match &self.state {
            State::Notebook(_, leftovers) => leftovers.is_empty(),
            State::Broken(_, markers) => *markers == Markers::None,
            State::Missing => false,
        };
        is_empty && self.unmerged.is_none()
    }

    /// Returns whether nothing is left to decide, be it staged or not.
    pub(crate) fn is_finished(&self) -> bool {
        let is_empty = match &self.state {
            State::Notebook(_, leftovers) => leftovers.is_empty(),
            State::Broken(..) | State::Missing => false,
        };
        self.is_settled() || (is_empty && !self.is_one_sided() && !self.is_still_ours())
    }

    /// Returns whether git asks if there is to be a file: not both sides have
    /// one of this name.
    pub(crate) fn is_one_sided(&self) -> bool {
        let unmerged = self.unmerged.as_ref();
        unmerged.is_some_and(|file| file.ours.is_none() || file.theirs.is_none())
    }

    /// Returns the versions in the index, as they would be in the worktree;
    /// `None` if it is merged, or a side deleted it.
    pub(crate) fn versions(&self) -> Result<Option<Versions<Vec<u8>>>> {
        let Some(unmerged) = &self.unmerged else {
            return Ok(None);
        };
        let (Some(ours), Some(theirs)) = (&unmerged.ours, &unmerged.theirs) else {
            return Ok(None);
        };
        let blob = |id: &ObjectId| {
            git::smudged(id, unmerged.path.as_os_str())
                .with_context(|| format!("cannot read the versions of '{}'", self.name()))
        };
        Ok(Some(Versions {
            base: unmerged
                .base
                .as_ref()
                .map(blob)
                .transpose()?
                .unwrap_or_default(),
            ours: blob(ours)?,
            theirs: blob(theirs)?,
        }))
    }

    /// Returns whether the file is what ours has, as where a merge driver did
    /// not run: nobody decided anything.
    pub(crate) fn is_still_ours(&self) -> bool {
        let State::Notebook(bytes, leftovers) = &self.state else {
            return false;
        };
        if self.is_decided {
            return false;
        }
        let versions = self.versions().unwrap_or_default();
        leftovers.is_empty() && versions.is_some_and(|versions| *versions.ours == **bytes)
    }

    /// Returns how a merge anew writes conflicts: as git would.
    pub(crate) fn merge_options(&self) -> MergeOptions {
        let size = MergeOptions::default().marker_size;
        // Settings that make no sense do not keep anybody from a merge.
        let rules = merge_rules(&self.path).ok();
        let has_style = rules.as_ref().is_some_and(MergeRuleArgs::has_style);
        let default = rules.map_or_else(MergeOptions::default, |rules| rules.options());
        MergeOptions {
            style: if has_style {
                default.style
            } else {
                configured_style()
            },
            labels: Labels::default(),
            marker_size: git::marker_size(&self.path).unwrap_or(size),
            ..default
        }
    }

    /// Takes conflicts out of the notebook as it is decided, and returns the
    /// new notebook and the conflicts, counted from zero, that could not be
    /// decided so; `None` if the file is no notebook.
    pub(crate) fn resolved(
        &self,
        choose: impl Fn(usize) -> Option<Resolution>,
    ) -> Option<(Vec<u8>, Vec<usize>)> {
        let State::Notebook(bytes, leftovers) = &self.state else {
            return None;
        };
        let document = Document::read(bytes).ok()?;
        let notebook = Notebook::read(&document).ok()?;
        let resolved = resolve(&notebook, |index| {
            let written = leftovers.conflicts.get(index)?;
            Some(with_base(written, choose(index)?))
        });
        let left = resolved.left.into_iter();
        let left = left.filter(|&index| choose(index).is_some());
        Some((resolved.edits.apply(bytes), left.collect()))
    }

    /// Looks up in the index what the base of conflicts is, where the notebook
    /// does not show it.
    pub(crate) fn find_bases(&mut self) {
        let versions = self.versions();
        let State::Notebook(_, leftovers) = &mut self.state else {
            return;
        };
        let Ok(Some(versions)) = versions else { return };
        if leftovers.conflicts.iter().all(|written| written.shows_base) {
            return;
        }
        let options = MergeOptions {
            style: ConflictStyle::Diff3,
            ..MergeOptions::default()
        };
        let versions = Versions {
            base: &*versions.base,
            ours: &*versions.ours,
            theirs: &*versions.theirs,
        };
        let Ok(anew) = merge(versions, &options) else {
            return;
        };
        for written in leftovers
            .conflicts
            .iter_mut()
            .filter(|written| !written.shows_base)
        {
            let found = &mut written.conflict;
            let is_it = |conflict: &&Conflict| {
                conflict.what == found.what
                    && conflict.ours == found.ours
                    && conflict.theirs == found.theirs
            };
            let mut same = anew.conflicts.iter().filter(is_it);
            if let (Some(conflict), None) = (same.next(), same.next()) {
                found.base = Some(conflict.base.clone().unwrap_or_default());
            }
        }
    }

    /// Writes the file, unless it says that already.
    pub(crate) fn write(&self, contents: &[u8]) -> Result<()> {
        let write = |file: &mut io::BufWriter<&mut std::fs::File>| file.write_all(contents);
        let written = match &self.state {
            State::Notebook(bytes, _) if **bytes == *contents => Ok(()),
            State::Missing => nbweave::fs::create(&self.path, write),
            State::Notebook(..) | State::Broken(..) => nbweave::fs::replace(&self.path, write),
        };
        written.with_context(|| format!("cannot write '{}'", self.name()))
    }

    /// Looks into the file again after it was written.
    pub(crate) fn read_again(self) -> Result<Self> {
        let again = Self::read(self.path, self.unmerged)?;
        Ok(Self {
            is_decided: self.is_decided,
            is_told: self.is_told,
            ..again
        })
    }

    /// Returns it, unless the file is no notebook.
    pub(crate) fn notebook(self) -> Result<Self> {
        let name = self.name();
        match self.state {
            State::Notebook(..) => Ok(self),
            State::Missing => Err(anyhow!("cannot read '{name}': there is no file")),
            State::Broken(error, _) => Err(error).context(format!("cannot read '{name}'")),
        }
    }

    /// Returns an error that says why there are no versions to merge anew.
    pub(crate) fn no_versions(&self) -> anyhow::Error {
        let name = self.name();
        match &self.unmerged {
            None => anyhow!(
                "git's index has one version of '{name}': `git checkout --merge` with the path \
                 brings back a conflict that was staged"
            ),
            Some(_) => anyhow!("a side deleted '{name}': there is nothing to merge"),
        }
    }
}

impl State {
    fn of(bytes: Bytes) -> Self {
        let leftovers = {
            let notebook = Document::read(&bytes);
            let notebook = notebook.and_then(|document| {
                let notebook = Notebook::read(&document)?;
                Ok(leftovers_in(&notebook))
            });
            match notebook {
                Ok(leftovers) => leftovers,
                Err(error) => {
                    let has_markers = matches!(error.kind(), ErrorKind::ConflictMarkers { .. })
                        || bytes.starts_with(b"<<<<<<<")
                        || memchr::memmem::find(&bytes, b"\n<<<<<<<").is_some();
                    let markers = if has_markers {
                        Markers::Found
                    } else {
                        Markers::None
                    };
                    return Self::Broken(error, markers);
                }
            }
        };
        Self::Notebook(bytes, leftovers)
    }
}

/// Returns a decision with what it is about, if that does not stand in the
/// notebook: a base from elsewhere.
pub(crate) fn with_base(written: &WrittenConflict, choice: Resolution) -> Resolution {
    match &written.conflict.base {
        Some(base) if choice == Resolution::Base && !written.shows_base => {
            Resolution::Text(base.clone())
        }
        _ => choice,
    }
}

/// Returns the notebooks below paths that may have conflicts, or those of the
/// whole repository: all that git could not merge, and all with something
/// left.
///
/// A notebook that is named is always among them.
pub(crate) fn conflicted(paths: &[PathBuf]) -> Result<Vec<Result<Conflicted>>> {
    let repository = Repository::find().context("cannot ask git")?;
    let top = repository.as_ref().and_then(|found| found.top.clone());
    let mut unmerged: Vec<(PathBuf, UnmergedFile)> = Vec::new();
    if let (Some(repository), Some(_)) = (&repository, &top) {
        let files = git::unmerged_files().context("cannot ask git")?;
        let named = files.into_iter().filter(|file| is_notebook(&file.path));
        unmerged.extend(named.map(|file| (repository.worktree_path(&file.path), file)));
    }
    let all = match &top {
        Some(top) if !top.as_os_str().is_empty() => top.clone(),
        _ => PathBuf::from("."),
    };
    let whole = [all];
    let roots = if paths.is_empty() { &whole } else { paths };
    let mut found: Vec<Result<Conflicted>> = Vec::new();
    let same_roots: Vec<_> = roots.iter().filter_map(|root| same(root)).collect();
    let mut known = HashSet::new();
    // What is deleted in the worktree is not among the files that are there.
    for (path, file) in unmerged {
        let same_path = same(&path);
        let is_below = same_path
            .as_ref()
            .is_some_and(|path| same_roots.iter().any(|root| path.starts_with(root)));
        if is_below {
            found.push(Conflicted::read(path, Some(file)));
        }
        known.extend(same_path);
    }
    for root in roots {
        let is_dir = root.is_dir();
        for input in input::inputs(std::slice::from_ref(root)) {
            let path = match input {
                Ok(Input::File(path)) => path,
                Ok(Input::Stdin) => continue,
                Err(error) => {
                    found.push(Err(error));
                    continue;
                }
            };
            if !known.is_empty() && same(&path).is_some_and(|path| known.contains(&path)) {
                continue;
            }
            if is_dir && !bytes::read_path(&path).is_ok_and(|bytes| may_have_conflicts(&bytes)) {
                continue;
            }
            found.push(Conflicted::read(path, None));
        }
    }
    found.sort_by(|one, other| {
        let path = |found: &Result<Conflicted>| found.as_ref().ok().map(|found| found.path.clone());
        path(one).cmp(&path(other))
    });
    Ok(found)
}

/// Returns a path in the one way of all in which it can be written.
fn same(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| {
        // It is not there; where it would be is.
        let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = parent.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(dir.join(path.file_name()?))
    })
}
