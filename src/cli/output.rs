//! Files that results are written to.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use super::bytes;
use super::input::Input;

/// Writes a result to the file at `path`, all or nothing, unless the file says
/// it already. Returns the name of the file as people know it.
pub(crate) fn write_result(path: &Path, result: &[u8]) -> Result<String> {
    let name = Input::File(path.to_owned()).to_string();
    write(path, result).with_context(|| format!("cannot write '{name}'"))?;
    Ok(name)
}

fn write(path: &Path, result: &[u8]) -> io::Result<()> {
    match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            nbweave::fs::create(path, |file| file.write_all(result))
        }
        Ok(metadata) if metadata.is_file() => {
            if *bytes::read_path(path)? == *result {
                return Ok(());
            }
            nbweave::fs::replace(path, |file| file.write_all(result))
        }
        // A pipe, or `/dev/null`: there is nothing to replace.
        Ok(_) => File::options().write(true).open(path)?.write_all(result),
        Err(error) => Err(error),
    }
}
