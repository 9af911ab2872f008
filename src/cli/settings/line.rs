//! What a command was told, and what it is told by settings.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::Result;
use clap::parser::ValueSource;
use clap::{ArgMatches, FromArgMatches};
use nbweave::settings::{
    Entry, Held, KEYS, Key, Origin, Problem, Section, effective, from_environment, held_by,
};

use super::files::{self, Reading};
use super::parser::{command_for, flags_for, sections_of, usage};
use super::{BadSettings, OnProblem};
use crate::cli::args::Args;
use crate::cli::ui::Usage;

/// Names a file with settings, as `--config` does.
const VARIABLE: &str = "NBWEAVE_CONFIG";

/// Where settings are read from.
#[derive(Clone, Debug)]
enum Source {
    /// The nearest file above a path, and that of the person.
    Nearest,
    /// This file alone, which is read when somebody wants to know.
    Only(PathBuf, OnceLock<Arc<Reading>>),
    /// No file.
    Nothing,
}

/// What a command was told, and what it is told by settings.
#[derive(Debug)]
pub(crate) struct CommandLine {
    /// All words, with the program's name and the command's first.
    words: Vec<OsString>,
    /// What the parser made of those behind the command's name.
    matches: ArgMatches,
    /// The flags that the command has.
    known: Vec<String>,
    /// Those that it was given.
    given: Vec<String>,
    sections: &'static [Section],
    current: PathBuf,
    source: Source,
    environment: Vec<Entry>,
    /// What is wrong with the environment.
    problems: Vec<Problem>,
    was_told: AtomicBool,
}

/// What settings say of a path.
#[derive(Debug)]
pub(crate) struct Found {
    person: Option<Arc<Reading>>,
    near: Option<Arc<Reading>>,
    /// The path, from the directory of the nearest file.
    inside: Option<PathBuf>,
    environment: Vec<Entry>,
    /// What makes no sense, in files or in the environment.
    pub(crate) problems: Vec<Problem>,
}

impl Found {
    /// Returns the files that were read, the least first.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Arc<Reading>> {
        self.person.iter().chain(&self.near)
    }

    /// Returns all keys with what holds for them.
    pub(crate) fn held(&self) -> Vec<Held<'_>> {
        let inside = self.inside.as_deref();
        let files = self
            .files()
            .flat_map(|reading| held_by(&reading.file, inside));
        effective(files.chain(&self.environment))
    }

    /// Returns what says that the path is to be left alone, if anything does.
    pub(crate) fn excluded_by(&self) -> Option<&Origin> {
        let inside = self.inside.as_deref()?;
        let exclude = &self.near.as_ref()?.file.exclude;
        let excluding = exclude.iter().find(|(pattern, _)| pattern.matches(inside));
        excluding.map(|(_, origin)| origin)
    }
}

impl CommandLine {
    /// Parses all words of a command line.
    pub(crate) fn new(words: Vec<OsString>) -> Result<(Args, Self), clap::Error> {
        let mut command = command_for(&words);
        let mut matches = command.try_get_matches_from_mut(&words)?;
        let args = Args::from_arg_matches(&matches)?;
        let named = matches.remove_subcommand().unwrap_or_default();
        Ok((args, Self::of_matches(words, &command, named)))
    }

    /// Parses what a command of ours was told elsewhere, as the filter in the
    /// settings of git.
    pub(crate) fn of(command: &str, options: &[String]) -> Result<Self, Usage> {
        let words = ["nbweave", command].into_iter();
        let words = words.chain(options.iter().map(String::as_str));
        let words: Vec<OsString> = words.map(OsString::from).collect();
        let (_, line) = Self::new(words).map_err(|error| usage(&error))?;
        Ok(line)
    }

    /// `name` and `matches` are those of the command.
    fn of_matches(
        words: Vec<OsString>,
        command: &clap::Command,
        (name, matches): (String, ArgMatches),
    ) -> Self {
        let current = env::current_dir().unwrap_or_default();
        let mut line = Self {
            words,
            matches: ArgMatches::default(),
            known: Vec::new(),
            given: Vec::new(),
            sections: &[],
            source: Source::Nothing,
            environment: Vec::new(),
            problems: Vec::new(),
            was_told: AtomicBool::new(false),
            current,
        };
        let Some(sections) = sections_of(&name) else {
            line.matches = matches;
            return line;
        };
        line.sections = sections;
        let subcommand = command.find_subcommand(&name);
        let arguments = subcommand
            .into_iter()
            .flat_map(clap::Command::get_arguments);
        for argument in arguments {
            let Some(long) = argument.get_long() else {
                continue;
            };
            line.known.push(long.to_owned());
            let id = argument.get_id().as_str();
            if matches.value_source(id) == Some(ValueSource::CommandLine) {
                line.given.push(long.to_owned());
            }
        }
        let named = matches.get_one::<PathBuf>("config").cloned();
        let named = named.or_else(|| env::var_os(VARIABLE).map(PathBuf::from));
        line.source = match named.filter(|path| !path.as_os_str().is_empty()) {
            _ if matches.get_flag("no-config") => Source::Nothing,
            Some(path) => Source::Only(path, OnceLock::new()),
            None => Source::Nearest,
        };
        line.matches = matches;
        (line.environment, line.problems) = from_environment(sections, |name| {
            Some(env::var_os(name)?.to_string_lossy().into_owned())
        });
        line
    }

