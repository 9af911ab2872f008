//! What the filter takes out, for those who do as it does.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use nbweave::strip::StripOptions;

use super::{CommandLine, ForPath, OnProblem, PerPath};
use crate::cli::args::RuleArgs;
use crate::cli::ui::Usage;

/// What a filter with some options takes out.
pub(crate) struct FilterRules {
    line: CommandLine,
    rules: PerPath<RuleArgs, StripOptions>,
}

impl FilterRules {
    /// Returns what a filter with these options takes out.
    ///
    /// # Errors
    ///
    /// Fails if it takes no such options: then it does not even start.
    pub(crate) fn new(options: &[String]) -> Result<Arc<Self>, Usage> {
        static MADE: Mutex<Option<HashMap<Vec<String>, Arc<FilterRules>>>> = Mutex::new(None);
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.get_or_insert_default();
        if let Some(made) = made.get(options) {
            return Ok(Arc::clone(made));
        }
        let line = CommandLine::of("filter-process", options)?;
        // Without settings, so that what fails is the options.
        let args: RuleArgs = line.own_args()?;
        args.options()?;
        let new = Arc::new(Self {
            line,
            rules: PerPath::new(OnProblem::Say, |args: RuleArgs| Ok(args.options()?)),
        });
        made.insert(options.to_vec(), Arc::clone(&new));
        Ok(new)
    }

    /// Returns what goes out of a notebook; `None` if it is left alone.
    pub(crate) fn of(&self, path: &Path) -> Option<Arc<StripOptions>> {
        match self.rules.get(&self.line, Some(path)) {
            Ok(ForPath::Held(options)) => Some(options),
            Ok(ForPath::Excluded(_)) => None,
            // Settings do not fail here, and the options were checked.
            Err(_) => Some(Arc::default()),
        }
    }
}
