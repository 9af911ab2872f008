//! `nbweave difftool`: what `git difftool` runs, for two files or two
//! directories.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};
use nbweave::git::Status;

use super::git_diff;
use crate::cli::args::DifftoolArgs;
use crate::cli::compare::{Look, View};
use crate::cli::exit::Exit;
use crate::cli::pager;
use crate::cli::pairs::{Naming, Pair, Source, dir_pairs, file_pair};
use crate::cli::settings::{CommandLine, OnProblem};
use crate::cli::ui;

/// Git ends with 126 and above; below, it goes on with the next file.
pub(crate) fn run(args: &DifftoolArgs, line: &CommandLine) -> Exit {
    let ended = show(args, line).unwrap_or_else(|error| ui::report(&error));
    match ended {
        Exit::Clean => Exit::Clean,
        Exit::Found | Exit::Usage | Exit::Failed => Exit::Found,
    }
}

fn show(args: &DifftoolArgs, line: &CommandLine) -> Result<Exit> {
    pager::page("diff")?;
    let settings = line.args(None, OnProblem::Say);
    let look = Look::new(settings.as_ref().unwrap_or(&args.look), View::Changes);
    let (old, new) = (Path::new(&args.old), Path::new(&args.new));
    let mut pairs = if old.is_dir() && new.is_dir() {
        dir_pairs(old, new)?
    } else {
        vec![file_pair(&args.old, &args.new)]
    };
    let path = args.path.as_ref().filter(|path| !path.is_empty());
    for pair in &mut pairs {
        name(pair, path, old, new);
    }
    let mut ended = Exit::Clean;
    let mut out = BufWriter::new(io::stdout().lock());
    for pair in &pairs {
        match git_diff::show(pair, &pair.new.name, &look) {
            Ok(shown) => out.write_all(&shown.text).context("cannot write")?,
            Err(error) => ended = ui::report(&error).max(ended),
        }
    }
    out.flush().context("cannot write")?;
    Ok(ended)
}

/// Calls both versions what the file is called in the repository, not what
/// they are called here.
fn name(pair: &mut Pair, path: Option<&OsString>, old: &Path, new: &Path) {
    for (version, dir) in [(&mut pair.old, old), (&mut pair.new, new)] {
        let inside = match path {
            Some(path) => Some(path.into()),
            None => version.name.strip_prefix(dir).ok().map(Path::to_owned),
        };
        if let Some(inside) = inside.filter(|inside| !inside.as_os_str().is_empty()) {
            version.name = inside;
            pair.naming = Naming::Repository;
        }
    }
    // A file that is not there goes by the name of the other one.
    let name = pair.name().to_owned();
    for version in [&mut pair.old, &mut pair.new] {
        if version.source == Source::Nowhere {
            version.name.clone_from(&name);
        }
    }
    pair.status = match (&pair.old.source, &pair.new.source) {
        (Source::Nowhere, _) => Status::Added,
        (_, Source::Nowhere) => Status::Deleted,
        _ => Status::Modified,
    };
}
