//! Text in any of the forms: written and read.

use super::format::Format;
use super::model::TextNotebook;
use crate::error::{ErrorKind, Result};

/// Returns a notebook as text in the form `format`, for a file with this
/// extension, which has its dot.
///
/// # Errors
///
/// Fails with [`ErrorKind::Unsupported`] if the form is only read.
pub fn write(notebook: &TextNotebook, format: Format, extension: &str) -> Result<String> {
    let _ = (notebook, extension);
    Err(unsupported(format, "written"))
}

/// Returns the notebook that a text in the form `format` is.
///
/// # Errors
///
/// Fails if its header cannot be read.
pub fn read(text: &str, format: Format, extension: &str) -> Result<TextNotebook> {
    let _ = (text, extension);
    Err(unsupported(format, "read"))
}

fn unsupported(format: Format, what: &str) -> crate::error::Error {
    let what = format!("the form '{}' cannot be {what}", format.name());
    ErrorKind::Unsupported { what }.into()
}
