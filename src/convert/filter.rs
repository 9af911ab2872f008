//! Which metadata text holds.

use super::Metadata;

/// Returns what text holds of the notebook's metadata: what `filter` says, by
/// default `jupytext`, `kernelspec`, `kernel_info`, `orphan` and `tocdepth`.
pub fn notebook_metadata(_metadata: &Metadata, _filter: Option<&str>) -> Metadata {
    todo!()
}

/// Returns what text holds of a cell's metadata: what `filter` says, by
/// default all but what front ends note about themselves, with keys that
/// text can hold.
pub fn cell_metadata(_metadata: &Metadata, _filter: Option<&str>) -> Metadata {
    todo!()
}

/// Returns `metadata` split by a filter for the root of a MyST header, where
/// by default everything may stand: what stays, and what moves.
pub fn root_level_metadata(_metadata: &Metadata, _filter: Option<&str>) -> (Metadata, Metadata) {
    todo!()
}

/// Returns whether text can hold metadata under this key.
pub fn is_valid_key(_key: &str) -> bool {
    todo!()
}
