//! A diff as one HTML file: made without a browser, read without a script or
//! a network.
//!
//! What a notebook holds gets into the page by three ways only: as text, which
//! [`markup`] escapes; as HTML that [`sanitize`] let through; as a picture in
//! a `data:` address. A policy at the head of the page forbids the rest.

mod bundle;
mod cell;
mod keys;
mod lines;
mod markdown_text;
mod markup;
mod notebook;
mod outputs;
mod page;
mod picture;
mod sanitize;
mod table;

pub use notebook::{html_remark, html_section, html_text};
pub use page::html_page;

use super::RenderOptions;
use crate::diff::Summary;

/// How many lines of an output are shown at most.
const OUTPUT_LINES: usize = 200;

/// What a page says of one file, and how it counts in all.
#[derive(Clone, Debug)]
pub struct HtmlSection {
    /// Its number on the page, for links to it.
    number: usize,
    /// What the file is called.
    name: String,
    /// What became of it, in a few words.
    about: String,
    /// What became of its cells; nothing if it was not compared as a notebook.
    summary: Summary,
    /// All of it, as HTML.
    body: Vec<u8>,
}

/// Returns the options by which a page is made: what it holds is folded, so
/// there is room for more of outputs.
fn page_options(options: &RenderOptions) -> RenderOptions {
    RenderOptions {
        output_lines: options.output_lines.max(OUTPUT_LINES),
        ..*options
    }
}
