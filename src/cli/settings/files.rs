//! Which settings files there are: the nearest one above a path, and that of
//! the person.
//!
//! What was found is kept until the process ends: notebooks are many, and
//! directories with notebooks are few.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use nbweave::settings::{Form, Problem, SettingsFile, read};

use crate::cli::survey::shown;
use crate::cli::ui;

/// What a file with settings is called, the first that is there counting.
const NAMES: [(&str, Form); 3] = [
    ("nbweave.toml", Form::Own),
    (".nbweave.toml", Form::Own),
    ("pyproject.toml", Form::Pyproject),
];

/// Without this a `pyproject.toml` has nothing for us.
const OWN_TABLE: &[u8] = b"nbweave";

/// Longer files are not for people to read, in bytes.
const LONGEST: u64 = 1 << 20;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Reading {
    /// What it is called, from the current directory.
    pub(crate) name: String,
    /// The directory that its patterns start at.
    pub(crate) dir: PathBuf,
    /// What it says, as far as that is understood.
    pub(crate) file: SettingsFile,
    /// What is not.
    pub(crate) problems: Vec<Problem>,
    was_told: AtomicBool,
}

impl Reading {
    /// Says what is wrong with the file, once.
    pub(super) fn tell(&self) {
        if !self.problems.is_empty() && !self.was_told.swap(true, Ordering::Relaxed) {
            tell(&self.problems);
        }
    }
}

/// Says what is wrong with settings that are used all the same.
pub(super) fn tell(problems: &[Problem]) {
    for problem in problems {
        ui::say(&format!("nbweave: {problem}"));
    }
    ui::say("hint: what is wrong does not count; `nbweave config` shows what does");
}

/// By directory, the nearest file, if there is one.
type Nearest = HashMap<PathBuf, Option<Arc<Reading>>>;

static NEAREST: Mutex<Option<Nearest>> = Mutex::new(None);

/// Returns the nearest file above a directory, which is absolute: up to the
/// top of the repository, or outside of one up to the home directory.
pub(super) fn nearest(dir: &Path) -> Option<Arc<Reading>> {
    let mut nearest = NEAREST.lock().unwrap_or_else(PoisonError::into_inner);
    let nearest = nearest.get_or_insert_default();
    let mut passed = Vec::new();
    let mut found = None;
    let home = env::home_dir();
    for dir in dir.ancestors() {
        if let Some(known) = nearest.get(dir) {
            found.clone_from(known);
            break;
        }
        passed.push(dir.to_owned());
        found = reading_in(dir).map(Arc::new);
        let is_top = dir.join(".git").exists() || home.as_deref() == Some(dir);
        if found.is_some() || is_top {
            break;
        }
    }
    nearest.extend(passed.into_iter().map(|dir| (dir, found.clone())));
    found
}

/// Returns the file with settings in a directory.
fn reading_in(dir: &Path) -> Option<Reading> {
    NAMES
        .into_iter()
        .map(|(name, form)| (dir.join(name), form))
        .find_map(|(path, form)| reading(&path, read_plain(&path), dir, form))
}

/// Returns what the person has set for everything.
pub(super) fn of_person() -> Option<Arc<Reading>> {
    static PERSON: OnceLock<Option<Arc<Reading>>> = OnceLock::new();
    let read = || {
        let path = person_path()?;
        let dir = path.parent()?;
        reading(&path, read_plain(&path), dir, Form::Person).map(Arc::new)
    };
    PERSON.get_or_init(read).clone()
}

/// Returns where the settings of the person are.
fn person_path() -> Option<PathBuf> {
    let named = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let dir = match named.filter(|dir| dir.is_absolute()) {
        Some(dir) => dir,
        None if cfg!(windows) => PathBuf::from(env::var_os("APPDATA")?),
        None => env::home_dir()?.join(".config"),
    };
    Some(dir.join("nbweave").join("config.toml"))
}

/// Returns what a file says that somebody named. Its patterns start at the
/// current directory.
pub(super) fn named(path: &Path, current: &Path) -> Reading {
    let is_pyproject = path
        .file_name()
        .is_some_and(|name| name == "pyproject.toml");
    let form = if is_pyproject {
        Form::Pyproject
    } else {
        Form::Own
    };
    reading(path, fs::read(path), current, form).unwrap_or_else(|| {
        let missing = Problem {
            what: format!("there are no settings in '{}'", path.display()),
            hint: None,
        };
        let is_empty = is_pyproject && path.exists();
        unread(path, current, (!is_empty).then_some(missing))
    })
}

/// Reads a file that nobody named. A link in a repository may lead to what has
/// no end.
fn read_plain(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if metadata.len() > LONGEST {
        return Err(io::Error::other("it is too long for settings"));
    }
    fs::read(path)
}

/// Returns what a file says; `None` if it is not there or has nothing for us.
fn reading(path: &Path, bytes: io::Result<Vec<u8>>, dir: &Path, form: Form) -> Option<Reading> {
    let no_settings = |why: &str| {
        let what = format!("cannot read '{}': {why}", shown(path));
        Some(unread(path, dir, Some(Problem { what, hint: None })))
    };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) if is_missing(&error) => return None,
        Err(error) => return no_settings(&error.to_string()),
    };
    if form == Form::Pyproject && memchr::memmem::find(&bytes, OWN_TABLE).is_none() {
        return None;
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return no_settings("it is no UTF-8 text");
    };
    let name = shown(path);
    let (file, problems) = read(&text, &name, form);
    if file.is_none() && problems.is_empty() {
        return None;
    }
    Some(Reading {
        name,
        dir: dir.to_owned(),
        file: file.unwrap_or_default(),
        problems,
        was_told: AtomicBool::new(false),
    })
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unread(path: &Path, dir: &Path, problem: Option<Problem>) -> Reading {
    Reading {
        name: shown(path),
        dir: dir.to_owned(),
        file: SettingsFile::default(),
        problems: problem.into_iter().collect(),
        was_told: AtomicBool::new(false),
    }
}

/// Returns a path as the directories above it are looked through: absolute,
/// and without steps back.
pub(super) fn absolute(path: &Path, current: &Path) -> PathBuf {
    let path = current.join(path);
    if !path.components().any(|part| part == Component::ParentDir) {
        return path;
    }
    let dir = path.parent().and_then(|dir| dir.canonicalize().ok());
    match (dir, path.file_name()) {
        (Some(dir), Some(name)) => dir.join(name),
        (Some(dir), None) => dir,
        (None, _) => path,
    }
}
