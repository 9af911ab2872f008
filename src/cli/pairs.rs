//! Which versions of which notebooks are compared, and their bytes.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use nbweave::git::{
    self, Blobs, Changes, FileChange, FileVersion, Filter, Ignored, Mode, ObjectId, Place,
    Repository, Status,
};
use nbweave::strip::{StripOptions, strip};

use super::args::DiffArgs;
use super::bytes::Bytes;
use super::drivers::{NAME, options_in};
use super::input::Input;
use super::settings::FilterRules;
use super::ui::Usage;

/// The notebooks below the top of the worktree, as a pathspec.
pub(crate) const NOTEBOOKS: &str = ":(top,icase)*.ipynb";

/// Where no file is, on all systems.
pub(crate) const NO_FILE: &str = "/dev/null";

/// How the first line of a Git LFS pointer starts.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Two versions of a file.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// What became of the file.
    pub(crate) status: Status,
    /// How much stayed, in percent, if git says so.
    pub(crate) similarity: Option<u8>,
    pub(crate) old: Version,
    pub(crate) new: Version,
    /// How people know the two.
    pub(crate) naming: Naming,
}

/// How the versions of a pair are called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Naming {
    /// By the path in the repository, with `a/` and `b/` before it.
    Repository,
    /// As they were given.
    Given,
}

/// One version of a file.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// The path from the top of the worktree, or what was given.
    pub(crate) name: PathBuf,
    pub(crate) mode: Mode,
    pub(crate) source: Source,
    /// What git would clean the file with before it compares it.
    filter: Option<Filter>,
}

/// Where the bytes of a version come from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    /// The file is not there.
    Nowhere,
    /// A blob of the repository.
    Blob(ObjectId),
    /// A file, by its path from the current directory.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

impl Pair {
    /// Returns two versions that were given by name.
    fn given(old: Version, new: Version) -> Self {
        let status = match (&old.source, &new.source) {
            (Source::Nowhere, _) => Status::Added,
            (_, Source::Nowhere) => Status::Deleted,
            _ => Status::Modified,
        };
        Self {
            status,
            similarity: None,
            old,
            new,
            naming: Naming::Given,
        }
    }

    /// Returns the name of the file: the new one, if it is still there.
    pub(crate) fn name(&self) -> &Path {
        if self.new.source == Source::Nowhere {
            &self.old.name
        } else {
            &self.new.name
        }
    }

    fn swap(&mut self) {
        std::mem::swap(&mut self.old, &mut self.new);
        self.status = match self.status {
            Status::Added => Status::Deleted,
            Status::Deleted => Status::Added,
            Status::Copied
            | Status::Modified
            | Status::Renamed
            | Status::TypeChanged
            | Status::Unmerged
            | Status::Untracked => return,
        };
    }
}

impl Version {
    pub(crate) fn new(name: PathBuf, mode: Mode, source: Source) -> Self {
        Self {
            name,
            mode,
            source,
            filter: None,
        }
    }

    /// Returns the file at `path`, which need not be there.
    pub(crate) fn file(path: &OsStr) -> Self {
        if path == NO_FILE || (cfg!(windows) && path.eq_ignore_ascii_case("nul")) {
            return Self::new(path.into(), Mode(0), Source::Nowhere);
        }
        let path = PathBuf::from(path);
        Self::new(path.clone(), Mode::FILE, Source::File(path))
    }

    fn stdin() -> Self {
        Self::new("<stdin>".into(), Mode::FILE, Source::Stdin)
    }

    /// Returns the bytes as git compares them; `None` if there is no file.
    /// `blobs` are opened when the first is read.
    pub(crate) fn read(&self, blobs: &mut Option<Blobs>) -> Result<Option<Bytes>> {
        let name = self.name.display();
        let bytes = match &self.source {
            Source::Nowhere => return Ok(None),
            Source::Blob(id) => {
                let blobs = blobs.get_or_insert_with(Blobs::open);
                let bytes = blobs
                    .read(id)
                    .with_context(|| format!("cannot read '{name}'"))?;
                // What the pointer points to, if that was fetched.
                if bytes.starts_with(LFS_POINTER) {
                    git::smudged(id, self.name.as_os_str())
                        .unwrap_or(bytes)
                        .into()
                } else {
                    bytes.into()
                }
            }
            Source::File(path) if self.mode.is_link() && path.is_symlink() => {
                let target =
                    fs::read_link(path).with_context(|| format!("cannot read '{name}'"))?;
                target.into_os_string().into_encoded_bytes().into()
            }
            Source::File(path) => {
                let bytes = Input::File(path.clone()).read()?;
                self.cleaned(bytes)?
            }
            Source::Stdin => Input::Stdin.read()?,
        };
        Ok(Some(bytes))
    }

