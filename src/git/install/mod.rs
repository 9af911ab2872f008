//! What tells git about drivers, filters and hooks: settings, lines of
//! attributes, calls in scripts. They are put where they belong and taken away
//! again, and what else is in those files stays, to the byte.

mod attribute_lines;
mod config_file;
mod config_text;
mod hook_script;
mod places;

pub use attribute_lines::{AttributeLine, OwnLines, attribute_lines, with_lines, without_lines};
pub use config_file::{ConfigFile, Last, Setting, same_key};
pub use hook_script::{NotAShellScript, with_call, without_call};
pub use places::{
    attributes_path, config_path, effective, has_worktree_settings, hooks_dir, info_attributes,
    origin, personal_attributes, version, worktree_config_paths,
};

/// Who settings are for, from the most people to the fewest.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scope {
    /// Everybody on this machine.
    System,
    /// All repositories of one person.
    Global,
    /// One repository.
    Local,
    /// One worktree of a repository.
    Worktree,
}

impl Scope {
    /// All of them, in the order in which git reads them.
    pub const ALL: [Self; 4] = [Self::System, Self::Global, Self::Local, Self::Worktree];

    /// Returns git's word for it: `local`.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Global => "global",
            Self::Local => "local",
            Self::Worktree => "worktree",
        }
    }
}
