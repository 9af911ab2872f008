//! `nbweave store`: what the filter has kept.

use std::env;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use nbweave::git::Repository;
use nbweave::json::{Document, Value};
use nbweave::render::{counted, size};
use nbweave::store::{KeptVersion, Limits, Removed, Store};

use super::filter::{key, store};
use crate::cli::args::{StoreArgs, StoreCommand};
use crate::cli::exit::Exit;
use crate::cli::input::Input;
use crate::cli::ui::{self, Usage};

pub(crate) fn run(args: &StoreArgs) -> Result<Exit> {
    let Some(store) = store() else {
        let message = "there is no repository here, and so no output store";
        return Err(Usage(message.to_owned()).into());
    };
    match &args.command {
        StoreCommand::List => {
            list(&store, &mut io::stdout().lock()).context("cannot write")?;
            Ok(Exit::Clean)
        }
        StoreCommand::Show { path } => show(&store, path),
        StoreCommand::Forget { paths, all } => {
            let removed = forget(&store, paths, *all)?;
            ui::say(&in_words("forgot", removed));
            Ok(Exit::Clean)
        }
        StoreCommand::Prune { max_size, max_age } => {
            let limits = Limits {
                size: *max_size as u64,
                age: *max_age,
            };
            let removed = store.prune(limits).context("cannot prune the store")?;
            ui::say(&in_words("removed", removed));
            Ok(Exit::Clean)
        }
        StoreCommand::Path => {
            let path = store.dir().display();
            writeln!(io::stdout(), "{path}").context("cannot write")?;
            Ok(Exit::Clean)
        }
    }
}

fn list(store: &Store, out: &mut impl io::Write) -> io::Result<()> {
    for notebook in store.notebooks() {
        let name = name_of(&notebook.path);
        let versions = counted(notebook.versions.len(), "version");
        let total = notebook.versions.iter().map(|version| version.size).sum();
        let seen = notebook.versions.first().map(|version| version.seen);
        let seen = seen.map(ago).unwrap_or_default();
        writeln!(out, "{name}: {versions}, {}, seen {seen}", bytes(total))?;
    }
    out.flush()
}

fn show(store: &Store, path: &Path) -> Result<Exit> {
    let from_top = from_top(path)?;
    let Some(notebook) = store.notebook(key(&from_top)) else {
        let name = Input::File(path.to_owned());
        ui::say(&format!("nbweave: nothing is kept of '{name}'"));
        return Ok(Exit::Found);
    };
    let mut out = io::stdout().lock();
    for version in &notebook.versions {
        show_version(store, version, &mut out).context("cannot write")?;
    }
    Ok(Exit::Clean)
}

fn show_version(store: &Store, version: &KeptVersion, out: &mut impl io::Write) -> io::Result<()> {
    let worktree = match version.worktree.as_slice() {
        [] => String::new(),
        name => format!(" in worktree '{}'", name_of(name)),
    };
    let seen = ago(version.seen);
    let size = bytes(version.size);
    writeln!(out, "version of {size}, seen {seen}{worktree}")?;
    for line in outputs(store, version) {
        writeln!(out, "  {line}")?;
    }
    out.flush()
}

/// Returns a line for each cell of a version that showed something.
fn outputs(store: &Store, version: &KeptVersion) -> Vec<String> {
    let lines = version.outputs.iter().map(|outputs| {
        let text = store.outputs(version, outputs);
        let what = text.map_or("gone".to_owned(), |text| kinds(&text));
        let count = match outputs.count.as_str() {
            "" => " ",
            count => count,
        };
        format!("[{count}] {what}, {}", bytes(outputs.size))
    });
    lines.collect()
}

/// Returns what the elements of an array of outputs are.
fn kinds(outputs: &str) -> String {
    let Ok(document) = Document::read(outputs.as_bytes()) else {
        return "damaged".to_owned();
    };
    let kinds = document.root().elements().map(|output| {
        let kind = output.get("output_type").and_then(|kind| kind.as_str());
        let data = output.get("data");
        let types = data.iter().flat_map(Value::members);
        let types: Vec<_> = types.filter_map(|member| member.key.as_str()).collect();
        let kind = kind.unwrap_or("output".into());
        let what = match types.as_slice() {
            [] => kind.into_owned(),
            types => types.join(" "),
        };
        // A terminal is not for notebooks to command.
        what.replace(char::is_control, "\u{fffd}")
    });
    kinds.collect::<Vec<_>>().join(", ")
}

fn forget(store: &Store, paths: &[PathBuf], all: bool) -> Result<Removed> {
    let meant: Vec<_> = paths
        .iter()
        .map(|path| from_top(path))
        .collect::<Result<_>>()?;
    let is_below = |path: &[u8], dir: &Path| match path.strip_prefix(key(dir)) {
        Some(rest) => dir == Path::new("") || rest.is_empty() || rest.starts_with(b"/"),
        None => false,
    };
    let is_meant = |path: &[u8]| all || meant.iter().any(|dir| is_below(path, dir));
    store.forget(is_meant).context("cannot remove what is kept")
}

/// Returns a path of the command line as one from the top of the worktree.
fn from_top(path: &Path) -> Result<PathBuf> {
    let current = env::current_dir().context("cannot tell the current directory")?;
    let repository = Repository::find().context("cannot use the repository")?;
    let top = repository.and_then(|repository| repository.top);
    let top = top.map_or(current.clone(), |top| plain(&current.join(top)));
    let found = plain(&current.join(path));
    let from_top = found.strip_prefix(&top).map(Path::to_owned);
    from_top.map_err(|_| {
        let name = Input::File(path.to_owned());
        Usage(format!("'{name}' is outside of the worktree")).into()
    })
}

/// Returns an absolute path without `.` and `..`. The file may be gone long
/// since, so nobody can be asked.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                plain.push(component);
            }
        }
    }
    plain
}

/// Returns a path as git writes it, for people.
fn name_of(path: &[u8]) -> Input {
    Input::File(String::from_utf8_lossy(path).into_owned().into())
}

fn in_words(did: &str, removed: Removed) -> String {
    let versions = counted(removed.versions, "version");
    format!("{did} {versions}, {}", bytes(removed.size))
}

fn bytes(count: u64) -> String {
    size(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Returns how long ago something was, roughly.
fn ago(then: SystemTime) -> String {
    let seconds = then.elapsed().map_or(0, |passed| passed.as_secs());
    let units = [(24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute")];
    for (length, unit) in units {
        if seconds >= length {
            let count = usize::try_from(seconds / length).unwrap_or(usize::MAX);
            return format!("{} ago", counted(count, unit));
        }
    }
    "just now".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn paths_are_made_plain() {
        assert_eq!(plain(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(plain(Path::new("/a/../../c")), Path::new("/c"));
    }

    #[test]
    fn ages_are_rough() {
        let now = SystemTime::now();
        let ago = |seconds| ago(now - Duration::from_secs(seconds));
        assert_eq!(ago(5), "just now");
        assert_eq!(ago(60), "1 minute ago");
        assert_eq!(ago(7199), "1 hour ago");
        assert_eq!(ago(3 * 86_400 + 5), "3 days ago");
    }
}
