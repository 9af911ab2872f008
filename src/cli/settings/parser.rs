//! The parser of arguments, with what settings add to it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::ArgAction;
use clap::{Arg, CommandFactory as _};
use nbweave::settings::{KEYS, Key, Kind, SECTIONS, Section, Value};

use crate::cli::args::Args;
use crate::cli::ui::Usage;

/// The commands that read settings, with the sections that are theirs.
pub(super) const COMMANDS: &[(&str, &[Section])] = &[
    ("strip", &[Section::Strip]),
    ("check", &[Section::Strip, Section::Check]),
    ("filter-process", &[Section::Strip]),
    ("git-clean", &[Section::Strip]),
    ("git-smudge", &[Section::Strip]),
    ("diff", &[Section::Diff]),
    ("show", &[Section::Diff]),
    ("git-diff", &[Section::Diff]),
    ("difftool", &[Section::Diff]),
    ("merge", &[Section::Merge]),
    ("git-merge", &[Section::Merge]),
    ("convert", &[Section::Convert]),
    ("sync", &[Section::Convert]),
    ("install", &[Section::Install]),
    ("config", &SECTIONS),
];

/// Returns the sections of a command; `None` if it reads no settings.
pub(super) fn sections_of(command: &str) -> Option<&'static [Section]> {
    let own = COMMANDS.iter().find(|(name, _)| *name == command);
    own.map(|(_, sections)| *sections)
}

/// Returns the parser for some words: the command that they name takes the
/// flags around settings, too.
pub(super) fn command_for(words: &[OsString]) -> clap::Command {
    let mut command = Args::command();
    // `nbweave strip` or `nbweave help strip`.
    let names = words.iter().skip(1).take(2);
    for name in names.filter_map(|name| name.to_str()) {
        let Some(sections) = sections_of(name) else {
            continue;
        };
        if command.find_subcommand(name).is_some() {
            let with = |sub| with_settings(sub, sections);
            command = command.mut_subcommand(name, with);
            break;
        }
    }
    command
}

/// Adds the flags around settings: those that say which count, and for each
/// key that is switched on or off the one that does the other.
fn with_settings(mut command: clap::Command, sections: &[Section]) -> clap::Command {
    let has = |command: &clap::Command, long: &str| {
        let mut arguments = command.get_arguments();
        arguments.any(|argument| argument.get_long() == Some(long))
    };
    for key in KEYS {
        if key.kind != Kind::Flag || !sections.contains(&key.section) {
            continue;
        }
        let (name, no) = (key.name.to_owned(), format!("no-{}", key.name));
        for (missing, there) in [(&no, &name), (&name, &no)] {
            if has(&command, there) && !has(&command, missing) {
                let id = argument_id(&command, there);
                let argument = Arg::new(missing.clone())
                    .long(missing.clone())
                    .hide(true)
                    .action(ArgAction::SetTrue)
                    .overrides_with_all(id);
                command = command.arg(argument);
            }
        }
    }
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .conflicts_with("no-config")
        .help_heading("Settings")
        .help("Read settings from this file alone");
    let none = Arg::new("no-config")
        .long("no-config")
        .visible_alias("isolated")
        .action(ArgAction::SetTrue)
        .help_heading("Settings")
        .help("Read no settings files");
    command.arg(file).arg(none)
}

/// Returns what the parser calls a flag.
fn argument_id(command: &clap::Command, long: &str) -> Option<clap::Id> {
    let mut arguments = command.get_arguments();
    let argument = arguments.find(|argument| argument.get_long() == Some(long))?;
    Some(argument.get_id().clone())
}

/// Returns the flags that a setting stands for, of those that there are: none
/// for what holds anyway.
pub(super) fn flags_for(key: &Key, value: &Value, known: &[String]) -> Vec<String> {
    let name = key.name;
    if value.to_string() == key.default {
        return Vec::new();
    }
    let flags = match value {
        Value::Flag(true) => vec![name.to_owned()],
        Value::Flag(false) => vec![format!("no-{name}")],
        Value::Number(number) => vec![format!("{name}={number}")],
        Value::Word(word) => vec![format!("{name}={word}")],
        Value::List(words) => words.iter().map(|word| format!("{name}={word}")).collect(),
    };
    let is_known = |flag: &String| {
        let long = flag.split('=').next().unwrap_or_default();
        known.iter().any(|known| known == long)
    };
    let flags = flags.into_iter().filter(is_known);
    flags.map(|flag| format!("--{flag}")).collect()
}

/// Returns what the parser of arguments has to say, in one line.
pub(super) fn usage(error: &clap::Error) -> Usage {
    let message = error.to_string();
    let line = message.lines().next().unwrap_or_default();
    Usage(line.trim_start_matches("error: ").to_owned())
}

#[cfg(test)]
mod tests {
    use clap::builder::PossibleValue;

    use super::*;

    /// Returns the parser of a command with the flags around settings.
    fn parser(name: &str) -> Option<clap::Command> {
        let words = ["nbweave", name].map(OsString::from);
        let command = command_for(&words);
        command.find_subcommand(name).cloned()
    }

    fn flag<'c>(command: &'c clap::Command, long: &str) -> Option<&'c Arg> {
        let mut arguments = command.get_arguments();
        arguments.find(|argument| argument.get_long() == Some(long))
    }

    /// Returns the parsers of commands that a key is for.
    fn parsers(key: &Key) -> Vec<clap::Command> {
        let is_own =
            |name: &str, sections: &[Section]| name != "config" && sections.contains(&key.section);
        let own = COMMANDS
            .iter()
            .filter(|(name, sections)| is_own(name, sections));
        let parsers = own.filter_map(|(name, _)| parser(name));
        parsers
            .filter(|parser| flag(parser, key.name).is_some())
            .collect()
    }

    #[test]
    fn parsers_with_flags_for_settings_are_consistent() {
        for (name, _) in COMMANDS {
            let words = ["nbweave", name].map(OsString::from);
            command_for(&words).debug_assert();
        }
    }

    #[test]
    fn every_key_is_a_flag_with_the_same_values_and_default() {
        for key in KEYS {
            let parsers = parsers(key);
            assert!(!parsers.is_empty(), "no command has --{}", key.name);
            for parser in parsers {
                let argument = flag(&parser, key.name).unwrap();
                let takes = argument.get_action().takes_values();
                assert_eq!(takes, key.kind != Kind::Flag, "--{}", key.name);
                if let Kind::Choice(words) = key.kind {
                    let values = argument.get_possible_values();
                    let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
                    assert_eq!(names, words, "--{}", key.name);
                }
                let is_list = matches!(argument.get_action(), ArgAction::Append);
                assert_eq!(is_list, matches!(key.kind, Kind::List(_)), "--{}", key.name);
                let default = argument.get_default_values().first();
                let default = default.map(|value| value.to_str().unwrap());
                match key.kind {
                    Kind::Flag => {
                        let other = flag(&parser, &format!("no-{}", key.name));
                        assert!(other.is_some(), "--no-{}", key.name);
                    }
                    Kind::List(_) => assert_eq!(key.default, "[]"),
                    Kind::Number | Kind::Size | Kind::Choice(_) | Kind::Word => {
                        let own = key.default.trim_matches('"');
                        assert_eq!(default.unwrap_or_default(), own, "--{}", key.name);
                    }
                }
                for other in key.unless {
                    assert!(flag(&parser, other).is_some(), "--{other}");
                }
            }
        }
    }
}