    /// Does what the clean filter does.
    fn cleaned(&self, bytes: Bytes) -> Result<Bytes> {
        let (Some(filter), Source::File(path)) = (&self.filter, &self.source) else {
            return Ok(bytes);
        };
        // Of Git LFS the notebooks are compared, not the pointers.
        if filter.name == "lfs" {
            return Ok(bytes);
        }
        if filter.name == NAME {
            return Ok(stripped(&bytes, filter, path).map_or(bytes, Bytes::from));
        }
        if filter.clean.is_none() {
            return Ok(bytes);
        }
        let top = top_of(path, &self.name);
        filter
            .clean(&bytes, &top, &self.name)
            .map(Bytes::from)
            .with_context(|| format!("cannot filter '{}'", self.name.display()))
    }
}

/// Returns where the worktree is, given a path in it from here and from its
/// top.
fn top_of(path: &Path, name: &Path) -> PathBuf {
    path.ancestors()
        .nth(name.components().count())
        .unwrap_or(Path::new(""))
        .to_owned()
}

/// Returns a notebook as our filter gives it to git; `None` if it lets it pass
/// as it is. `path` is where it is, from the current directory.
pub(crate) fn stripped(bytes: &[u8], filter: &Filter, path: &Path) -> Option<Vec<u8>> {
    // Without settings git stores what is in the file, attribute or not.
    let command = filter.process.as_ref().or(filter.clean.as_ref())?;
    let rules = FilterRules::new(&options_in(command).unwrap_or_default());
    let options = match rules {
        Ok(rules) => rules.of(path)?,
        // With options that it does not take, a filter does not even start.
        Err(_) => Arc::default(),
    };
    let stripped = strip(bytes, &options).ok()?;
    (!stripped.edits.is_empty()).then(|| stripped.edits.apply(bytes))
}

/// Returns what the arguments name.
pub(crate) fn pairs(args: &DiffArgs) -> Result<Vec<Pair>> {
    let repository = if args.no_index {
        None
    } else {
        Repository::find().context("cannot use the repository")?
    };
    if let Some(mut pairs) = given_pairs(args, repository.as_ref())? {
        let is_blob = |version: &Version| matches!(version.source, Source::Blob(_));
        if pairs
            .iter()
            .any(|pair| is_blob(&pair.old) != is_blob(&pair.new))
        {
            // A file outside of the repository has no attributes.
            find_filters(&mut pairs).ok();
        }
        if args.reverse {
            pairs.iter_mut().for_each(Pair::swap);
        }
        return Ok(pairs);
    }
    match repository {
        Some(repository) => repository_pairs(args, &repository),
        None => Err(Usage("outside of a repository, name two files to compare".to_owned()).into()),
    }
}

/// Returns two files or directories that are to be compared with each other;
/// `None` if the arguments are for git.
fn given_pairs(args: &DiffArgs, repository: Option<&Repository>) -> Result<Option<Vec<Pair>>> {
    let words: Vec<_> = if args.no_index {
        args.arguments.iter().chain(&args.pathspecs).collect()
    } else if args.pathspecs.is_empty() && !args.cached && !args.merge_base {
        args.arguments.iter().collect()
    } else {
        return Ok(None);
    };
    let [old, new] = words.as_slice() else {
        if args.no_index {
            return Err(Usage("--no-index compares two paths".to_owned()).into());
        }
        return Ok(None);
    };
    if *old == "-" && *new == "-" {
        return Err(Usage("standard input can only be one side".to_owned()).into());
    }
    let is_dir = |word: &OsStr| Path::new(word).is_dir();
    match (is_dir(old), is_dir(new)) {
        (false, false) => {}
        (true, true) if are_revisions(old, new, repository)? => return Ok(None),
        (true, true) => return dir_pairs(Path::new(old), Path::new(new)).map(Some),
        _ if repository.is_some() => return Ok(None),
        // As diff(1): the file of that name in the directory.
        (true, false) => {
            let Some(name) = Path::new(new).file_name() else {
                return Ok(None);
            };
            let old = Version::file(Path::new(old).join(name).as_os_str());
            return Ok(Some(vec![Pair::given(old, Version::file(new))]));
        }
        (false, true) => {
            let Some(name) = Path::new(old).file_name() else {
                return Ok(None);
            };
            let new = Version::file(Path::new(new).join(name).as_os_str());
            return Ok(Some(vec![Pair::given(Version::file(old), new)]));
        }
    }
    let versions = (given(old, repository), given(new, repository));
    let (Some(old_version), Some(new_version)) = versions else {
        return Ok(None);
    };
    if are_revisions(old, new, repository)? || are_paths(&old_version, &new_version, repository)? {
        return Ok(None);
    }
    Ok(Some(vec![Pair::given(old_version, new_version)]))
}