    /// Returns what settings say of a path, or, without one, of the current
    /// directory.
    ///
    /// # Errors
    ///
    /// Fails if they make no sense and that is not to be said only.
    pub(crate) fn found(&self, path: Option<&Path>, on_problem: OnProblem) -> Result<Found> {
        let path = path.filter(|path| !path.as_os_str().is_empty());
        let path = path.map(|path| files::absolute(path, &self.current));
        let dir = match &path {
            Some(path) => path.parent().unwrap_or(path),
            None => &self.current,
        };
        let (person, near) = match &self.source {
            Source::Nearest => (files::of_person(), files::nearest(dir)),
            Source::Only(file, reading) => {
                let read = || Arc::new(files::named(file, &self.current));
                (None, Some(Arc::clone(reading.get_or_init(read))))
            }
            Source::Nothing => (None, None),
        };
        let below = |reading: &Arc<Reading>| {
            let inside = path.as_deref()?.strip_prefix(&reading.dir).ok()?;
            Some(inside.to_owned())
        };
        let mut found = Found {
            inside: near.as_ref().and_then(below),
            person,
            near,
            environment: self.environment.clone(),
            problems: Vec::new(),
        };
        let in_files = found.files().flat_map(|reading| &reading.problems);
        found.problems = in_files.chain(&self.problems).cloned().collect();
        if found.problems.is_empty() {
            return Ok(found);
        }
        match on_problem {
            OnProblem::Fail => return Err(BadSettings(found.problems).into()),
            OnProblem::Say => {
                found.files().for_each(|reading| reading.tell());
                if !self.problems.is_empty() && !self.was_told.swap(true, Ordering::Relaxed) {
                    files::tell(&self.problems);
                }
            }
        }
        Ok(found)
    }

    /// Returns the flags that settings stand for, without those that do not
    /// count beside what was given, or beside the flag of an earlier key.
    pub(super) fn flags(&self, found: &Found) -> Vec<String> {
        let mut flags = Vec::new();
        let mut stand_for: Vec<&str> = Vec::new();
        for Held { key, set } in found.held() {
            let Some((value, _)) = set.filter(|_| self.is_own(key) && !self.is_given(key)) else {
                continue;
            };
            if key.unless.iter().any(|flag| stand_for.contains(flag)) {
                continue;
            }
            let own = flags_for(key, value, &self.known);
            if !own.is_empty() {
                stand_for.push(key.name);
            }
            flags.extend(own);
        }
        flags
    }

    /// Returns whether a key is one of the command's: of several with a name
    /// that of the last section.
    fn is_own(&self, key: &Key) -> bool {
        let has = |section: &&Section| {
            let mut keys = KEYS.iter();
            keys.any(|other| other.section == **section && other.name == key.name)
        };
        self.sections.iter().rfind(has) == Some(&key.section)
    }

    fn is_given(&self, key: &Key) -> bool {
        let no = format!("no-{}", key.name);
        self.given
            .iter()
            .any(|given| *given == key.name || *given == no || key.unless.contains(&given.as_str()))
    }

    /// Returns the arguments of the command with some flags before its own.
    pub(super) fn with_flags<A: FromArgMatches>(&self, flags: Vec<String>) -> Result<A, Usage> {
        if flags.is_empty() {
            return A::from_arg_matches(&self.matches).map_err(|error| usage(&error));
        }
        let mut words = self.words.clone();
        let behind_command = words.len().min(2);
        let flags = flags.into_iter().map(OsString::from);
        words.splice(behind_command..behind_command, flags);
        let parsed = command_for(&words).try_get_matches_from(words);
        let matches = parsed.map_err(|error| usage(&error))?;
        let Some((_, matches)) = matches.subcommand() else {
            return Err(Usage("no command is named".to_owned()));
        };
        A::from_arg_matches(matches).map_err(|error| usage(&error))
    }

    /// Returns the arguments, or a part of them, without any settings.
    pub(crate) fn own_args<A: FromArgMatches>(&self) -> Result<A, Usage> {
        self.with_flags(Vec::new())
    }

    /// Returns the arguments, or a part of them, as they are for a path, or,
    /// without one, for the current directory.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::found`] does.
    pub(crate) fn args<A: FromArgMatches>(
        &self,
        path: Option<&Path>,
        on_problem: OnProblem,
    ) -> Result<A> {
        let found = self.found(path, on_problem)?;
        Ok(self.with_flags(self.flags(&found))?)
    }
}

#[cfg(test)]
mod tests {
    use nbweave::settings::{Kind, Value, Words};

    use super::super::parser::COMMANDS;
    use super::*;

