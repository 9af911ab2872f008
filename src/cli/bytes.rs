//! The bytes of a file, however many.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::ops::Deref;
use std::path::Path;

use memmap2::MmapMut;

/// The size in bytes from which on a file is read into large pages.
const LARGE_FILE: usize = 1 << 20;

/// The size in bytes of a large page.
const LARGE_PAGE: usize = 2 << 20;

/// The bytes of a file.
#[derive(Debug)]
pub(crate) enum Bytes {
    Small(Vec<u8>),
    /// Memory, of which the file takes so many bytes.
    Large(MmapMut, usize),
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
            Self::Large(memory, size) => memory.get(..*size).unwrap_or(memory),
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
    let metadata = file.metadata()?;
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if metadata.is_file() && size >= LARGE_FILE {
        let start = usize::try_from(file.stream_position()?).unwrap_or(usize::MAX);
        if let Some(bytes) = read_large(&mut file, size.saturating_sub(start))? {
            return Ok(bytes);
        }
    }
    // One byte more than there are: the read that finds the end needs room.
    let mut bytes = Vec::with_capacity(size.min(LARGE_FILE) + 1);
    // `take` keeps the library from asking for the size once more.
    file.take(u64::MAX).read_to_end(&mut bytes)?;
    Ok(Bytes::Small(bytes))
}

/// Reads `size` bytes, all there are, into large pages of memory; `None` if
/// there is no such memory.
///
/// Most of what reading costs is the system's work of finding memory, page by
/// page: with pages of 2 MiB it is a third.
fn read_large(file: &mut File, size: usize) -> io::Result<Option<Bytes>> {
    // Only whole pages are large ones.
    let Some(whole) = size.checked_next_multiple_of(LARGE_PAGE) else {
        return Ok(None);
    };
    let Ok(mut memory) = MmapMut::map_anon(whole) else {
        return Ok(None);
    };
    // Where there are none, small pages do.
    #[cfg(target_os = "linux")]
    memory.advise(memmap2::Advice::HugePage).ok();
    let bytes = memory.get_mut(..size).unwrap_or_default();
    file.read_exact(bytes)?;
    // A file that grew in the meantime is nobody's finished notebook, but it
    // is not for us to cut it.
    let mut more = Vec::new();
    file.take(u64::MAX).read_to_end(&mut more)?;
    if more.is_empty() {
        Ok(Some(Bytes::Large(memory, size)))
    } else {
        Ok(Some(Bytes::Small([&*bytes, &more].concat())))
    }
}
