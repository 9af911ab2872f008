//! Whether words in settings mean something.

use crate::check::RuleSet;
use crate::strip::{MetadataKey, MimePattern, OutputType};

/// What the words of a list are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Words {
    /// Any.
    Any,
    /// Types of output, such as `stream:stderr`.
    OutputTypes,
    /// Mime types, such as `image/*`.
    MimeTypes,
    /// Rules of check, such as `NB101` or `outputs`.
    Rules,
    /// Keys, such as `metadata.a.b`.
    MetadataKeys,
}

impl Words {
    /// Says what is wrong with a word, if anything is.
    pub(super) fn check(self, word: &str) -> Result<(), String> {
        if word.is_empty() {
            return Err("there is nothing in it".to_owned());
        }
        // Flags split their values there.
        if word.contains(|c: char| c == ',' || c.is_whitespace() || c.is_control()) {
            return Err("there are blanks or commas in it; each word is one string".to_owned());
        }
        let parsed = match self {
            Self::Rules => {
                let rules = word.parse::<RuleSet>();
                return rules.map(drop).map_err(|error| error.to_string());
            }
            Self::Any => Ok(()),
            Self::OutputTypes => word.parse::<OutputType>().map(drop),
            Self::MimeTypes => word.parse::<MimePattern>().map(drop),
            Self::MetadataKeys => word.parse::<MetadataKey>().map(drop),
        };
        parsed.map_err(|error| error.to_string())
    }
}