    /// Returns the flags that a command gets from a variable.
    #[track_caller]
    fn flags(words: &[&str], set: &str, to: &str) -> Vec<String> {
        let words = ["nbweave"].iter().chain(words).map(OsString::from);
        let (_, mut line) = CommandLine::new(words.collect()).unwrap();
        let variable = |name: &str| (name == set).then(|| to.to_owned());
        (line.environment, line.problems) = from_environment(line.sections, variable);
        assert!(line.problems.is_empty(), "{:?}", line.problems);
        line.source = Source::Nothing;
        let found = line.found(None, OnProblem::Fail).unwrap();
        line.flags(&found)
    }

    #[test]
    fn what_is_given_stands_in_the_way_of_settings() {
        let keep = "NBWEAVE_STRIP_KEEP_OUTPUT";
        assert_eq!(flags(&["strip"], keep, "true"), ["--keep-output"]);
        assert_eq!(flags(&["strip"], keep, "false"), [""; 0]);
        assert_eq!(flags(&["strip", "--no-keep-output"], keep, "1"), [""; 0]);
        assert_eq!(flags(&["strip", "--keep-outputs"], keep, "1"), [""; 0]);
        let counts = "NBWEAVE_STRIP_COUNTS";
        assert_eq!(flags(&["strip"], counts, "keep"), ["--counts=keep"]);
        assert_eq!(flags(&["strip", "--keep-count"], counts, "keep"), [""; 0]);
        let keys = "NBWEAVE_STRIP_EXTRA_KEYS";
        let two = ["--extra-keys=metadata.a", "--extra-keys=metadata.b"];
        assert_eq!(flags(&["strip"], keys, "metadata.a,metadata.b"), two);
        let given = ["strip", "--extra-keys", "metadata.c"];
        assert_eq!(flags(&given, keys, "metadata.a"), [""; 0]);
    }

    #[test]
    fn settings_are_for_their_command_and_for_flags_that_it_has() {
        let outputs = "NBWEAVE_DIFF_OUTPUTS";
        assert_eq!(flags(&["diff"], outputs, "true"), ["--outputs"]);
        assert_eq!(flags(&["git-merge"], outputs, "true"), [""; 0]);
        let format = "NBWEAVE_STRIP_FORMAT";
        assert_eq!(flags(&["strip"], format, "jupyter"), ["--format=jupyter"]);
        assert_eq!(flags(&["git-clean"], format, "jupyter"), [""; 0]);
        let textconv = "NBWEAVE_INSTALL_TEXTCONV";
        assert_eq!(flags(&["install"], textconv, "true"), [""; 0]);
        assert_eq!(flags(&["install"], textconv, "0"), ["--no-textconv"]);
        assert_eq!(flags(&["install", "--only=merge"], textconv, "0"), [""; 0]);
    }

    #[test]
    fn the_last_of_a_flag_and_its_opposite_wins() {
        let keeps = |words: &[&str]| {
            let words = words.iter().map(|&word| word.to_owned());
            let line = CommandLine::of("strip", &words.collect::<Vec<_>>()).unwrap();
            let args: crate::cli::args::RuleArgs = line.own_args().unwrap();
            args.options().unwrap().outputs.keep
        };
        assert!(keeps(&["--no-keep-output", "--keep-output"]));
        assert!(!keeps(&["--keep-output", "--no-keep-output"]));
    }

    /// Returns a value for a key that is not what holds without it.
    fn other_than_default(key: &Key) -> Value {
        let list = |word: &str| Value::List(vec![word.to_owned()]);
        let word = match key.kind {
            Kind::Flag => return Value::Flag(key.default != "true"),
            Kind::Number => return Value::Number(70),
            Kind::Size => "10k",
            Kind::Choice(words) => words.last().unwrap(),
            Kind::Word => "word",
            Kind::List(Words::Any) => return list("a"),
            Kind::List(Words::Rules) => return list("NB101"),
            Kind::List(Words::OutputTypes) => return list("error"),
            Kind::List(Words::MimeTypes) => return list("image/*"),
            Kind::List(Words::MetadataKeys) => return list("metadata.a"),
        };
        Value::Word(word.to_owned())
    }

    #[test]
    fn all_keys_of_a_command_can_be_set_at_once() {
        for (name, sections) in COMMANDS {
            let needed: &[&str] = match *name {
                "git-diff" => &["a"],
                "difftool" => &["a", "b"],
                "merge" => &["a", "b", "c"],
                // It has no flags that are keys.
                "config" => continue,
                _ => &[],
            };
            let words = ["nbweave", name].into_iter().chain(needed.iter().copied());
            let (_, mut line) = CommandLine::new(words.map(OsString::from).collect()).unwrap();
            let own = KEYS.iter().filter(|key| sections.contains(&key.section));
            let set = own.map(|key| Entry {
                key,
                value: other_than_default(key),
                origin: Origin::Environment(key.variable()),
            });
            line.environment = set.collect();
            line.source = Source::Nothing;
            let flags = line.flags(&line.found(None, OnProblem::Fail).unwrap());
            assert!(!flags.is_empty(), "{name}");
            let mut words = line.words.clone();
            words.splice(2..2, flags.into_iter().map(OsString::from));
            if let Err(error) = command_for(&words).try_get_matches_from(&words) {
                panic!("{words:?}: {error}");
            }
        }
    }
}
