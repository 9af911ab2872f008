//! `nbweave strip` from a shell and a pipe.
