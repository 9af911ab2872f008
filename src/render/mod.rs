//! What people see of an operation's result: text for a terminal or a file.
//!
//! Renderers are given data and write text. They open no files and ask
//! nothing about the terminal.

mod patch;

pub use patch::patch;