/// Whether two files are paths to git: it tracks both. What a shell makes of
/// `*.ipynb` must not mean something else where there happen to be two.
fn are_paths(old: &Version, new: &Version, repository: Option<&Repository>) -> Result<bool> {
    let (Source::File(old), Source::File(new)) = (&old.source, &new.source) else {
        return Ok(false);
    };
    if repository.is_none() || !old.exists() || !new.exists() {
        return Ok(false);
    }
    Ok(git::are_tracked(&[old, new])?)
}

/// Whether two names that are files are revisions, too. Git refuses to choose.
fn are_revisions(old: &OsStr, new: &OsStr, repository: Option<&Repository>) -> Result<bool> {
    let may_be = |word: &OsStr| {
        let is_path = word.as_encoded_bytes().contains(&b':') || is_notebook(Path::new(word));
        !is_path && Path::new(word).exists()
    };
    if repository.is_none() || !may_be(old) || !may_be(new) {
        return Ok(false);
    }
    Ok(git::is_revision(old)? && git::is_revision(new)?)
}

/// Returns the single file that a word names: an existing one, a blob, or
/// standard input.
fn given(word: &OsStr, repository: Option<&Repository>) -> Option<Version> {
    if word == "-" {
        return Some(Version::stdin());
    }
    if word == NO_FILE || Path::new(word).exists() || repository.is_none() {
        return Some(Version::file(word));
    }
    // Git says what is wrong with it.
    blob(word).ok().flatten()
}

/// Returns the version of a file that `REVISION:PATH` names; `None` if the
/// word is of another form, or names a directory.
pub(crate) fn blob(word: &OsStr) -> Result<Option<Version>> {
    let bytes = word.as_encoded_bytes();
    if !bytes.contains(&b':') || is_magic(bytes) || bytes.starts_with(b"-") {
        return Ok(None);
    }
    let id = git::blob_id(word)
        .with_context(|| format!("cannot find '{}'", Path::new(word).display()))?;
    Ok(id.map(|id| Version::new(word.into(), Mode::FILE, Source::Blob(id))))
}

/// Whether a word is a pathspec with signs that say how to match.
fn is_magic(word: &[u8]) -> bool {
    let signs = [&b":("[..], b":/", b":!", b":^"];
    signs.iter().any(|sign| word.starts_with(sign))
}

/// Returns the notebooks of two directories, by their paths in there.
pub(crate) fn dir_pairs(old: &Path, new: &Path) -> Result<Vec<Pair>> {
    let (old_names, new_names) = (notebooks_below(old)?, notebooks_below(new)?);
    let mut names: Vec<_> = old_names.iter().chain(&new_names).collect();
    names.sort();
    names.dedup();
    let version = |dir: &Path, names: &[PathBuf], name: &PathBuf| {
        let mut version = Version::file(dir.join(name).as_os_str());
        if names.binary_search(name).is_err() {
            version.source = Source::Nowhere;
            version.mode = Mode(0);
        }
        version
    };
    let pairs = names.into_iter().map(|name| {
        Pair::given(
            version(old, &old_names, name),
            version(new, &new_names, name),
        )
    });
    Ok(pairs.collect())
}

/// Returns two files, which need not be there, as a pair.
pub(crate) fn file_pair(old: &OsStr, new: &OsStr) -> Pair {
    Pair::given(Version::file(old), Version::file(new))
}

