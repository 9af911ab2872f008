//! Exit codes.

use std::process::ExitCode;

/// What the process tells its caller.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Exit {
    /// Nothing was found, or all went well.
    Clean = 0,
    /// There is something to see: findings of a check, files that a hook
    /// changed.
    Found = 1,
    /// The arguments make no sense.
    Usage = 2,
    /// Something could not be done. Above 128, since git takes what a merge
    /// driver says up to there for "there are conflicts".
    Failed = 129,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
