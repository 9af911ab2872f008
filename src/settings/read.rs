//! Reads settings: a file, or variables of the environment.
//!
//! What cannot be is a list of problems beside what can be: some have to go on
//! with the rest.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{
    Entry, KEYS, Key, Kind, Origin, Override, Pattern, Problem, SECTIONS, Section, SettingsFile,
    Value,
};
use crate::error::LineColumn;

/// Names longer than this are like no other.
const LONGEST_NAME: usize = 40;

/// Where a file starts.
const START: LineColumn = LineColumn { line: 1, column: 1 };

/// What sort of file it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// A file of settings alone.
    Own,
    /// `pyproject.toml`, with the settings in `[tool.nbweave]`.
    Pyproject,
    /// That of a person, which knows no paths.
    Person,
}

/// Reads a file; `None` if it is one for others, too, and has nothing for us.
///
/// `name` is what the file is called in problems and origins.
pub fn read(text: &str, name: &str, form: Form) -> (Option<SettingsFile>, Vec<Problem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        text,
        name: name.into(),
        passed: Cell::new((0, START)),
        problems: Vec::new(),
    };
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let place = reader.place(&error.span().unwrap_or_default());
            let what = format!("invalid TOML at {place}: {}", error.message());
            let is_unmerged = text.lines().any(|line| line.starts_with("<<<<<<< "));
            let hint = is_unmerged.then(|| "a merge left conflict markers in the file".to_owned());
            return (None, vec![Problem { what, hint }]);
        }
    };
    let table = match form {
        Form::Own | Form::Person => Some(document.get_ref()),
        Form::Pyproject => reader.tool(document.get_ref()),
    };
    let file = table.map(|table| reader.file(table, form));
    (file, reader.problems)
}

/// Reads the variables of the environment for the keys of some sections.
pub fn from_environment(
    sections: &[Section],
    variable: impl Fn(&str) -> Option<String>,
) -> (Vec<Entry>, Vec<Problem>) {
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    for key in KEYS.iter().filter(|key| sections.contains(&key.section)) {
        let name = key.variable();
        let Some(text) = variable(&name) else {
            continue;
        };
        match value_of(key, &text) {
            Ok(value) => entries.push(Entry {
                key,
                value,
                origin: Origin::Environment(name),
            }),
            Err(why) => problems.push(Problem {
                what: format!("invalid value '{}' of {name}: {why}", escaped(&text)),
                hint: None,
            }),
        }
    }
    (entries, problems)
}

/// Returns the value that a word, as behind a flag, stands for.
fn value_of(key: &Key, text: &str) -> Result<Value, String> {
    let value = match key.kind {
        Kind::Flag => match text {
            "true" | "1" => Value::Flag(true),
            "false" | "0" => Value::Flag(false),
            _ => return Err(expected(key.kind)),
        },
        Kind::Number => match text.parse() {
            Ok(number) => Value::Number(number),
            Err(_) => return Err(expected(key.kind)),
        },
        Kind::Size | Kind::Choice(_) | Kind::Word => Value::Word(text.to_owned()),
        Kind::List(_) => {
            let words = text.split(|c: char| c == ',' || c.is_whitespace());
            let words = words.filter(|word| !word.is_empty());
            Value::List(words.map(str::to_owned).collect())
        }
    };
    if let Value::Word(word) = &value {
        check_word(key.kind, word)?;
    }
    if let Value::List(words) = &value {
        words
            .iter()
            .try_for_each(|word| check_word(key.kind, word))?;
    }
    Ok(value)
}

/// Says what is wrong with a word of a key, if anything is.
fn check_word(kind: Kind, word: &str) -> Result<(), String> {
    match kind {
        Kind::Size if is_size(word) => Ok(()),
        Kind::Flag | Kind::Number | Kind::Size => Err(expected(kind)),
        Kind::Choice(words) if words.contains(&word) => Ok(()),
        Kind::Choice(words) => Err(match nearest(word, words.iter().copied()) {
            Some(near) => format!("{}; did you mean '{near}'?", expected(kind)),
            None => expected(kind),
        }),
        Kind::Word if word.is_empty() => Err("there is nothing in it".to_owned()),
        Kind::Word if word.contains(char::is_control) => {
            Err("there are control characters in it".to_owned())
        }
        Kind::Word => Ok(()),
        Kind::List(words) => words.check(word),
    }
}

