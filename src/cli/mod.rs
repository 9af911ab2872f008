//! The command line, on top of the library's public API.
//!
//! Standard output is the result, standard error is talk.

mod args;
mod bytes;
mod commands;
mod compare;
mod exit;
mod input;
mod pager;
mod pairs;
mod ui;

use clap::Parser as _;

use args::{Args, Command};
use exit::Exit;

/// Runs the command that the arguments name.
pub(crate) fn main() -> Exit {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Clean
            };
            // If nobody reads the help, there is nobody to tell.
            error.print().ok();
            return exit;
        }
    };
    let result = match args.command {
        Command::Diff(args) => commands::diff::run(&args),
        Command::Show(args) => commands::show::run(&args),
        Command::Strip(args) => commands::strip::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::GitDiff(args) => commands::git_diff::run(&args),
        Command::Textconv(args) => commands::textconv::run(&args),
    };
    result.unwrap_or_else(|error| ui::report(&error))
}
