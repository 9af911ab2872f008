//! What the store holds, and what goes out of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::files::{UNFINISHED, read_record};
use super::record::{Record, Text};
use super::{Digest, Store};

/// A process prunes the store at its end if nobody has for so long.
const PRUNE_AFTER: Duration = Duration::from_hours(1);

/// A process prunes the store at its end if it wrote so many bytes to it.
const PRUNE_AT: u64 = 256 << 20;

/// Files that are no part of any record stay so long: some process may be
/// about to write that record.
const UNUSED_FOR: Duration = Duration::from_hours(2);

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes.
    pub size: u64,
    /// How long a version is kept that nobody uses.
    pub age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 1_000_000_000,
            age: Duration::from_hours(90 * 24),
        }
    }
}

/// What is kept of a notebook.
#[derive(Clone, Debug)]
pub struct KeptNotebook {
    /// Its path from the top of the worktree, as git writes it.
    pub path: Vec<u8>,
    /// Its versions, the one seen last first.
    pub versions: Vec<KeptVersion>,
}

/// What is kept of a version of a notebook.
#[derive(Clone, Debug)]
pub struct KeptVersion {
    /// The name of the linked worktree it was in; empty for the main one.
    pub worktree: Vec<u8>,
    /// When it was last seen in the worktree.
    pub seen: SystemTime,
    /// How many bytes it is. Texts that several versions share count in each.
    pub size: u64,
    /// The outputs of its cells.
    pub outputs: Vec<KeptOutput>,
    record: Record,
}

/// The outputs of a cell that are kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeptOutput {
    /// The execution count as it was written; empty if there was none.
    pub count: String,
    /// How many bytes they are.
    pub size: u64,
    text: usize,
}

/// What went out of the store.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Removed {
    /// How many versions of notebooks.
    pub versions: usize,
    /// How many bytes.
    pub size: u64,
}

impl Store {
    /// Returns all that is kept, in the order of the paths.
    pub fn notebooks(&self) -> Vec<KeptNotebook> {
        let mut notebooks: BTreeMap<Vec<u8>, Vec<KeptVersion>> = BTreeMap::new();
        for file in self.stored() {
            if let Some(record) = file.record {
                let versions = notebooks.entry(record.path.clone()).or_default();
                versions.push(version_of(record, file.seen));
            }
        }
        let notebooks = notebooks.into_iter();
        notebooks
            .map(|(path, versions)| KeptNotebook::new(path, versions))
            .collect()
    }

    /// Returns what is kept of the notebook at a path from the top of the
    /// worktree; `None` if that is nothing.
    pub fn notebook(&self, path: &[u8]) -> Option<KeptNotebook> {
        let files = self.record_files(path).into_iter();
        let versions: Vec<_> = files
            .filter_map(|file| Some(version_of(read_record(&file.path)?, file.seen)))
            .collect();
        (!versions.is_empty()).then(|| KeptNotebook::new(path.to_owned(), versions))
    }

    /// Returns the outputs of a cell as they stood in the notebook: an array.
    pub fn outputs(&self, version: &KeptVersion, outputs: &KeptOutput) -> Option<String> {
        self.text(version.record.texts.get(outputs.text)?)
    }

    /// Forgets the notebooks for which `is_meant` says so of their path, and
    /// what they showed, at once.
    ///
    /// # Errors
    ///
    /// Fails if something cannot be removed.
    pub fn forget(&self, mut is_meant: impl FnMut(&[u8]) -> bool) -> io::Result<Removed> {
        let mut removed = Removed::default();
        let mut used = HashSet::new();
        for file in self.stored() {
            match file.record {
                Some(record) if !is_meant(&record.path) => {
                    used.extend(record.texts_elsewhere().map(|(digest, _)| digest));
                }
                // What is damaged names nobody, and is good for nothing.
                Some(_) | None => removed.add_version(remove(&file.path)?),
            }
        }
        removed.size += self.sweep(&used, Duration::ZERO, SystemTime::now())?;
        Ok(removed)
    }

