//! The command line, on top of the library's public API.
//!
//! Standard output is the result, standard error is talk.

mod args;
mod ask;
mod bytes;
mod commands;
mod compare;
mod conflicted;
mod converting;
mod drivers;
mod exit;
mod hook;
mod input;
mod merging;
mod output;
mod pager;
mod pairing;
mod pairs;
mod problems;
mod settings;
mod shell;
mod survey;
mod takeover;
mod terminal;
mod ui;

use std::ffi::OsString;

use args::Command;
use exit::Exit;
use settings::CommandLine;

/// Returns an argument as the parser takes it: `-M90`, which git knows, as
/// `-M=90`. Without the sign it would take the revision behind a bare `-M`.
fn as_option(argument: OsString) -> OsString {
    let number = argument.to_str().and_then(|text| text.strip_prefix("-M"));
    match number {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("-M={number}").into()
        }
        _ => argument,
    }
}

/// Returns whether git runs us to merge a file.
fn is_merge_driver() -> bool {
    std::env::args_os()
        .nth(1)
        .is_some_and(|command| command == "git-merge")
}

/// Runs the command that the arguments name.
pub(crate) fn main() -> Exit {
    let words = std::env::args_os().map(as_option).collect();
    let (args, line) = match CommandLine::new(words) {
        Ok(parsed) => parsed,
        Err(error) => {
            let exit = if !error.use_stderr() {
                Exit::Clean
            } else if is_merge_driver() {
                // Git would take another code for conflicts, and what is in
                // the file for the result.
                Exit::Failed
            } else {
                Exit::Usage
            };
            // If nobody reads the help, there is nobody to tell.
            error.print().ok();
            return exit;
        }
    };
    let result = match args.command {
        Command::Diff(args) => commands::diff::run(&args, &line),
        Command::Merge(args) => commands::merge::run(&args, &line),
        Command::Show(args) => commands::show::run(&args, &line),
        Command::Convert(args) => commands::convert::run(&args, &line),
        Command::Strip(args) => commands::strip::run(&args, &line),
        Command::Check(args) => commands::check::run(&args, &line),
        Command::Sync(args) => commands::sync::run(&args, &line),
        Command::GitDiff(args) => commands::git_diff::run(&args, &line),
        Command::GitMerge(args) => commands::git_merge::run(args, &line),
        Command::Mergetool(args) => commands::mergetool::run(&args),
        Command::Resolve(args) => commands::resolve::run(&args),
        Command::Textconv(args) => commands::textconv::run(&args),
        Command::FilterProcess(args) => Ok(commands::filter::process(&args, &line)),
        Command::GitClean(args) => Ok(commands::filter::clean_one(&args, &line)),
        Command::GitSmudge(args) => Ok(commands::filter::smudge_one(&args, &line)),
        Command::Config(args) => commands::config::run(&args, &line),
        Command::Store(args) => commands::store::run(&args),
        Command::Refresh(args) => commands::refresh::run(&args),
        Command::Install(args) => commands::install::run(&args, &line),
        Command::Uninstall(args) => commands::uninstall::run(&args),
        Command::Status(args) => commands::status::run(&args),
        Command::Difftool(args) => Ok(commands::difftool::run(&args, &line)),
        Command::GitHook(args) => commands::git_hook::run(&args),
    };
    result.unwrap_or_else(|error| ui::report(&error))
}
