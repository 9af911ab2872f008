//! Whether git is making an archive, which looks to a filter exactly like a
//! checkout.

/// How many processes there can be between git and a filter: shells and
/// wrappers.
const MOST_ANCESTORS: usize = 4;

/// Returns whether a process that this one was started by is `git archive`.
///
/// Known on Linux, by `/proc`; elsewhere by `ps`, where there is one.
pub fn is_archiving() -> bool {
    let mut process = parent();
    for _ in 0..MOST_ANCESTORS {
        let Some(id) = process.filter(|&id| id > 1) else {
            return false;
        };
        let Some((next, arguments)) = look_up(id) else {
            return false;
        };
        if makes_archive(&arguments) {
            return true;
        }
        process = Some(next);
    }
    false
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems do not say who the parent is"
)]
fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

#[cfg(not(unix))]
fn parent() -> Option<u32> {
    None
}

/// Returns the parent of a process and what it was started as.
#[cfg(target_os = "linux")]
fn look_up(process: u32) -> Option<(u32, Vec<String>)> {
    let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    // `id (name) state parent …`; the name may hold anything.
    let name_end = stat.iter().rposition(|&byte| byte == b')')?;
    let rest = String::from_utf8_lossy(stat.get(name_end + 1..)?);
    let parent = rest.split_whitespace().nth(1)?.parse().ok()?;
    let line = std::fs::read(format!("/proc/{process}/cmdline")).ok()?;
    let line = line.strip_suffix(b"\0").unwrap_or(&line);
    let arguments = line.split(|&byte| byte == 0);
    let text = |argument| String::from_utf8_lossy(argument).into_owned();
    Some((parent, arguments.map(text).collect()))
}

/// Returns the parent of a process and what it was started as, as far as
/// blanks tell its arguments apart.
#[cfg(not(target_os = "linux"))]
fn look_up(process: u32) -> Option<(u32, Vec<String>)> {
    let mut command = std::process::Command::new("ps");
    command.args(["-o", "ppid=,args=", "-p"]);
    let output = command.arg(process.to_string()).output().ok()?;
    let line = String::from_utf8_lossy(&output.stdout);
    let mut words = line.split_whitespace();
    let parent = words.next()?.parse().ok()?;
    Some((parent, words.map(str::to_owned).collect()))
}

/// Returns whether this is how `git archive` is called.
fn makes_archive(arguments: &[String]) -> bool {
    let Some((program, rest)) = arguments.split_first() else {
        return false;
    };
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let is_archive = |name: &str| {
        matches!(
            name,
            "archive" | "upload-archive" | "upload-archive--writer"
        )
    };
    if let Some(command) = name.strip_prefix("git-") {
        return is_archive(command);
    }
    if name != "git" {
        return false;
    }
    let mut rest = rest.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            // These have their value behind them.
            "-c" | "-C" | "--git-dir" | "--work-tree" | "--namespace" | "--config-env"
            | "--attr-source" | "--super-prefix" => {
                rest.next();
            }
            option if option.starts_with('-') => {}
            command => return is_archive(command),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: bool) {
        let arguments: Vec<_> = line.split(' ').map(str::to_owned).collect();
        assert_eq!(makes_archive(&arguments), expected, "{line}");
    }

    #[test]
    fn an_archive_is_told_by_the_command_of_git() {
        check("git archive HEAD", true);
        check(
            "/usr/lib/git-core/git -C dir -c a.b=c --no-pager archive HEAD",
            true,
        );
        check("/usr/lib/git-core/git-upload-archive dir", true);
        check("C:\\Git\\git.exe archive", true);
        check("git checkout archive", false);
        check("git -C archive status", false);
        check("git", false);
        check("tar archive", false);
        check("", false);
    }

    #[test]
    fn these_tests_make_no_archive() {
        assert!(!is_archiving());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_can_be_looked_up() {
        let (parent, arguments) = look_up(std::process::id()).unwrap();
        assert_eq!(parent, std::os::unix::process::parent_id());
        assert!(!arguments.is_empty());
    }
}
