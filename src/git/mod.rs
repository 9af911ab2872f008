//! Git: what changed between revisions, the index and the worktree, and the
//! bytes of it. Nothing here knows what a notebook is: it hands out paths,
//! versions and bytes.
//!
//! Questions go to the `git` program, which knows every format of repository
//! and reads the same settings as everywhere else; it is run in the directory
//! and with the environment of the caller, so a hook or an alias sees the same
//! repository as we do. Only blobs are read in process, where that is possible
//! ([`Blobs`]).

mod archive;
mod attributes;
mod changes;
mod config;
mod directory;
mod files;
mod filter;
pub mod install;
mod merge;
mod objects;
mod pkt_line;
mod program;
mod refresh;
mod repository;
mod unmerged;
mod versions;

pub use archive::is_archiving;
pub use attributes::{Filter, attributes, filters};
pub use changes::{Changes, FileChange, FileVersion, Mode, Place, Status, changes};
pub use config::{color_is_wanted, editor, pager};
pub use directory::GitDirectory;
pub use files::{
    Ignored, IndexEntry, are_tracked, index_entries, tracked_files, untracked_files, visible_files,
};
pub use filter::{Direction, FilterRequest, serve_filter};
pub use merge::{LineMerge, MergedLines, conflict_style, marker_size};
pub use objects::{Blobs, ObjectId, blob_id, is_revision, revision_count, smudged};
pub use refresh::refresh;
pub use repository::Repository;
pub use unmerged::{UnmergedFile, stage, unmerged_files};
pub use versions::{
    Staged, blobs_in, commits_of, is_ignored, own_directory, removed_files, stage_blobs,
    staged_files, write_blob,
};