/// Returns the notebooks below a directory, sorted, by their paths in it.
/// Links to files are followed, since `git difftool --dir-diff` makes them;
/// hidden directories are left out.
fn notebooks_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut dirs = vec![PathBuf::new()];
    while let Some(inside) = dirs.pop() {
        let context = || format!("cannot list '{}'", dir.join(&inside).display());
        for entry in fs::read_dir(dir.join(&inside)).with_context(context)? {
            let entry = entry.with_context(context)?;
            let path = inside.join(entry.file_name());
            let kind = entry.file_type().with_context(context)?;
            if kind.is_dir() {
                if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                    dirs.push(path);
                }
            } else if is_notebook(&path) && entry.path().is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns what git finds.
fn repository_pairs(args: &DiffArgs, repository: &Repository) -> Result<Vec<Pair>> {
    let (revisions, paths) = split(&args.arguments);
    let named = [paths, args.pathspecs.as_slice()].concat();
    let mut what = Changes {
        options: options(args),
        arguments: args.arguments.clone(),
        pathspecs: args.pathspecs.clone(),
    };
    if named.is_empty() && !has_pathspec_settings() {
        what.arguments.push(NOTEBOOKS.into());
    }
    let side = worktree_side(args, revisions)?;
    let mut changes = git::changes(&what).context("cannot compare")?;
    if side.is_some() && args.diff_filter.is_none() && repository.top.is_some() {
        changes.extend(untracked(args, &named)?.into_iter().map(new_file));
    }
    let is_of_interest = |change: &FileChange| {
        let versions = [&change.old, &change.new];
        versions.iter().any(|version| is_notebook(&version.path))
            && !versions.iter().any(|version| version.mode.is_submodule())
    };
    let changes = changes.into_iter().filter(is_of_interest);
    let mut pairs: Vec<_> = changes
        .map(|change| pair_of(change, side, repository))
        .collect();
    find_filters(&mut pairs)?;
    Ok(pairs)
}

/// A side of a comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Side {
    Old,
    New,
}

/// Returns the side that is the worktree, if one is.
fn worktree_side(args: &DiffArgs, revisions: &[OsString]) -> Result<Option<Side>> {
    let has = |word: &OsString, signs: &[&[u8]]| {
        let find = |sign: &&[u8]| memchr::memmem::find(word.as_encoded_bytes(), sign);
        signs.iter().any(|sign| find(sign).is_some())
    };
    let is_range = match revisions {
        [word] if has(word, &[b"..", b"^!", b"^-"]) => true,
        // The parents of a commit: one, in general.
        [word] if has(word, &[b"^@"]) => git::revision_count(word)? > 1,
        [] | [_] => false,
        _ => true,
    };
    Ok(match () {
        () if args.cached || is_range => None,
        () if args.reverse => Some(Side::Old),
        () => Some(Side::New),
    })
}

/// Returns the options for git.
fn options(args: &DiffArgs) -> Vec<OsString> {
    let flags = [
        (args.cached, "--cached"),
        (args.merge_base, "--merge-base"),
        (args.reverse, "-R"),
        (args.no_renames, "--no-renames"),
    ];
    let flags = flags.into_iter().filter(|(is_given, _)| *is_given);
    let mut options: Vec<OsString> = flags.map(|(_, flag)| flag.into()).collect();
    if let Some(similarity) = &args.find_renames {
        options.push(format!("--find-renames={similarity}").into());
    }
    if let Some(letters) = &args.diff_filter {
        options.push(format!("--diff-filter={letters}").into());
    }
    options
}

/// Tells revisions from the paths behind them.
fn split(arguments: &[OsString]) -> (&[OsString], &[OsString]) {
    let is_path = |word: &OsString| {
        let bytes = word.as_encoded_bytes();
        let is_pattern = is_magic(bytes)
            || (!bytes.contains(&b':') && bytes.iter().any(|byte| b"*?[".contains(byte)));
        is_pattern || Path::new(word).symlink_metadata().is_ok()
    };
    let first = arguments.iter().position(is_path);
    arguments.split_at(first.unwrap_or(arguments.len()))
}

/// Whether the environment changes what pathspecs mean.
fn has_pathspec_settings() -> bool {
    let names = ["LITERAL", "GLOB", "NOGLOB", "ICASE"];
    let is_set = |name| std::env::var_os(format!("GIT_{name}_PATHSPECS")).is_some();
    names.into_iter().any(is_set)
}

