//! Text in any of the forms: written and read.

use super::format::Format;
use super::model::TextNotebook;
use super::{languages, light, markdown, myst, percent};
use crate::error::{Error, ErrorKind, Result};

/// Returns a notebook as text in the form `format`, for a file with this
/// extension, which has its dot.
///
/// # Errors
///
/// Fails with [`ErrorKind::Unsupported`] if the form is only read, or a script
/// is wanted in a language of which nothing is known.
pub fn write(notebook: &TextNotebook, format: Format, extension: &str) -> Result<String> {
    match format {
        Format::Percent | Format::Hydrogen => {
            if languages::by_extension(extension).is_none() {
                let what = format!("how comments are written in '{extension}' files is not known");
                return Err(ErrorKind::Unsupported { what }.into());
            }
            Ok(percent::write(notebook, format, extension))
        }
        Format::Markdown => Ok(markdown::write(notebook, extension)),
        Format::Myst => Ok(myst::write(notebook, extension)),
        Format::Light | Format::Ipynb => Err(unsupported(format, "written")),
    }
}

/// Returns the notebook that a text in the form `format` is.
///
/// # Errors
///
/// Fails if its header cannot be read.
pub fn read(text: &str, format: Format, extension: &str) -> Result<TextNotebook> {
    match format {
        Format::Percent | Format::Hydrogen => percent::read(text, format, extension),
        Format::Markdown => markdown::read(text, extension),
        Format::Myst => myst::read(text),
        Format::Light => light::read(text, extension),
        Format::Ipynb => Err(unsupported(format, "read")),
    }
}

fn unsupported(format: Format, what: &str) -> Error {
    let what = format!("the form '{}' cannot be {what}", format.name());
    ErrorKind::Unsupported { what }.into()
}
