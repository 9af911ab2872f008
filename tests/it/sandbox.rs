//! A directory of its own for each test, and commands that see nothing else of
//! the machine but `PATH`.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The command under test.
pub(crate) const NBWEAVE: &str = env!("CARGO_BIN_EXE_nbweave");

#[derive(Debug)]
pub(crate) struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("home")).unwrap();
        fs::create_dir(dir.path().join("work")).unwrap();
        Self { dir }
    }

    /// A sandbox whose directory is a git repository.
    pub(crate) fn with_repository() -> Self {
        let sandbox = Self::new();
        sandbox.git(&["init", "--quiet", "--initial-branch=main"]);
        sandbox
    }

    /// The directory that commands run in.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The names of all that is in the directory, hidden files too.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// A command that sees the sandbox and, of the world outside, only `PATH`.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.root()).env_clear();
        // `nbweave` is found by the commands that git runs, too.
        let bin = Path::new(NBWEAVE).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let dirs = std::iter::once(bin).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(dirs).unwrap());
        command.env("HOME", self.dir.path().join("home"));
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_CEILING_DIRECTORIES", self.dir.path());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "A U Thor");
            command.env(format!("GIT_{who}_EMAIL"), "author@example.com");
            command.env(format!("GIT_{who}_DATE"), "2001-02-03T04:05:06Z");
        }
        command
    }

    /// Runs `nbweave` and returns how it ended, for a snapshot.
    #[must_use = "look at what the command said"]
    pub(crate) fn nbweave(&self, args: &[&str]) -> String {
        self.nbweave_with(args, "")
    }

    /// Runs `nbweave` with something on standard input.
    #[must_use = "look at what the command said"]
    pub(crate) fn nbweave_with(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> String {
        show(&self.run(args, stdin))
    }

    /// Runs `nbweave` and returns all it wrote, to the byte.
    pub(crate) fn run(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Output {
        finish(self.command(NBWEAVE).args(args), stdin)
    }

    /// Runs git, which has to succeed, and returns what it wrote.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs git, which may fail.
    pub(crate) fn try_git(&self, args: &[&str]) -> Output {
        finish(self.command("git").args(args), "")
    }
}

/// `PATH` without the directories that have a program of our name.
pub(crate) fn path_without_nbweave() -> OsString {
    let dirs = std::env::var_os("PATH").unwrap();
    let has_none = |dir: &PathBuf| !dir.join("nbweave").exists();
    let dirs: Vec<_> = std::env::split_paths(&dirs).filter(has_none).collect();
    std::env::join_paths(dirs).unwrap()
}

/// Runs a command to its end with something on standard input.
pub(crate) fn finish(command: &mut Command, stdin: impl AsRef<[u8]>) -> Output {
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.as_ref().to_owned();
    let writer = std::thread::spawn(move || pipe.write_all(&stdin));
    let output = child.wait_with_output().unwrap();
    // A command may end without reading everything.
    let _written = writer.join().unwrap();
    output
}

/// Returns how a command ended and what it wrote, for a snapshot.
#[must_use = "look at what the command said"]
pub(crate) fn show(output: &Output) -> String {
    let mut text = String::new();
    writeln!(text, "exit: {}", output.status.code().unwrap()).unwrap();
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !bytes.is_empty() {
            writeln!(text, "--- {name}").unwrap();
            text.push_str(&String::from_utf8_lossy(bytes));
        }
    }
    text
}
