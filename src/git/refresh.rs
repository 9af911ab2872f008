//! Files that git takes for modified though it would store the same.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::attributes::filters;
use super::program::{bytes_of, git, path_from, run, run_with};
use super::repository::Repository;

/// Makes git take those files for unchanged of which it would store what it
/// has, and returns them: of the files that match one of the pathspecs, or all,
/// and go through the filter of this name.
///
/// Git compares the size of a file with what it was before it asks the filter.
/// What is staged does not change.
///
/// # Errors
///
/// Fails with git's own words, such as those on the index being in use.
pub fn refresh(
    repository: &Repository,
    pathspecs: &[OsString],
    filter: &str,
) -> io::Result<Vec<PathBuf>> {
    let mut command = git(&["diff-files", "--raw", "-z", "--no-abbrev"]);
    command.args(["--no-relative", "--no-renames", "--ignore-submodules", "--"]);
    let modified = modified(&run(command.args(pathspecs))?);
    let places = modified
        .iter()
        .map(|(_, path)| repository.worktree_path(path));
    let filters = filters(&places.collect::<Vec<_>>())?;
    let is_meant =
        |found: &Option<super::Filter>| found.as_ref().is_some_and(|found| found.name == filter);
    let meant: Vec<_> = modified
        .into_iter()
        .zip(&filters)
        .filter_map(|(file, found)| is_meant(found).then_some(file))
        .collect();
    if meant.is_empty() {
        return Ok(Vec::new());
    }
    let mut input = Vec::new();
    for (_, path) in &meant {
        input.extend(quoted(&bytes_of(path)));
        input.push(b'\n');
    }
    let mut hash = git(&["hash-object", "--stdin-paths"]);
    // As git would store them: by the attributes of paths from the top.
    let ids = run_with(at_top(&mut hash, repository), &input)?;
    let ids = ids.split(|&byte| byte == b'\n');
    let mut same = Vec::new();
    let mut input = Vec::new();
    for ((id, path), now) in meant.into_iter().zip(ids) {
        if id.as_bytes() == now {
            input.extend(bytes_of(&path));
            input.push(0);
            same.push(path);
        }
    }
    if !same.is_empty() {
        let mut update = git(&["update-index", "-z", "--stdin"]);
        run_with(at_top(&mut update, repository), &input)?;
    }
    Ok(same)
}

/// Returns the files of a raw diff that were modified, with the ids of what is
/// in the index.
fn modified(raw: &[u8]) -> Vec<(String, PathBuf)> {
    let mut fields = raw.split(|&byte| byte == 0);
    let mut files = Vec::new();
    // `:mode mode id id status`, path.
    while let (Some(info), Some(path)) = (fields.next(), fields.next()) {
        let info = String::from_utf8_lossy(info);
        let words: Vec<_> = info.split(' ').collect();
        if let [_, _, id, _, "M"] = words[..] {
            files.push((id.to_owned(), path_from(path)));
        }
    }
    files
}

fn at_top<'c>(
    command: &'c mut std::process::Command,
    repository: &Repository,
) -> &'c mut std::process::Command {
    let top = repository.top.as_deref();
    if let Some(top) = top.filter(|top| *top != Path::new("")) {
        command.current_dir(top);
    }
    command
}

/// Returns a path for a list of lines: as a string of C where it could be
/// taken for more than one, or for such a string.
fn quoted(path: &[u8]) -> Vec<u8> {
    if !path.contains(&b'\n') && path.first() != Some(&b'"') {
        return path.to_owned();
    }
    let mut quoted = vec![b'"'];
    for &byte in path {
        match byte {
            b'\n' => quoted.extend(b"\\n"),
            b'"' | b'\\' => quoted.extend([b'\\', byte]),
            _ => quoted.push(byte),
        }
    }
    quoted.push(b'"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modified_files_are_found_in_a_raw_diff() {
        let raw = b":100644 100644 aa 00 M\0a b\n.ipynb\0:100644 000000 bb 00 D\0c\0\
                    :000000 100644 00 00 U\0d\0:100644 100755 ee 00 M\0e\0";
        let expected = [("aa", "a b\n.ipynb"), ("ee", "e")];
        let expected = expected.map(|(id, path)| (id.to_owned(), PathBuf::from(path)));
        assert_eq!(modified(raw), expected);
        assert_eq!(modified(b""), []);
    }

    #[test]
    fn only_paths_that_need_it_are_quoted() {
        assert_eq!(quoted(b"a \\\"b"), b"a \\\"b");
        assert_eq!(quoted(b"\"a\\"), b"\"\\\"a\\\\\"");
        assert_eq!(quoted(b"a\nb"), b"\"a\\nb\"");
    }
}
