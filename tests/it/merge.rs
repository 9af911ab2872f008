//! `nbweave merge`, as people run it.
