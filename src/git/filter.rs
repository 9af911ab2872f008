//! The server's side of git's long-running filters: one process that git hands
//! all files of a command to (gitattributes, "Long Running Filter Process").
//!
//! What a filter does to a file is for the caller to say.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::path::PathBuf;

use super::pkt_line::{self, Packet};
use super::program::path_from;

/// Which way a file goes through a filter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// From the worktree into the repository.
    Clean,
    /// From the repository into the worktree.
    Smudge,
}

/// A file that git wants filtered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FilterRequest<'c> {
    /// Which way it goes.
    pub direction: Direction,
    /// Its path, from the top of the worktree.
    pub path: PathBuf,
    /// Its content.
    pub content: &'c [u8],
}

/// Answers git's requests for files until it has no more.
///
/// `answer` returns the filtered content; `None` tells git that this file
/// could not be filtered. What git may ask in the future, and this does not
/// know, is answered by an error, and the next request is waited for.
///
/// # Errors
///
/// Fails if git cannot be understood, or cannot be answered.
pub fn serve_filter(
    mut input: impl Read,
    mut output: impl Write,
    mut answer: impl for<'c> FnMut(&FilterRequest<'c>) -> Option<Cow<'c, [u8]>>,
) -> io::Result<()> {
    if !shake_hands(&mut input, &mut output)? {
        return Ok(());
    }
    while let Some(header) = read_header(&mut input)? {
        let Some(header) = header.command() else {
            continue;
        };
        match header {
            Command::File(direction, path) => {
                // All of it: git does not read before it has written.
                let content = pkt_line::read_content(&mut input)?;
                let request = path.map(|path| FilterRequest {
                    direction,
                    path,
                    content: &content,
                });
                match request.as_ref().and_then(&mut answer) {
                    Some(content) => write_success(&mut output, &content)?,
                    None => write_status(&mut output, "error")?,
                }
            }
            Command::AvailableBlobs => {
                // No file was ever delayed.
                pkt_line::write_flush(&mut output)?;
                write_status(&mut output, "success")?;
            }
            Command::Unknown { has_content } => {
                if has_content {
                    pkt_line::read_content(&mut input)?;
                }
                write_status(&mut output, "error")?;
            }
        }
        output.flush()?;
    }
    Ok(())
}

/// Agrees with git on version and capabilities; returns whether there is
/// anybody to agree with.
fn shake_hands(input: &mut impl Read, output: &mut impl Write) -> io::Result<bool> {
    let Some(greeting) = read_header(input)? else {
        return Ok(false);
    };
    let has = |line: &str| greeting.lines.iter().any(|met| met == line.as_bytes());
    if !has("git-filter-client") {
        return Err(misunderstood(
            "expected `git-filter-client`: this is started by git",
        ));
    }
    if !has("version=2") {
        return Err(misunderstood(
            "git does not offer version 2 of the filter protocol",
        ));
    }
    for line in ["git-filter-server", "version=2"] {
        pkt_line::write_line(output, line)?;
    }
    pkt_line::write_flush(output)?;
    // Git waits for this before it offers anything.
    output.flush()?;
    let Some(offered) = read_header(input)? else {
        return Ok(false);
    };
    // It dies of a capability that it has not offered.
    for capability in ["capability=clean", "capability=smudge"] {
        if offered.lines.iter().any(|met| met == capability.as_bytes()) {
            pkt_line::write_line(output, capability)?;
        }
    }
    pkt_line::write_flush(output)?;
    output.flush()?;
    Ok(true)
}