/// Returns untracked notebooks that are to be shown: those that are named, or
/// all.
fn untracked(args: &DiffArgs, named: &[OsString]) -> Result<Vec<PathBuf>> {
    let found = if args.untracked {
        let all = [OsString::from(NOTEBOOKS)];
        let pathspecs = if named.is_empty() { &all } else { named };
        git::untracked_files(pathspecs, Ignored::LeftOut)
    } else {
        let is_file = |path: &&OsString| {
            Path::new(path)
                .symlink_metadata()
                .is_ok_and(|f| f.is_file())
        };
        let literal = |path: &OsString| {
            let mut pathspec = OsString::from(":(literal)");
            pathspec.push(path);
            pathspec
        };
        let files: Vec<_> = named.iter().filter(is_file).map(literal).collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        git::untracked_files(&files, Ignored::Included)
    };
    let mut found = found.context("cannot list untracked files")?;
    found.retain(|path| is_notebook(path));
    Ok(found)
}

/// Returns an untracked file as a change.
fn new_file(path: PathBuf) -> FileChange {
    FileChange {
        status: Status::Untracked,
        similarity: None,
        old: FileVersion {
            path: path.clone(),
            mode: Mode(0),
            place: Place::Nowhere,
        },
        new: FileVersion {
            path,
            mode: Mode::FILE,
            place: Place::Worktree,
        },
    }
}

fn pair_of(change: FileChange, worktree: Option<Side>, repository: &Repository) -> Pair {
    let version = |version: FileVersion, side: Side| {
        let path = repository.worktree_path(&version.path);
        let source = match version.place {
            Place::Nowhere => Source::Nowhere,
            // Git has hashed some files of the worktree, but not stored them;
            // others need not be checked out.
            Place::Blob(_) if worktree == Some(side) && path.symlink_metadata().is_ok() => {
                Source::File(path)
            }
            Place::Blob(id) => Source::Blob(id),
            Place::Worktree => Source::File(path),
        };
        Version::new(version.path, version.mode, source)
    };
    let mut pair = Pair {
        status: change.status,
        similarity: change.similarity,
        old: version(change.old, Side::Old),
        new: version(change.new, Side::New),
        naming: Naming::Repository,
    };
    // Git does not know of these, so it has not swapped them.
    if pair.status == Status::Untracked && worktree == Some(Side::Old) {
        pair.swap();
    }
    pair
}

/// Finds out what filters files of the worktree go through.
fn find_filters(pairs: &mut [Pair]) -> Result<()> {
    let mut versions: Vec<_> = pairs
        .iter_mut()
        .flat_map(|pair| [&mut pair.old, &mut pair.new])
        .filter(|version| version.mode.is_file())
        .filter_map(|version| match &version.source {
            Source::File(path) => Some((path.clone(), version)),
            Source::Nowhere | Source::Blob(_) | Source::Stdin => None,
        })
        .map(|(path, version)| (path, &mut version.filter))
        .collect();
    let paths: Vec<_> = versions.iter().map(|(path, _)| path.clone()).collect();
    let filters = git::filters(&paths).context("cannot ask git for attributes")?;
    for ((_, place), filter) in versions.iter_mut().zip(filters) {
        **place = filter;
    }
    Ok(())
}

/// Whether our filter may take something out of a file, which is what git has
/// to be asked for otherwise.
pub(crate) fn may_be_filtered(file: &Path, bytes: &[u8]) -> bool {
    let is_blob = |part: &OsStr| part.as_encoded_bytes().starts_with(b"git-blob-");
    // What git writes to a temporary file has come through the filter, which
    // puts nothing into it but what goes without any options, too.
    !file.is_absolute()
        || !file.iter().any(is_blob)
        || strip(bytes, &StripOptions::default()).is_ok_and(|found| !found.edits.is_empty())
}

/// Returns our filter if a path has it, as far as git can be asked.
pub(crate) fn own_filter(path: &Path) -> Option<Filter> {
    let filters = git::filters(&[path.to_owned()]).unwrap_or_default();
    filters
        .into_iter()
        .flatten()
        .find(|filter| filter.name == NAME)
}

/// Whether a file is a notebook by its name: it is compared if nobody names it.
pub(crate) fn is_notebook(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("ipynb"))
}
