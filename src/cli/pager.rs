//! The terminal: color, width, pager.

use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use nbweave::git;
use terminal_size::{Width, terminal_size_of};

use super::args::ColorArg;

/// The width of what goes somewhere else than to a terminal.
const DEFAULT_WIDTH: usize = 80;

/// Whether to write color: what was asked for; `NO_COLOR` and
/// `CLICOLOR_FORCE`; git's settings.
pub(crate) fn has_color(asked: ColorArg) -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    match asked {
        ColorArg::Always => return true,
        ColorArg::Never => return false,
        ColorArg::Auto => {}
    }
    if is_set("NO_COLOR") {
        return false;
    }
    if env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") {
        return true;
    }
    let is_terminal = io::stdout().is_terminal() || is_in_use();
    let is_dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
    git::color_is_wanted(is_terminal).unwrap_or(is_terminal && !is_dumb)
}

/// Returns how many columns there are.
pub(crate) fn width() -> usize {
    let columns = env::var_os("COLUMNS");
    let columns = columns.and_then(|text| text.to_str()?.parse().ok());
    let columns = columns.filter(|&columns: &usize| columns > 0);
    let terminal = || terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns.into());
    columns.or_else(terminal).unwrap_or(DEFAULT_WIDTH)
}

/// Whether what we write goes through a pager.
pub(crate) fn is_in_use() -> bool {
    let value = env::var_os("GIT_PAGER_IN_USE");
    let no = ["", "0", "false", "no", "off"].map(OsStr::new);
    value.is_some_and(|value| !no.contains(&value.as_os_str()))
}

/// Shows what this process will write through the pager that git would use for
/// the same command, if standard output
/// is a terminal.
///
/// The process becomes the pager and its work is done by a child: the shell
/// waits for the pager, and an interrupt ends the work but not the pager. So
/// this does not return where there is a pager.
pub(crate) fn page(command: &str) -> Result<()> {
    if !io::stdout().is_terminal() || is_in_use() {
        return Ok(());
    }
    let chosen_here = env::var_os("GIT_PAGER").is_some();
    match git::pager(command, chosen_here) {
        Some(pager) => become_pager(&pager).context("cannot start the pager"),
        None => Ok(()),
    }
}

#[cfg(unix)]
fn become_pager(pager: &str) -> io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    let (reader, writer) = io::pipe()?;
    let mut worker = Command::new(env::current_exe()?);
    worker.args(env::args_os().skip(1));
    worker.env("GIT_PAGER_IN_USE", "true");
    worker.env("COLUMNS", width().to_string());
    if io::stderr().is_terminal() {
        worker.stderr(writer.try_clone()?);
    }
    worker.stdout(writer);
    let child = worker.spawn()?;
    // The pager sees the end once nobody has the pipe any more.
    drop(worker);
    let mut command = Command::new("sh");
    command.arg("-c").arg(pager).stdin(reader);
    for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
        if env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    let error = command.exec();
    drop(command);
    // Nobody reads what it writes, so it ends.
    { child }.wait()?;
    Err(error)
}

#[cfg(not(unix))]
fn become_pager(_: &str) -> io::Result<()> {
    Ok(())
}