    /// Removes what is beyond the limits, what was used last stays.
    ///
    /// # Errors
    ///
    /// Fails if something cannot be removed.
    pub fn prune(&self, limits: Limits) -> io::Result<Removed> {
        let now = SystemTime::now();
        let mut files = self.stored();
        files.sort_by_key(|file| Reverse(file.seen));
        let mut removed = Removed::default();
        let mut used = HashSet::new();
        let mut total = 0_u64;
        for file in files {
            let is_young = is_younger(file.seen, limits.age, now);
            let stays = file.record.filter(|_| is_young).is_some_and(|record| {
                let texts: Vec<_> = record
                    .texts_elsewhere()
                    .filter(|(digest, _)| !used.contains(digest))
                    .collect();
                let sizes = texts.iter().map(|(_, size)| *size);
                total = sizes.fold(total.saturating_add(file.size), u64::saturating_add);
                let fits = total <= limits.size;
                if fits {
                    used.extend(texts.into_iter().map(|(digest, _)| digest));
                }
                fits
            });
            if !stays {
                removed.add_version(remove(&file.path)?);
            }
        }
        removed.size += self.sweep(&used, UNUSED_FOR, now)?;
        Ok(removed)
    }

    /// Prunes the store at the end of a process that wrote to it, if it is
    /// time.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::prune`] does.
    pub fn prune_if_due(&mut self, limits: Limits) -> io::Result<()> {
        if self.n_written == 0 {
            return Ok(());
        }
        let stamp = self.dir.join("pruned");
        let now = SystemTime::now();
        let last = modified(&stamp);
        // What was just begun is within its limits.
        let is_due = last.is_some_and(|last| !is_younger(last, PRUNE_AFTER, now))
            || self.n_written >= PRUNE_AT;
        if is_due || last.is_none() {
            // First, so that others need not.
            self.write(&stamp, b"")?;
        }
        if is_due {
            self.prune(limits)?;
        }
        Ok(())
    }

    /// Returns the files of all records, with what is in them.
    fn stored(&self) -> Vec<StoredFile> {
        let files = files_in_dirs(&self.records_dir()).into_iter();
        files
            .filter(|path| !is_unfinished(path))
            .map(|path| {
                let metadata = fs::metadata(&path);
                let size = metadata.as_ref().map_or(0, Metadata::len);
                let seen = metadata.and_then(|metadata| metadata.modified());
                StoredFile {
                    record: read_record(&path),
                    seen: seen.unwrap_or(SystemTime::UNIX_EPOCH),
                    size,
                    path,
                }
            })
            .collect()
    }

    /// Removes texts that are not used, and what processes left behind that
    /// were killed, if both are older than `age`; returns how many bytes that
    /// was.
    fn sweep(&self, used: &HashSet<Digest>, age: Duration, now: SystemTime) -> io::Result<u64> {
        let digest_of = |path: &Path| {
            let start = path.parent()?.file_name()?.to_str()?;
            Digest::from_hex(&format!("{start}{}", path.file_name()?.to_str()?))
        };
        let is_used = |path: &Path| digest_of(path).is_some_and(|digest| used.contains(&digest));
        let unfinished = files_in_dirs(&self.records_dir()).into_iter();
        let unfinished = unfinished.filter(|path| is_unfinished(path));
        let texts = files_in_dirs(&self.texts_dir()).into_iter();
        let mut size = 0;
        for path in texts.filter(|path| !is_used(path)).chain(unfinished) {
            let is_new = modified(&path).is_some_and(|modified| is_younger(modified, age, now));
            if !is_new {
                size += remove(&path)?;
            }
        }
        Ok(size)
    }
}

/// The file of a record.
struct StoredFile {
    path: PathBuf,
    seen: SystemTime,
    size: u64,
    /// `None` if it is damaged.
    record: Option<Record>,
}

impl KeptNotebook {
    fn new(path: Vec<u8>, mut versions: Vec<KeptVersion>) -> Self {
        versions.sort_by_key(|version| Reverse(version.seen));
        Self { path, versions }
    }
}

impl Removed {
    fn add_version(&mut self, size: u64) {
        self.versions += 1;
        self.size += size;
    }
}

fn version_of(record: Record, seen: SystemTime) -> KeptVersion {
    let outputs = record.cells.iter().filter_map(|cell| {
        let text = cell.outputs?;
        Some(KeptOutput {
            count: String::from_utf8_lossy(&cell.count).into_owned(),
            size: record.texts.get(text)?.size(),
            text,
        })
    });
    KeptVersion {
        worktree: record.worktree.clone(),
        seen,
        size: record.texts.iter().map(Text::size).sum(),
        outputs: outputs.collect(),
        record,
    }
}