fn misunderstood(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// The lines of a list of packets, without their line feeds.
struct Header {
    lines: Vec<Vec<u8>>,
}

/// Reads lines up to a flush packet; `None` where the input ends instead.
fn read_header(input: &mut impl Read) -> io::Result<Option<Header>> {
    let mut lines = Vec::new();
    loop {
        match pkt_line::read(input)? {
            Some(Packet::Data(mut line)) => {
                // One only: a path may end in others.
                line.pop_if(|last| *last == b'\n');
                lines.push(line);
            }
            Some(Packet::Flush) => return Ok(Some(Header { lines })),
            None if lines.is_empty() => return Ok(None),
            None => return Err(misunderstood("the input ends in the middle of a request")),
        }
    }
}

/// What git asks for.
enum Command {
    /// To filter a file; one without a name cannot be.
    File(Direction, Option<PathBuf>),
    /// Which of the delayed files are ready.
    AvailableBlobs,
    /// Something else.
    Unknown { has_content: bool },
}

impl Header {
    /// Returns what is asked for; `None` if nothing is said at all.
    ///
    /// Keys that are unknown are for others.
    fn command(&self) -> Option<Command> {
        let value = |key: &str| {
            let values = self.lines.iter();
            values
                .filter_map(|line| line.strip_prefix(key.as_bytes())?.strip_prefix(b"="))
                .next_back()
        };
        if self.lines.is_empty() {
            return None;
        }
        let path = value("pathname").map(path_from);
        Some(match value("command") {
            Some(b"clean") => Command::File(Direction::Clean, path),
            Some(b"smudge") => Command::File(Direction::Smudge, path),
            Some(b"list_available_blobs") => Command::AvailableBlobs,
            // Whatever is done to a file comes with the file.
            _ => Command::Unknown {
                has_content: path.is_some(),
            },
        })
    }
}

fn write_status(output: &mut impl Write, status: &str) -> io::Result<()> {
    pkt_line::write_line(output, &format!("status={status}"))?;
    pkt_line::write_flush(output)
}

fn write_success(output: &mut impl Write, content: &[u8]) -> io::Result<()> {
    write_status(output, "success")?;
    pkt_line::write_content(output, content)?;
    pkt_line::write_flush(output)?;
    // The status may change at the end. It does not.
    pkt_line::write_flush(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = "git-filter-client\n|version=2\n|.|capability=clean\n|\
                         capability=smudge\n|capability=delay\n|.|";
    const ANSWER: &str = "git-filter-server\n|version=2\n|.|capability=clean\n|\
                          capability=smudge\n|.|";

    /// Puts packets together: `|` ends one, `.` is a flush packet.
    fn packets(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for packet in text.split_terminator('|') {
            if packet == "." {
                pkt_line::write_flush(&mut bytes).unwrap();
            } else {
                pkt_line::write_content(&mut bytes, packet.as_bytes()).unwrap();
            }
        }
        bytes
    }

    /// The filter of these tests: small letters become large ones on their way
    /// into the repository, with the path before them. It fails for `bad`.
    fn shout<'c>(request: &FilterRequest<'c>) -> Option<Cow<'c, [u8]>> {
        let path = request.path.to_str()?;
        match request.direction {
            _ if path == "bad" => None,
            Direction::Clean => {
                let text = [path.as_bytes(), b":", request.content].concat();
                Some(text.to_ascii_uppercase().into())
            }
            Direction::Smudge => Some(request.content.into()),
        }
    }

    fn served(input: &[u8]) -> (io::Result<()>, String) {
        let mut output = Vec::new();
        let result = serve_filter(input, &mut output, shout);
        let mut text = String::new();
        let mut rest = output.as_slice();
        while let Some(packet) = pkt_line::read(&mut rest).unwrap() {
            match packet {
                Packet::Data(data) => text += str::from_utf8(&data).unwrap(),
                Packet::Flush => text.push('.'),
            }
            text.push('|');
        }
        (result, text)
    }

    #[track_caller]
    fn check(requests: &str, answers: &str) {
        let (result, text) = served(&packets(&format!("{HELLO}{requests}")));
        result.unwrap();
        assert_eq!(text, format!("{ANSWER}{answers}"));
    }

    #[test]
    fn hands_are_shaken_and_the_end_of_the_input_is_the_end() {
        check("", "");
        let (result, text) = served(b"");
        result.unwrap();
        assert_eq!(text, "");
    }

    #[test]
    fn only_what_git_offers_is_answered() {
        let hello = "git-filter-client\n|version=3\n|version=2\n|.|capability=clean\n|\
                     capability=new\n|.|";
        let (result, text) = served(&packets(hello));
        result.unwrap();
        let expected = "git-filter-server\n|version=2\n|.|capability=clean\n|.|";
        assert_eq!(text, expected);
    }

    #[test]
    fn files_are_filtered_one_after_the_other() {
        check(
            "command=clean\n|pathname=a b=c\n|.|hel|lo|.|\
             command=smudge\n|pathname=d\n|ref=refs/heads/main\n|treeish=00\n|blob=00\n|.|x|.|\
             command=clean|pathname=e|.|.|",
            "status=success\n|.|A B=C:HELLO|.|.|\
             status=success\n|.|x|.|.|\
             status=success\n|.|E:|.|.|",
        );
    }

    #[test]
    fn keys_nobody_knows_are_ignored() {
        check(
            "new=1\n|command=clean\n|can-delay=1\n|pathname=a\n|more\n|.|x|.|",
            "status=success\n|.|A:X|.|.|",
        );
    }

    #[test]
    fn a_path_keeps_its_own_line_feeds() {
        check(
            "command=clean\n|pathname=a\n\n|.|x|.|",
            "status=success\n|.|A\n:X|.|.|",
        );
    }

    #[test]
    fn a_file_that_fails_does_not_end_the_process() {
        check(
            "command=clean\n|pathname=bad\n|.|x|.|command=clean\n|.|x|.|\
             command=clean\n|pathname=a\n|.|x|.|",
            "status=error\n|.|status=error\n|.|status=success\n|.|A:X|.|.|",
        );
    }

    #[test]
    fn commands_nobody_knows_are_errors_and_no_end() {
        check(
            "command=polish\n|pathname=a\n|.|x|.|command=rest\n|.|\
             command=list_available_blobs\n|.|command=clean\n|pathname=a\n|.|x|.|",
            "status=error\n|.|status=error\n|.|.|status=success\n|.|\
             status=success\n|.|A:X|.|.|",
        );
    }

    #[test]
    fn content_of_any_size_goes_through() {
        for length in [65_515, 65_516, 65_517, 1_000_000] {
            let content = "x".repeat(length);
            let mut input = packets(HELLO);
            input.extend(packets("command=smudge\n|pathname=a\n|.|"));
            pkt_line::write_content(&mut input, content.as_bytes()).unwrap();
            pkt_line::write_flush(&mut input).unwrap();
            let (result, text) = served(&input);
            result.unwrap();
            assert_eq!(text.bytes().filter(|&byte| byte == b'x').count(), length);
        }
    }

    #[test]
    fn broken_input_is_an_error_that_says_so() {
        let message = |input: &[u8]| served(input).0.unwrap_err().to_string();
        let nobody = packets("somebody\n|.|");
        assert!(message(&nobody).contains("`git-filter-client`"));
        assert!(message(b"[12345").contains("met '[123'"));
        let old = packets("git-filter-client\n|version=1\n|.|");
        assert!(message(&old).contains("version 2"));
        let whole = packets(&format!("{HELLO}command=clean\n|pathname=a\n|.|x|.|"));
        let hello = packets(HELLO).len();
        for end in hello + 1..whole.len() {
            assert!(
                message(&whole[..end]).contains("in the middle of a request"),
                "{end}"
            );
        }
    }
}
