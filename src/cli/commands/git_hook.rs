//! `nbweave git-hook`: what a hook of git runs.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::cli::args::{GitHookArgs, HookArg};
use crate::cli::exit::Exit;

/// Strips what is staged.
const PRE_COMMIT: &str = include_str!("../../../hooks/pre-commit");

pub(crate) fn run(args: &GitHookArgs) -> Result<Exit> {
    let script = match args.hook {
        HookArg::PreCommit => PRE_COMMIT,
    };
    let mut command = Command::new("sh");
    command.args(["-c", script, "nbweave"]);
    // The script calls this very program.
    if let Ok(program) = std::env::current_exe()
        && let Some(dirs) = program.parent().and_then(path_with)
    {
        command.env("PATH", dirs);
    }
    let status = command.status().context("cannot run `sh`")?;
    Ok(if status.success() {
        Exit::Clean
    } else {
        Exit::Found
    })
}

/// Returns `PATH` with a directory before all others.
fn path_with(dir: &Path) -> Option<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::iter::once(dir.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(dirs).ok()
}
