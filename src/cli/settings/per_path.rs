//! What settings make of the arguments, for each of many paths.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use clap::FromArgMatches;
use nbweave::settings::Origin;

use super::OnProblem;
use super::line::{CommandLine, Found};

/// What is made of the arguments `A`, for each path once what settings say of
/// it has been seen.
pub(crate) struct PerPath<A, T> {
    on_problem: OnProblem,
    make: fn(A) -> Result<T>,
    /// By the flags that settings stand for.
    made: Mutex<HashMap<Vec<String>, Arc<T>>>,
}

/// What there is for a path.
pub(crate) enum ForPath<T> {
    /// This holds.
    Held(Arc<T>),
    /// The path is to be left alone, as is said there.
    Excluded(Origin),
}

impl<A: FromArgMatches, T> PerPath<A, T> {
    pub(crate) fn new(on_problem: OnProblem, make: fn(A) -> Result<T>) -> Self {
        Self {
            on_problem,
            make,
            made: Mutex::default(),
        }
    }

    /// Returns what there is for a path, or, without one, for the current
    /// directory.
    pub(crate) fn get(&self, line: &CommandLine, path: Option<&Path>) -> Result<ForPath<T>> {
        let found = line.found(path, self.on_problem)?;
        if let Some(origin) = found.excluded_by() {
            return Ok(ForPath::Excluded(origin.clone()));
        }
        self.held(line, &found).map(ForPath::Held)
    }

    fn held(&self, line: &CommandLine, found: &Found) -> Result<Arc<T>> {
        let flags = line.flags(found);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = made.get(&flags) {
            return Ok(Arc::clone(made));
        }
        let new = Arc::new((self.make)(line.with_flags(flags.clone())?)?);
        made.insert(flags, Arc::clone(&new));
        Ok(new)
    }
}