/// Returns the files in the directories in a directory, in order.
fn files_in_dirs(dir: &Path) -> Vec<PathBuf> {
    let entries = |dir: &Path| {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    entries(dir).iter().flat_map(|dir| entries(dir)).collect()
}

fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.starts_with(UNFINISHED.as_bytes())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// Returns whether something happened less than `age` ago. What happens in the
/// future by somebody's clock does.
fn is_younger(then: SystemTime, age: Duration, now: SystemTime) -> bool {
    now.duration_since(then).map_or(true, |passed| passed < age)
}

/// Removes a file, if no other process has; returns its size.
fn remove(path: &Path) -> io::Result<u64> {
    let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(size),
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write their own files")]
mod tests {
    use super::*;
    use crate::store::clean;
    use crate::strip::StripOptions;

    fn keep(store: &mut Store, path: &str, source: &str, text: &str) {
        let file = format!(
            r#"{{"cells": [{{"cell_type": "code", "id": "a", "execution_count": 1, "source": "{source}", "outputs": [{{"text": "{text}"}}]}}], "nbformat": 4}}"#
        );
        let options = StripOptions::default();
        let cleaned = clean(file.as_bytes(), path.as_bytes(), &options, Some(store)).unwrap();
        cleaned.kept.unwrap();
    }

    fn n_texts(store: &Store) -> usize {
        files_in_dirs(&store.texts_dir()).len()
    }

    fn make_old(path: &Path, hours: u64) {
        let then = SystemTime::now() - Duration::from_secs(hours * 60 * 60);
        let file = fs::File::options().append(true).open(path).unwrap();
        file.set_modified(then).unwrap();
    }

    #[test]
    fn equal_outputs_are_kept_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::new(dir.path(), None);
        let long = "x".repeat(10_000);
        keep(&mut store, "a", "1", &long);
        keep(&mut store, "a", "2", &long);
        keep(&mut store, "b", "1", &long);
        assert_eq!(n_texts(&store), 1);
        assert_eq!(store.notebook(b"a").unwrap().versions.len(), 2);
        assert_eq!(store.notebooks().len(), 2);
        let is_a = |path: &[u8]| path == b"a";
        assert_eq!(store.forget(is_a).unwrap().versions, 2);
        assert_eq!(n_texts(&store), 1);
        assert!(store.notebook(b"a").is_none());
        store.forget(|_| true).unwrap();
        assert_eq!(n_texts(&store), 0);
        assert!(files_in_dirs(&store.records_dir()).is_empty());
    }

    #[test]
    fn what_nobody_needs_goes_when_it_is_old() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::new(dir.path(), None);
        keep(&mut store, "a", "1", &"x".repeat(10_000));
        keep(&mut store, "a", "1", &"y".repeat(10_000));
        assert_eq!(n_texts(&store), 2);
        let record = &store.record_files(b"a")[0].path;
        let unfinished = record.with_file_name(".new-123");
        fs::write(&unfinished, "half").unwrap();
        // Some process may be about to write the record.
        store.prune(Limits::default()).unwrap();
        assert_eq!(n_texts(&store), 2);
        assert!(unfinished.exists());
        for path in files_in_dirs(&store.texts_dir()) {
            make_old(&path, 3);
        }
        make_old(&unfinished, 3);
        let removed = store.prune(Limits::default()).unwrap();
        assert_eq!(removed.versions, 0);
        assert_eq!(n_texts(&store), 1);
        assert!(!unfinished.exists());
        assert_eq!(store.notebook(b"a").unwrap().versions.len(), 1);
    }

    #[test]
    fn what_was_seen_last_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::new(dir.path(), None);
        for source in ["1", "2", "3"] {
            keep(&mut store, "a", source, &source.repeat(10_000));
        }
        let records = store.record_files(b"a");
        // Backwards, so that the first is the newest.
        make_old(&records[0].path, 48);
        make_old(&records[1].path, 24);
        let day = Duration::from_hours(24);
        let limits = |size, age| Limits { size, age };
        let pruned = |limits| store.prune(limits).unwrap().versions;
        assert_eq!(pruned(limits(u64::MAX, day * 3)), 0);
        assert_eq!(pruned(limits(25_000, day * 3)), 1);
        assert!(!records[0].path.exists());
        assert_eq!(pruned(limits(u64::MAX, day / 2)), 1);
        assert!(records[2].path.exists());
    }

    #[test]
    fn a_store_is_pruned_once_in_a_while() {
        let dir = tempfile::tempdir().unwrap();
        let nothing = Limits {
            size: 0,
            age: Duration::ZERO,
        };
        let mut store = Store::new(dir.path(), None);
        store.prune_if_due(nothing).unwrap();
        assert!(!store.dir().exists());
        for _ in 0..2 {
            keep(&mut store, "a", "1", "x");
            store.prune_if_due(nothing).unwrap();
            assert!(store.notebook(b"a").is_some());
        }
        make_old(&store.dir().join("pruned"), 2);
        store.prune_if_due(nothing).unwrap();
        assert!(store.notebook(b"a").is_none());
    }
}
