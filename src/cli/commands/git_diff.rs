//! `nbweave git-diff`: what git runs for `git diff`.
//!
//! Git ends with the first file for which this fails, so it does not: what
//! cannot be compared is said, and the exit code is 0.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use nbweave::git::{Mode, Status};

use crate::cli::args::GitDiffArgs;
use crate::cli::bytes::Bytes;
use crate::cli::compare::{Look, Shown, View, compare, quoted};
use crate::cli::exit::Exit;
use crate::cli::pairs::{Naming, Pair, Source, Version, may_be_filtered, own_filter, stripped};
use crate::cli::settings::{CommandLine, OnProblem};
use crate::cli::ui::{self, Usage};

pub(crate) fn run(args: &GitDiffArgs, line: &CommandLine) -> Result<Exit> {
    if let Some(exit) = difftool(args) {
        return Ok(exit);
    }
    let (pair, path) = match args.arguments.as_slice() {
        [path] => {
            let name = quoted(Path::new(path));
            write(format!("* Unmerged path {name}\n").as_bytes());
            return Ok(exit(args, true));
        }
        [path, old @ .., _, _] if args.arguments.len() == 9 => (
            pair(path, old, args.arguments.get(7), args.arguments.get(8)),
            path,
        ),
        [path, versions @ ..] if args.arguments.len() == 7 => {
            (pair(path, versions, None, None), path)
        }
        _ => {
            let message = "git calls this with 1, 7 or 9 arguments; `nbweave diff` is for people";
            return Err(Usage(message.to_owned()).into());
        }
    };
    let Some(pair) = pair else {
        return Err(Usage("a mode is not one of git's".to_owned()).into());
    };
    let settings = line.args(None, OnProblem::Say);
    let look = Look::new(settings.as_ref().unwrap_or(&args.look), View::Changes);
    match show(&pair, Path::new(path), &look) {
        Ok(shown) => {
            write(&shown.text);
            Ok(exit(args, shown.differs))
        }
        Err(error) => {
            ui::report(&error);
            Ok(exit(args, true))
        }
    }
}

/// Leaves the file to `git difftool`, if that is what was called: it names its
/// own program by the environment, but git prefers a driver, whatever tool
/// people have chosen.
fn difftool(args: &GitDiffArgs) -> Option<Exit> {
    env::var_os("GIT_EXTERNAL_DIFF").filter(|program| program == "git-difftool--helper")?;
    let mut command = Command::new("git");
    let status = command
        .arg("difftool--helper")
        .args(&args.arguments)
        .status();
    Some(if status.ok()?.success() {
        Exit::Clean
    } else {
        Exit::Found
    })
}

fn exit(args: &GitDiffArgs, differs: bool) -> Exit {
    if args.trust_exit_code && differs {
        Exit::Found
    } else {
        Exit::Clean
    }
}

/// Writes to standard output. Whoever quits the pager has seen enough, and
/// there is nobody else to tell.
fn write(text: &[u8]) {
    let mut out = io::stdout().lock();
    out.write_all(text).and_then(|()| out.flush()).ok();
}

/// Returns the two versions that git names: file, id, mode; file, id, mode.
/// For a renamed file, there are the new path and the lines of the header.
fn pair(
    path: &OsStr,
    versions: &[OsString],
    new_path: Option<&OsString>,
    header: Option<&OsString>,
) -> Option<Pair> {
    let [old_file, _, old_mode, new_file, _, new_mode] = versions else {
        return None;
    };
    let mode = |text: &OsString| match text.to_str()? {
        "." => Some(Mode(0)),
        digits => Mode::parse(digits),
    };
    let version = |file: &OsString, mode: Mode, name: &OsStr| {
        let mut version = Version::file(file);
        version.mode = mode;
        version.name = name.into();
        version
    };
    let (old_mode, new_mode) = (mode(old_mode)?, mode(new_mode)?);
    let header = header.map(|header| header.to_string_lossy());
    let header = header.as_deref().unwrap_or_default();
    let status = match new_path {
        _ if !old_mode.is_some() => Status::Added,
        _ if !new_mode.is_some() => Status::Deleted,
        Some(_) if header.contains("copy from ") => Status::Copied,
        Some(_) => Status::Renamed,
        None => Status::Modified,
    };
    let similarity = header
        .lines()
        .find_map(|line| line.strip_prefix("similarity index "))
        .and_then(|percent| percent.trim_end_matches('%').parse().ok());
    Some(Pair {
        status,
        similarity,
        old: version(old_file, old_mode, path),
        new: version(
            new_file,
            new_mode,
            new_path.map_or(path, OsString::as_os_str),
        ),
        naming: Naming::Repository,
    })
}

/// Compares two files that git has written, as it would store them. `path` is
/// what git calls the file.
pub(super) fn show(pair: &Pair, path: &Path, look: &Look) -> Result<Shown> {
    // Neither side is a blob: git has written them to files.
    let mut old = pair.old.read(&mut None)?;
    let mut new = pair.new.read(&mut None)?;
    // The old side comes as it would be checked out and the new one as it is
    // in the worktree: with outputs that git will never see, if the filter
    // takes them away.
    let is_file = pair.old.mode.is_file() || pair.new.mode.is_file();
    let may_be_filtered = |version: &Version, bytes: &Option<Bytes>| match &version.source {
        Source::File(file) => bytes.as_deref().is_some_and(|it| may_be_filtered(file, it)),
        Source::Nowhere | Source::Blob(_) | Source::Stdin => false,
    };
    if is_file
        && old.as_deref() != new.as_deref()
        && (may_be_filtered(&pair.old, &old) || may_be_filtered(&pair.new, &new))
        && let file = attribute_path(pair, path)
        && let Some(filter) = own_filter(&file)
    {
        for side in [&mut old, &mut new] {
            let clean = side
                .as_deref()
                .and_then(|bytes| stripped(bytes, &filter, &file));
            *side = clean.map(Bytes::from).or(side.take());
        }
    }
    Ok(compare(pair, old.as_deref(), new.as_deref(), look))
}

/// Returns the path to ask attributes for, from the current directory, the top
/// of the worktree. With `--relative` the path that git gives is from
/// elsewhere, but not that of a file in the worktree.
fn attribute_path(pair: &Pair, path: &Path) -> PathBuf {
    match &pair.new.source {
        Source::File(file) if file.is_relative() && file.ends_with(path) => file.clone(),
        Source::Nowhere | Source::Blob(_) | Source::File(_) | Source::Stdin => {
            pair.new.name.clone()
        }
    }
}
