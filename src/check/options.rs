//! What check can be told.

use super::rules::{Rule, RuleSet};
use crate::strip::StripOptions;

/// The size in bytes from which on outputs of a cell are large.
const LARGE_OUTPUT: usize = 1_000_000;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// The rules that hold.
    pub select: RuleSet,
    /// Those of them that do not.
    pub ignore: RuleSet,
    /// What strip would be told: the rules from NB101 on report what it does.
    pub strip: StripOptions,
    /// How large the outputs of a cell may be, in bytes of the file.
    pub max_output_size: usize,
}

impl CheckOptions {
    /// Returns whether a rule holds.
    pub fn looks_for(&self, rule: Rule) -> bool {
        self.select.without(self.ignore).contains(rule)
    }
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self {
            select: RuleSet::defaults(),
            ignore: RuleSet::NONE,
            strip: StripOptions::default(),
            max_output_size: LARGE_OUTPUT,
        }
    }
}