/// Says what values there are.
fn expected(kind: Kind) -> String {
    match kind {
        Kind::Flag => "it takes true or false".to_owned(),
        Kind::Number => "it takes a number from 0 on".to_owned(),
        Kind::Size => "it takes a number, with k, M or G behind it in a string".to_owned(),
        Kind::Choice(words) => format!("it takes {}", words.join(", ")),
        Kind::Word => "it takes a string".to_owned(),
        Kind::List(_) => "it takes a list of strings".to_owned(),
    }
}

fn is_size(word: &str) -> bool {
    let digits = word.trim_end_matches(['k', 'K', 'm', 'M', 'g', 'G']);
    let factor: u64 = match word.len() - digits.len() {
        0 => 1,
        1 => match word.to_ascii_lowercase().chars().next_back() {
            Some('k') => 1_000,
            Some('m') => 1_000_000,
            _ => 1_000_000_000,
        },
        _ => return false,
    };
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u64>().ok().filter(|_| is_digits);
    let size = number.and_then(|number| number.checked_mul(factor));
    size.is_some_and(|size| usize::try_from(size).is_ok())
}

/// Returns the name that is most like another one, if any is.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST_NAME {
        return None;
    }
    let name = name.replace('_', "-").to_lowercase();
    let most = 1 + name.chars().count() / 4;
    let distances = names.map(|other| (strsim::damerau_levenshtein(&name, other), other));
    let near = distances.filter(|(distance, _)| *distance <= most).min();
    near.map(|(_, other)| other)
}

/// Returns a word of a file so that it moves no cursor, and not too much of it.
fn escaped(word: &str) -> String {
    let start: String = word.chars().take(LONGEST_NAME).collect();
    let rest = if start.len() < word.len() { "…" } else { "" };
    format!("{}{rest}", start.escape_debug())
}

/// Reads one file.
struct Reader<'a> {
    text: &'a str,
    name: Arc<str>,
    /// The last place that was asked for. Most come in the order of the file,
    /// and to count from its start each time would take the square of that.
    passed: Cell<(usize, LineColumn)>,
    problems: Vec<Problem>,
}

type Table<'a> = DeTable<'a>;

