//! The files of the store: records in a directory for each notebook, long
//! texts by their digest.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::NamedTempFile;

use super::record::{Record, Text};
use super::{Digest, Store};

/// What the names of files start with that are not finished yet.
pub(super) const UNFINISHED: &str = ".new-";

/// Texts shorter than this are in the record itself: opening a file costs more
/// than copying them.
const LONG_TEXT: usize = 4096;

/// Texts longer than this are not kept.
const LONGEST_TEXT: usize = 100 << 20;

/// A text that is used is marked so if that was longer ago.
const FRESH_FOR: Duration = Duration::from_hours(1);

/// A record that is put back is from then on not older than this.
const RESTORED_AGE: Duration = Duration::from_hours(30 * 24);

/// The file of a record.
#[derive(Clone, Debug)]
pub(super) struct RecordFile {
    pub(super) path: PathBuf,
    /// The digest of the stripped file that it is for.
    pub(super) version: Digest,
    /// Whether it is from this worktree.
    pub(super) is_ours: bool,
    /// When the version was last seen in the worktree.
    pub(super) seen: SystemTime,
}

impl Store {
    pub(super) fn records_dir(&self) -> PathBuf {
        self.dir.join("notebooks")
    }

    pub(super) fn texts_dir(&self) -> PathBuf {
        self.dir.join("texts")
    }

    /// Returns the file for the record of a version of a notebook, from this
    /// worktree.
    pub(super) fn record_path(&self, path: &[u8], version: Digest) -> PathBuf {
        let (dir, start) = self.record_start(path);
        dir.join(format!("{start}{version}-{}", Digest::of(&self.worktree)))
    }

    /// Returns the directory that the records of a notebook are in, and what
    /// their names start with. A directory for each notebook would cost more
    /// than the records.
    fn record_start(&self, path: &[u8]) -> (PathBuf, String) {
        let name = Digest::of(path).to_string();
        let (start, rest) = name.split_at(2);
        (self.records_dir().join(start), format!("{rest}-"))
    }

    /// Returns the records of a notebook: those of this worktree first, and of
    /// these those first that were seen last.
    pub(super) fn record_files(&self, path: &[u8]) -> Vec<RecordFile> {
        let ours = Digest::of(&self.worktree).to_string();
        let (dir, start) = self.record_start(path);
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                let name = entry.file_name();
                let (version, worktree) = name.to_str()?.strip_prefix(&start)?.split_once('-')?;
                Some(RecordFile {
                    version: Digest::from_hex(version)?,
                    is_ours: worktree == ours,
                    seen: entry.metadata().ok()?.modified().ok()?,
                    path: entry.path(),
                })
            })
            .collect();
        files.sort_by(|one, other| {
            let by_time = other.seen.cmp(&one.seen);
            let by_worktree = other.is_ours.cmp(&one.is_ours);
            by_worktree
                .then(by_time)
                .then_with(|| one.path.cmp(&other.path))
        });
        files
    }

    /// Keeps a text; `None` if it is too long for that. Those in `known` were
    /// kept before.
    pub(super) fn keep_text(
        &mut self,
        text: &[u8],
        known: &HashSet<Digest>,
    ) -> io::Result<Option<Text>> {
        if text.len() < LONG_TEXT {
            return Ok(Some(Text::Here(text.to_owned())));
        }
        if text.len() > LONGEST_TEXT {
            return Ok(None);
        }
        let digest = Digest::of(text);
        self.keep_file(digest, text, known.contains(&digest))?;
        let size = text.len() as u64;
        Ok(Some(Text::Elsewhere { digest, size }))
    }

    /// Makes sure that a text is in its file.
    fn keep_file(&mut self, digest: Digest, text: &[u8], is_known: bool) -> io::Result<()> {
        let size = text.len() as u64;
        let path = self.text_path(digest);
        let Some(metadata) = fs::metadata(&path).ok().filter(|file| file.len() == size) else {
            return self.write(&path, text);
        };
        // A damaged one that nobody has read yet would stay so.
        if !is_known && fs::read(&path).ok().as_deref() != Some(text) {
            return self.write(&path, text);
        }
        // Else it would go with those that nobody uses, before there is a
        // record that does.
        let used = metadata.modified()?;
        let is_fresh = used.elapsed().map_or(true, |age| age <= FRESH_FOR);
        if is_fresh || mark_used(&path).is_ok() {
            return Ok(());
        }
        self.write(&path, text)
    }

    /// Returns a text as it was kept; `None` if it is gone or damaged.
    pub(super) fn text(&self, text: &Text) -> Option<String> {
        let bytes = match text {
            Text::Here(bytes) => bytes.clone(),
            Text::Elsewhere { digest, .. } => {
                let path = self.text_path(*digest);
                let bytes = fs::read(&path).ok()?;
                if Digest::of(&bytes) != *digest {
                    // Else it would never be written again.
                    fs::remove_file(&path).ok();
                    return None;
                }
                bytes
            }
        };
        String::from_utf8(bytes).ok()
    }

    fn text_path(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        let (start, rest) = name.split_at(2);
        self.texts_dir().join(start).join(rest)
    }

    /// Writes a file, all or nothing; the last of several processes stands.
    pub(super) fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let dir = path.parent().unwrap_or(&self.dir);
        let mut file = match NamedTempFile::with_prefix_in(UNFINISHED, dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create_dir(dir)?;
                NamedTempFile::with_prefix_in(UNFINISHED, dir)?
            }
            file => file?,
        };
        file.write_all(bytes)?;
        file.persist(path)?;
        self.n_written += bytes.len() as u64;
        Ok(())
    }
}

/// Reads a record; `None` if it is gone or damaged.
pub(super) fn read_record(path: &Path) -> Option<Record> {
    Record::read(&fs::read(path).ok()?)
}

/// Creates a directory that only its owner can look into: what notebooks show
/// may be secret.
fn create_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// Notes that a file is used now.
pub(super) fn mark_used(path: &Path) -> io::Result<()> {
    let file = File::options().append(true).open(path)?;
    file.set_modified(SystemTime::now())
}

/// Notes that a record was put back, so that it does not go as one that nobody
/// uses; where that can be noted.
///
/// It stays behind those that were seen in the worktree since: whoever looks
/// at an old version, as `git diff` does, has not run it again.
pub(super) fn note_restored(path: &Path) {
    let Some(at_least) = SystemTime::now().checked_sub(RESTORED_AGE) else {
        return;
    };
    let note = || {
        let file = File::options().append(true).open(path)?;
        if file.metadata()?.modified()? < at_least {
            file.set_modified(at_least)?;
        }
        io::Result::Ok(())
    };
    note().ok();
}
