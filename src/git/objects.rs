//! Blobs: the contents of files in the repository.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::program::{ended, git, run};

/// The name of an object: hexadecimal digits.
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct ObjectId(String);

impl ObjectId {
    /// Returns the id if it is one.
    pub fn new(hex: &str) -> Option<Self> {
        let is_hex = !hex.is_empty() && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hex.then(|| Self(hex.to_owned()))
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the id of the blob that a revision with a path names, such as
/// `HEAD:a.ipynb`; `None` if that is something else, such as a directory.
/// The revision must not look like an option.
///
/// # Errors
///
/// Fails with git's own words if there is no such thing.
pub fn blob_id(revision: &OsStr) -> io::Result<Option<ObjectId>> {
    // With `--verify` it would not say what is wrong.
    let output = run(git(&["rev-parse"]).arg(revision))?;
    let Some(id) = ObjectId::new(String::from_utf8_lossy(&output).trim()) else {
        return Ok(None);
    };
    let kind = run(git(&["cat-file", "-t"]).arg(id.as_str()))?;
    Ok((kind.trim_ascii() == b"blob").then_some(id))
}

/// Whether `name` is a revision.
///
/// # Errors
///
/// Fails if git cannot be asked.
pub fn is_revision(name: &OsStr) -> io::Result<bool> {
    let mut command = git(&["rev-parse", "--verify", "--quiet", "--end-of-options"]);
    Ok(ended(command.arg(name))?.status.success())
}

/// Returns how many commits a word names: two for `A..B`, as many as there are
/// parents for `A^@`.
///
/// # Errors
///
/// Fails with git's own words if there is no such thing.
pub fn revision_count(word: &OsStr) -> io::Result<usize> {
    let output = run(git(&["rev-parse", "--revs-only"]).arg(word))?;
    Ok(memchr::memchr_iter(b'\n', &output).count())
}

/// Returns a blob as it is checked out to `path`: through the filters.
///
/// # Errors
///
/// Fails with git's own words if it cannot be filtered.
pub fn smudged(id: &ObjectId, path: &OsStr) -> io::Result<Vec<u8>> {
    let mut option = OsString::from("--path=");
    option.push(path);
    run(git(&["cat-file", "--filters"]).arg(option).arg(id.as_str()))
}

/// Reads blobs of the repository that the current directory or the
/// environment names.
#[derive(Debug)]
pub struct Blobs(Reader);

enum Reader {
    /// In process, which costs next to nothing.
    Libgit2(git2::Repository),
    /// By `git cat-file`, which can open every repository.
    Program(Option<CatFile>),
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Libgit2(_) => "Libgit2",
            Self::Program(_) => "Program",
        })
    }
}

impl Blobs {
    /// Opens the repository, by libgit2 if it can.
    ///
    /// It cannot open those with SHA-256, reftable or a promisor remote, and
    /// it does not know of replaced objects.
    pub fn open() -> Self {
        match git2::Repository::open_from_env() {
            Ok(repository) if !has_replacements(&repository) => Self(Reader::Libgit2(repository)),
            _ => Self::by_program(),
        }
    }

    /// Opens the repository by the `git` program.
    pub fn by_program() -> Self {
        Self(Reader::Program(None))
    }

    /// Whether blobs are read in process.
    pub fn is_in_process(&self) -> bool {
        matches!(self.0, Reader::Libgit2(_))
    }

    /// Returns the content of a blob.
    ///
    /// # Errors
    ///
    /// Fails if there is no such blob or it cannot be read.
    pub fn read(&mut self, id: &ObjectId) -> io::Result<Vec<u8>> {
        if let Reader::Libgit2(repository) = &self.0 {
            let content = git2::Oid::from_str(id.as_str())
                .and_then(|id| repository.find_blob(id))
                .map(|blob| blob.content().to_owned());
            if let Ok(content) = content {
                return Ok(content);
            }
            // The program may fetch it, or knows better why it is not there.
            self.0 = Reader::Program(None);
        }
        match &mut self.0 {
            Reader::Libgit2(_) => Err(missing(id)),
            Reader::Program(Some(program)) => program.read(id),
            Reader::Program(program) => program.insert(CatFile::start()?).read(id),
        }
    }
}

fn has_replacements(repository: &git2::Repository) -> bool {
    let replaced = repository.references_glob("refs/replace/*");
    replaced.is_ok_and(|mut replaced| replaced.next().is_some())
}

fn missing(id: &ObjectId) -> io::Error {
    let message = format!("the repository has no blob {}", id.as_str());
    io::Error::new(io::ErrorKind::NotFound, message)
}

/// A running `git cat-file --batch`.
struct CatFile {
    child: Child,
    /// `None` once it was told to end.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl CatFile {
    fn start() -> io::Result<Self> {
        let mut command: Command = git(&["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let Some((requests, answers)) = pipes else {
            return Err(io::Error::other("cannot talk to `git cat-file`"));
        };
        Ok(Self {
            child,
            requests: Some(requests),
            answers: BufReader::new(answers),
        })
    }

    fn read(&mut self, id: &ObjectId) -> io::Result<Vec<u8>> {
        if let Some(requests) = &mut self.requests {
            writeln!(requests, "{}", id.as_str())?;
            requests.flush()?;
        }
        let mut header = String::new();
        self.answers.read_line(&mut header)?;
        let size = match header.split_whitespace().collect::<Vec<_>>().as_slice() {
            [_, "blob", size] => size.parse().ok(),
            _ => None,
        };
        let Some(size) = size else {
            // Whatever else it answered is not for the next question.
            self.requests = None;
            return Err(missing(id));
        };
        let mut bytes = Vec::new();
        let answers = &mut self.answers;
        if answers.take(size).read_to_end(&mut bytes)? as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        answers.read_exact(&mut [0])?;
        Ok(bytes)
    }
}

impl Drop for CatFile {
    /// Ends the program, so that no process is left behind.
    fn drop(&mut self) {
        self.requests = None;
        // Nobody waits for answers: if it is still writing, it is told to stop.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
