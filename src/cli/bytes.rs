//! The bytes of a file, however many.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::ops::Deref;
use std::path::Path;

use memmap2::MmapMut;

/// The size in bytes from which on a file is read into large pages.
const LARGE_FILE: u64 = 4 << 20;

/// The bytes of a file.
#[derive(Debug)]
pub(crate) enum Bytes {
    Small(Vec<u8>),
    Large(MmapMut),
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Small(bytes)
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Small(bytes) => bytes,
            Self::Large(memory) => memory,
        }
    }
}

/// Reads the file at `path`.
pub(crate) fn read_path(path: &Path) -> io::Result<Bytes> {
    read_file(File::open(path)?)
}

/// Reads standard input to its end. A file in its place is read as one.
pub(crate) fn read_stdin() -> io::Result<Bytes> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;

        let stdin = io::stdin().lock();
        read_file(File::from(stdin.as_fd().try_clone_to_owned()?))
    }
    #[cfg(not(unix))]
    {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        Ok(Bytes::Small(bytes))
    }
}

/// Reads a file from where it stands to its end.
fn read_file(mut file: File) -> io::Result<Bytes> {
    if let Some(bytes) = read_large(&mut file)? {
        return Ok(bytes);
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Bytes::Small(bytes))
}

/// Reads a large regular file into large pages of memory; `None` for any
/// other file.
///
/// Most of what reading costs is the system's work of finding memory, page by
/// page: with pages of 2 MiB it is a third.
fn read_large(file: &mut File) -> io::Result<Option<Bytes>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() < LARGE_FILE {
        return Ok(None);
    }
    let rest = metadata.len().saturating_sub(file.stream_position()?);
    let Ok(size) = usize::try_from(rest) else {
        return Ok(None);
    };
    let Ok(mut memory) = MmapMut::map_anon(size) else {
        return Ok(None);
    };
    // Where there are none, small pages do.
    #[cfg(target_os = "linux")]
    memory.advise(memmap2::Advice::HugePage).ok();
    file.read_exact(&mut memory)?;
    // A file that grew in the meantime is nobody's finished notebook, but it
    // is not for us to cut it.
    let mut more = Vec::new();
    if file.read_to_end(&mut more)? > 0 {
        return Ok(Some(Bytes::Small([&*memory, &more].concat())));
    }
    Ok(Some(Bytes::Large(memory)))
}