impl Reader<'_> {
    fn at(&self, span: &Range<usize>) -> LineColumn {
        let (mut from, mut at) = self.passed.get();
        if span.start < from {
            (from, at) = (0, START);
        }
        let between = self.text.get(from..span.start).unwrap_or_default();
        for c in between.chars() {
            if c == '\n' {
                at.line += 1;
                at.column = 1;
            } else {
                at.column += 1;
            }
        }
        self.passed.set((span.start, at));
        at
    }

    fn place(&self, span: &Range<usize>) -> String {
        let LineColumn { line, column } = self.at(span);
        format!("{}:{line}:{column}", self.name)
    }

    fn origin(&self, span: &Range<usize>, number: Option<usize>) -> Origin {
        Origin::File {
            name: Arc::clone(&self.name),
            at: self.at(span),
            number,
        }
    }

    fn problem(&mut self, what: String, hint: Option<String>) {
        self.problems.push(Problem { what, hint });
    }

    /// Says that something has another type than it takes.
    fn mistyped(&mut self, name: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let place = self.place(&value.span());
        let name = escaped(name);
        let met = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.problem(format!("'{name}' at {place} is {met}; {expected}"), None);
    }

    /// Returns `[tool.nbweave]`.
    fn tool<'t>(&mut self, document: &'t Table<'t>) -> Option<&'t Table<'t>> {
        let tool = document.get("tool")?.get_ref().as_table()?;
        let own = tool.get("nbweave")?;
        let table = own.get_ref().as_table();
        if table.is_none() {
            self.mistyped("tool.nbweave", own, "it takes a table");
        }
        table
    }

    fn file(&mut self, table: &Table<'_>, form: Form) -> SettingsFile {
        let mut file = SettingsFile::default();
        for (name, value) in in_order(table) {
            let key: &str = name.get_ref();
            let knows_paths = form != Form::Person;
            if matches!(key, "exclude" | "overrides") && !knows_paths {
                let place = self.place(&name.span());
                let what = format!("'{key}' at {place} is for the settings of a directory");
                self.problem(what, None);
            } else if key == "exclude" {
                let patterns = self.patterns(key, value);
                let placed = patterns.into_iter().map(|(pattern, span)| {
                    let origin = self.origin(&span, None);
                    (pattern, origin)
                });
                file.exclude = placed.collect();
            } else if key == "overrides" {
                file.overrides = self.overrides(value);
            } else if let Some(section) = Section::named(key) {
                self.section(section, value, None, &mut file.entries);
            } else {
                self.unknown(name, &["exclude", "overrides"]);
            }
        }
        file
    }

    fn overrides(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<Override> {
        const EXPECTED: &str = "it takes tables: [[overrides]]";
        let Some(tables) = value.get_ref().as_array() else {
            self.mistyped("overrides", value, EXPECTED);
            return Vec::new();
        };
        let mut overrides = Vec::new();
        for (index, value) in tables.iter().enumerate() {
            match value.get_ref().as_table() {
                Some(table) => {
                    let place = value.span();
                    overrides.push(self.over(table, &place, index + 1));
                }
                None => self.mistyped("overrides", value, EXPECTED),
            }
        }
        overrides
    }

    /// Reads one override, which is called by its number.
    fn over(&mut self, table: &Table<'_>, span: &Range<usize>, number: usize) -> Override {
        let mut over = Override {
            paths: Vec::new(),
            entries: Vec::new(),
        };
        if !table.contains_key("paths") {
            let place = self.place(span);
            self.problem(format!("the override at {place} has no 'paths'"), None);
        }
        for (name, value) in in_order(table) {
            let key: &str = name.get_ref();
            if key == "paths" {
                let patterns = self.patterns(key, value);
                over.paths = patterns.into_iter().map(|(pattern, _)| pattern).collect();
            } else if let Some(section) = Section::named(key).filter(|it| it.knows_paths()) {
                self.section(section, value, Some(number), &mut over.entries);
            } else if Section::named(key).is_some() {
                let place = self.place(&name.span());
                let what = format!("'{key}' at {place} does not differ by path");
                self.problem(what, None);
            } else {
                self.unknown(name, &["paths"]);
            }
        }
        over
    }

    fn patterns(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Vec<(Pattern, Range<usize>)> {
        let Some(values) = value.get_ref().as_array() else {
            self.mistyped(name, value, "it takes a list of patterns");
            return Vec::new();
        };
        let mut patterns = Vec::new();
        for value in values {
            let Some(text) = value.get_ref().as_str() else {
                self.mistyped(name, value, "it takes a list of patterns");
                continue;
            };
            match text.parse() {
                Ok(pattern) => patterns.push((pattern, value.span())),
                Err(why) => {
                    let place = self.place(&value.span());
                    let text = escaped(text);
                    self.problem(format!("invalid pattern '{text}' at {place}: {why}"), None);
                }
            }
        }
        patterns
    }

    fn section(
        &mut self,
        section: Section,
        value: &Spanned<DeValue<'_>>,
        number: Option<usize>,
        entries: &mut Vec<Entry>,
    ) {
        let Some(table) = value.get_ref().as_table() else {
            self.mistyped(section.name(), value, "it takes a table");
            return;
        };
        for (name, value) in in_order(table) {
            let own = KEYS.iter().find(|key| {
                let text: &str = name.get_ref();
                key.section == section && key.name == text
            });
            let Some(key) = own else {
                self.unknown_in(section, name);
                continue;
            };
            let origin = self.origin(&value.span(), number);
            if let Some(value) = self.value(key, value) {
                entries.push(Entry { key, value, origin });
            }
        }
    }

    /// Returns the value of a key, unless it is none.
    fn value(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let number = |value: &DeValue<'_>| {
            let digits = value.as_integer()?;
            u64::from_str_radix(digits.as_str(), digits.radix()).ok()
        };
        match (key.kind, value.get_ref()) {
            (Kind::Flag, DeValue::Boolean(flag)) => return Some(Value::Flag(*flag)),
            (Kind::Number | Kind::Size, given @ DeValue::Integer(_)) => {
                let number = number(given).filter(|&number| usize::try_from(number).is_ok());
                if let Some(number) = number {
                    return Some(Value::Number(number));
                }
                let place = self.place(&value.span());
                let expected = expected(key.kind);
                let what = format!("'{}' at {place} is out of range; {expected}", key.name);
                self.problem(what, None);
            }
            (Kind::Size | Kind::Choice(_) | Kind::Word, DeValue::String(word)) => {
                if self.is_word(key, word, &value.span()) {
                    return Some(Value::Word(word.to_string()));
                }
            }
            (Kind::List(_), DeValue::Array(values)) => {
                let mut words = Vec::new();
                for value in values {
                    match value.get_ref().as_str() {
                        Some(word) if self.is_word(key, word, &value.span()) => {
                            words.push(word.to_owned());
                        }
                        Some(_) => {}
                        None => self.mistyped(key.name, value, &expected(key.kind)),
                    }
                }
                return Some(Value::List(words));
            }
            _ => self.mistyped(key.name, value, &expected(key.kind)),
        }
        None
    }

    /// Returns whether a word means something to a key, and says if not.
    fn is_word(&mut self, key: &Key, word: &str, span: &Range<usize>) -> bool {
        let Err(why) = check_word(key.kind, word) else {
            return true;
        };
        let (place, word) = (self.place(span), escaped(word));
        let what = format!("invalid value '{word}' of '{}' at {place}: {why}", key.name);
        self.problem(what, None);
        false
    }

    /// Says that there is no such key at the top of a file or override.
    fn unknown(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, others: &[&str]) {
        let key: &str = name.get_ref();
        let place = self.place(&name.span());
        let sections = SECTIONS.iter().map(|section| section.name());
        let near = nearest(key, sections.chain(others.iter().copied()));
        let hint = match near {
            Some(near) => Some(format!("did you mean '{near}'?")),
            None => belongs(key),
        };
        self.problem(format!("unknown key '{}' at {place}", escaped(key)), hint);
    }

    /// Says that there is no such key in a section.
    fn unknown_in(&mut self, section: Section, name: &Spanned<std::borrow::Cow<'_, str>>) {
        let key: &str = name.get_ref();
        let place = self.place(&name.span());
        let names = KEYS.iter().filter(|key| key.section == section);
        let near = nearest(key, names.map(|key| key.name));
        let hint = match near {
            Some(near) => Some(format!("did you mean '{near}'?")),
            None => belongs(key),
        };
        self.problem(format!("unknown key '{}' at {place}", escaped(key)), hint);
    }
}

/// Says to which sections a name belongs, if it is that of a key.
fn belongs(name: &str) -> Option<String> {
    let same = KEYS.iter().filter(|key| key.name == name);
    let sections: Vec<_> = same
        .map(|key| format!("[{}]", key.section.name()))
        .collect();
    (!sections.is_empty()).then(|| format!("it belongs to {}", sections.join(" or ")))
}

type Member<'t, 'i> = (
    &'t Spanned<std::borrow::Cow<'i, str>>,
    &'t Spanned<DeValue<'i>>,
);

/// Returns what is in a table, in the order of the file.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<Member<'t, 'i>> {
    let mut members: Vec<_> = table.iter().collect();
    members.sort_by_key(|(name, _)| name.span().start);
    members
}
