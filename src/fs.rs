//! Files: replaced or made, all or nothing.

use std::borrow::Cow;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// How much is written to a file at once.
const BUFFER: usize = 128 * 1024;

/// Replaces the file at `path` by what `write` writes, all or nothing.
///
/// The new file is written beside the old one and renamed over it, so a reader
/// sees the old bytes or the new ones, also when the disk is full or the
/// process is killed. Permissions are kept, and the owner where the system
/// lets us; a symbolic link stays, and what it points to is replaced. Another
/// hard link to the file keeps the old bytes.
///
/// # Errors
///
/// Fails if the file is no regular file or may not be written to, which a
/// rename alone would not notice, or if anything goes wrong on the way; the
/// file is then as it was.
pub fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut path = Cow::Borrowed(path);
    let mut metadata = path.symlink_metadata()?;
    if metadata.is_symlink() {
        path = Cow::Owned(path.canonicalize()?);
        metadata = path.metadata()?;
    }
    // Before it is opened: a pipe would wait for a reader.
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    OpenOptions::new().write(true).open(&path)?;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or(Path::new("."));
    let file = NamedTempFile::with_prefix_in(".nbweave-", dir);
    let mut file = file.map_err(|error| without_path(&error))?;
    let mut out = BufWriter::with_capacity(BUFFER, file.as_file_mut());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    keep_owner(file.as_file(), &metadata);
    file.as_file().set_permissions(metadata.permissions())?;
    file.persist(&path)?;
    Ok(())
}

/// Makes the file at `path`, which must not be there, of what `write` writes,
/// all or nothing. It has the permissions that new files have.
///
/// # Errors
///
/// Fails if there is such a file, or if anything goes wrong on the way; then
/// there is none.
pub fn create(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nbweave-");
    // The system takes away what the umask says.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(dir.unwrap_or(Path::new(".")));
    let mut file = file.map_err(|error| without_path(&error))?;
    let mut out = BufWriter::with_capacity(BUFFER, file.as_file_mut());
    write(&mut out)?;
    out.flush()?;
    drop(out);
    file.persist_noclobber(path)?;
    Ok(())
}

/// Writes a file, all or nothing, whether there is one or not; the directory
/// is made if need be.
///
/// # Errors
///
/// Fails as [`replace`] does, or if the file comes to be at the same moment.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return replace(path, |out| out.write_all(bytes));
    }
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    create(path, |out| out.write_all(bytes))
}

/// Returns an error without the name of a temporary file, which nobody knows.
/// The library puts it behind what the system says.
fn without_path(error: &io::Error) -> io::Error {
    let text = error.to_string();
    let said = text.split(" at path ").next().unwrap_or_default();
    io::Error::new(error.kind(), said.to_owned())
}

/// Gives the new file the owner and group of the old one. Only the
/// superuser may, in general; to everybody else a replaced file is their own,
/// as with every editor that saves this way.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let Ok(new) = file.metadata() else { return };
    if new.uid() != old.uid() || new.gid() != old.gid() {
        // Who may not give a file away may still share it with a group.
        fchown(file, Some(old.uid()), Some(old.gid()))
            .or_else(|_| fchown(file, None, Some(old.gid())))
            .ok();
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write their own files")]
mod tests {
    use super::*;
    use std::fs;

    fn replace_by(path: &Path, text: &str) -> io::Result<()> {
        replace(path, |out| out.write_all(text.as_bytes()))
    }

    #[test]
    fn the_new_bytes_take_the_place_of_the_old() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "a much longer old text").unwrap();
        replace_by(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn an_error_names_no_file_that_nobody_knows() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("missing").join("a");
        let error = create(&path, |_| Ok(())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(error.to_string(), "No such file or directory (os error 2)");
    }

    #[test]
    fn nothing_changes_if_writing_fails() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "old").unwrap();
        let failed = replace(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no space"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_not_there_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        assert!(replace_by(&dir.path().join("a"), "new").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_new_file_is_made_once_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let failed = create(&path, |_| Err(io::Error::other("no space")));
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        create(&path, |out| out.write_all(b"new")).unwrap();
        assert!(create(&path, |out| out.write_all(b"newer")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn files_and_directories_are_made_if_need_be() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("b/a");
        write(&path, b"new").unwrap();
        write(&path, b"newer").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        let link = dir.path().join("link");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a", &link).unwrap();
        replace_by(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }
}
