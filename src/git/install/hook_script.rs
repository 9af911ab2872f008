//! A call, put into the script of a hook and taken out again.

/// Stands behind the call, to know it again.
const MARK: &str = " # nbweave install";

const SHEBANG: &str = "#!/bin/sh\n";

/// The script is for another interpreter than a shell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotAShellScript;

/// Returns a script with a command in it, which ends the script if it fails;
/// `None` is no script.
///
/// It is the first command: many scripts end with `exit` or `exec`.
///
/// # Errors
///
/// Fails if the script is not for a shell.
pub fn with_call(script: Option<&[u8]>, command: &str) -> Result<Vec<u8>, NotAShellScript> {
    let call = format!("{command} || exit{MARK}\n");
    let Some(script) = script else {
        return Ok(format!("{SHEBANG}{call}").into_bytes());
    };
    let rest = without_line(script);
    let first_end = memchr::memchr(b'\n', &rest).map_or(rest.len(), |at| at + 1);
    let first = String::from_utf8_lossy(&rest[..first_end]).into_owned();
    let has_shebang = first.starts_with("#!");
    if has_shebang && !is_shell(&first) || rest.contains(&0) {
        return Err(NotAShellScript);
    }
    let at = if has_shebang { first_end } else { 0 };
    let (head, tail) = rest.split_at(at);
    let line_is_open = has_shebang && !head.ends_with(b"\n");
    let end: &[u8] = if line_is_open { b"\n" } else { b"" };
    let mut call = call.into_bytes();
    if line_is_open {
        // So that it can be told later.
        call.pop();
    }
    Ok([head, end, &call, tail].concat())
}

fn is_shell(first_line: &str) -> bool {
    let words = first_line.trim_start_matches("#!").split_whitespace();
    let mut names = words.map(|word| word.rsplit('/').next().unwrap_or(word));
    names.any(|name| ["sh", "bash", "dash", "ash", "ksh", "zsh"].contains(&name))
}

/// Returns a script without the call; `None` if nothing but the call was ever
/// in it.
pub fn without_call(script: &[u8]) -> Option<Vec<u8>> {
    let rest = without_line(script);
    let is_ours = rest == SHEBANG.as_bytes() && rest != script;
    (!is_ours).then_some(rest)
}

fn without_line(script: &[u8]) -> Vec<u8> {
    let is_call = |line: &[u8]| line.trim_ascii_end().ends_with(MARK.as_bytes());
    let lines: Vec<_> = script.split_inclusive(|&byte| byte == b'\n').collect();
    let is_last_open = lines
        .last()
        .is_some_and(|line| is_call(line) && !line.ends_with(b"\n"));
    let kept = lines.into_iter().filter(|line| !is_call(line));
    let mut rest = kept.collect::<Vec<_>>().concat();
    if is_last_open {
        rest.pop_if(|byte| *byte == b'\n');
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_can_be_taken_out() {
        let scripts: [Option<&str>; 6] = [
            None,
            Some("#!/bin/sh\nexit 0\n"),
            Some("#!/usr/bin/env bash\n\nexec other"),
            Some("#!/bin/sh"),
            Some("other\n"),
            Some("#!/bin/sh\r\nother\r\n"),
        ];
        for script in scripts {
            let script = script.map(str::as_bytes);
            let changed = with_call(script, "x y").unwrap();
            assert_eq!(without_call(&changed).as_deref(), script);
            assert_eq!(with_call(Some(&changed), "x y").unwrap(), changed);
        }
    }

    #[test]
    fn the_call_comes_first() {
        assert_eq!(
            with_call(Some(b"#!/bin/sh\nexit 0\n"), "x y").unwrap(),
            b"#!/bin/sh\nx y || exit # nbweave install\nexit 0\n"
        );
    }

    #[test]
    fn other_interpreters_are_left_alone() {
        for script in [
            "#!/usr/bin/python3\n",
            "#!/usr/bin/env node\n",
            "\u{7f}ELF\0",
        ] {
            assert_eq!(
                with_call(Some(script.as_bytes()), "x"),
                Err(NotAShellScript)
            );
        }
    }
}
