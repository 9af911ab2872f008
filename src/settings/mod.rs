//! What people write into settings files: the keys, how a file is read, and
//! what holds for a path.
//!
//! A key is a long flag of a command, with the same values. Everything that is
//! known of it stands in one row of [`KEYS`]; reading, suggestions, the schema
//! and the list in the documentation follow from there. Which files there are
//! is not known here.

mod check;
mod effective;
mod glob;
mod keys;
mod read;
mod schema;

use std::fmt;
use std::sync::Arc;

use crate::error::LineColumn;

pub use check::Words;
pub use effective::{Held, effective, held_by};
pub use glob::{BadPattern, Pattern};
pub use keys::{KEYS, Key, Kind, SECTIONS, Section};
pub use read::{Form, from_environment, read};
pub use schema::{schema, table};

/// The value of a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Whether something is done.
    Flag(bool),
    /// A number.
    Number(u64),
    /// A word, as it stands behind a flag.
    Word(String),
    /// What can be given several times.
    List(Vec<String>),
}

impl fmt::Display for Value {
    /// Writes the value as it stands in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => write!(f, "{}", quoted(word)),
            Self::List(words) => {
                let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
                write!(f, "[{}]", words.join(", "))
            }
        }
    }
}

/// Returns a string as TOML has it, which is as JSON has it.
fn quoted(word: &str) -> String {
    serde_json::Value::from(word).to_string()
}

/// Where a value was set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// In a file.
    File {
        /// The name of the file.
        name: Arc<str>,
        /// Where the value starts.
        at: LineColumn,
        /// Which of the file's overrides it is in, from one.
        number: Option<usize>,
    },
    /// In a variable of the environment.
    Environment(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, at, number } => {
                write!(f, "{name}:{}", at.line)?;
                match number {
                    Some(number) => write!(f, " (override {number})"),
                    None => Ok(()),
                }
            }
            Self::Environment(name) => write!(f, "{name}"),
        }
    }
}

/// A key and its value, in a file or in the environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key, of [`KEYS`].
    pub key: &'static Key,
    /// What it is set to.
    pub value: Value,
    /// Where that stands.
    pub origin: Origin,
}

/// What holds for some of the paths below a settings file.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// For which.
    pub paths: Vec<Pattern>,
    /// What holds for them.
    pub entries: Vec<Entry>,
}

/// A settings file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettingsFile {
    /// What holds for all paths, in the order of the file.
    pub entries: Vec<Entry>,
    /// What holds for some paths. Where several do, the last one wins.
    pub overrides: Vec<Override>,
    /// What is left alone, with where that stands.
    pub exclude: Vec<(Pattern, Origin)>,
}

/// Something in a settings file that cannot be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// What it is, with the place.
    pub what: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}
