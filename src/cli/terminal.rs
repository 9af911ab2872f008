//! What the terminal can do beyond text and color, as far as the environment
//! tells.
//!
//! The terminal itself is not asked: one that does not answer would make us
//! wait, one that answers late leaves garbage at the prompt, and what people
//! type meanwhile would be lost.

use std::env;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use nbweave::render::Graphics;

use super::args::{LinksArg, PicturesArg};
use super::pager;

/// Variables of the environment.
type Variables<'v> = &'v dyn Fn(&str) -> Option<String>;

fn variable(name: &str) -> Option<String> {
    let value = env::var_os(name)?.into_string().ok()?;
    Some(value).filter(|value| !value.is_empty())
}

/// Returns how pictures are drawn, if they are. A pager would show them as
/// garbage, so they never go through one.
pub(crate) fn graphics(asked: PicturesArg) -> Option<Graphics> {
    if pager::is_in_use() {
        return None;
    }
    match asked {
        PicturesArg::Auto if io::stdout().is_terminal() => known_graphics(&variable),
        PicturesArg::Auto | PicturesArg::Never => None,
        PicturesArg::Kitty => Some(Graphics::Kitty),
        PicturesArg::Iterm => Some(Graphics::Iterm),
        PicturesArg::Sixel => Some(Graphics::Sixel),
        PicturesArg::Blocks if has_all_colors(&variable) => Some(Graphics::Blocks),
        PicturesArg::Blocks => Some(Graphics::Blocks256),
    }
}

/// Whether names of files are links.
pub(crate) fn has_hyperlinks(asked: LinksArg) -> bool {
    let is_remote = || ["SSH_CONNECTION", "SSH_TTY"].map(variable) != [None, None];
    match asked {
        LinksArg::Always => true,
        LinksArg::Never => false,
        // On another machine the file is not where the link says.
        LinksArg::Auto => {
            io::stdout().is_terminal()
                && !pager::is_in_use()
                && !is_remote()
                && knows_links(&variable)
        }
    }
}

/// Whether another program stands between us and the terminal, and lets
/// through only what it knows.
fn is_multiplexed(variable: Variables<'_>) -> bool {
    let is_inside = |name| variable(name).is_some();
    let term = variable("TERM").unwrap_or_default();
    ["TMUX", "STY", "ZELLIJ"].into_iter().any(is_inside)
        || term.starts_with("screen")
        || term.starts_with("tmux")
}

/// Returns the terminal by the name it gives itself, if it is known.
fn program(variable: Variables<'_>) -> String {
    let is_iterm = variable("LC_TERMINAL").is_some_and(|name| name == "iTerm2");
    let by_term = match variable("TERM").unwrap_or_default().as_str() {
        "xterm-kitty" => Some("kitty"),
        "xterm-ghostty" => Some("ghostty"),
        "wezterm" => Some("WezTerm"),
        "foot" | "foot-extra" => Some("foot"),
        "mlterm" | "mlterm-256color" => Some("mlterm"),
        "alacritty" | "alacritty-direct" => Some("alacritty"),
        _ if variable("KITTY_WINDOW_ID").is_some() => Some("kitty"),
        _ if is_iterm => Some("iTerm.app"),
        _ => None,
    };
    by_term.map_or_else(
        || variable("TERM_PROGRAM").unwrap_or_default(),
        str::to_owned,
    )
}

fn known_graphics(variable: Variables<'_>) -> Option<Graphics> {
    if is_multiplexed(variable) {
        return None;
    }
    match program(variable).as_str() {
        "kitty" | "ghostty" => Some(Graphics::Kitty),
        "iTerm.app" | "WezTerm" | "mintty" => Some(Graphics::Iterm),
        "foot" | "mlterm" => Some(Graphics::Sixel),
        _ => None,
    }
}

fn knows_links(variable: Variables<'_>) -> bool {
    const PROGRAMS: &[&str] = &[
        "kitty",
        "ghostty",
        "WezTerm",
        "iTerm.app",
        "mintty",
        "foot",
        "alacritty",
        "vscode",
        "Hyper",
    ];
    // VTE knows them since 0.50, and puts its version together by hundreds.
    let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    !is_multiplexed(variable)
        && (PROGRAMS.contains(&program(variable).as_str())
            || vte.is_some_and(|version| version >= 5_001)
            || variable("KONSOLE_VERSION").is_some()
            || variable("WT_SESSION").is_some())
}

fn has_all_colors(variable: Variables<'_>) -> bool {
    let colors = variable("COLORTERM").unwrap_or_default();
    matches!(colors.as_str(), "truecolor" | "24bit")
}

/// Returns the address of a file on this machine.
pub(crate) fn file_url(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let path = path.to_str()?;
    let path = if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_owned()
    };
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut url = format!("file://{slash}");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => {
                url.push(char::from(byte));
            }
            // Writing to memory cannot fail.
            _ => write!(url, "%{byte:02X}").unwrap_or_default(),
        }
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks a variable up in a list of `NAME=value`.
    fn among<'l>(list: &'l [&'l str]) -> impl Fn(&str) -> Option<String> + 'l {
        move |name| {
            let mut pairs = list.iter().filter_map(|pair| pair.split_once('='));
            pairs
                .find(|pair| pair.0 == name)
                .map(|pair| pair.1.to_owned())
        }
    }

    #[test]
    fn terminals_show_pictures_by_their_protocols() {
        let cases: &[(&[&str], Option<Graphics>)] = &[
            (&["TERM=xterm-kitty"], Some(Graphics::Kitty)),
            (
                &["TERM=xterm-256color", "KITTY_WINDOW_ID=1"],
                Some(Graphics::Kitty),
            ),
            (&["TERM_PROGRAM=ghostty"], Some(Graphics::Kitty)),
            (
                &["TERM=xterm-256color", "TERM_PROGRAM=WezTerm"],
                Some(Graphics::Iterm),
            ),
            (
                &["TERM=xterm-256color", "LC_TERMINAL=iTerm2"],
                Some(Graphics::Iterm),
            ),
            (&["TERM=foot"], Some(Graphics::Sixel)),
            (&["TERM=xterm-256color"], None),
            (&["TERM=tmux-256color", "KITTY_WINDOW_ID=1"], None),
            (&["TERM=xterm-kitty", "TMUX=/tmp/x,1,0"], None),
            (&[], None),
        ];
        for (variables, expected) in cases {
            assert_eq!(
                known_graphics(&among(variables)),
                *expected,
                "{variables:?}"
            );
        }
    }

    #[test]
    fn links_are_for_terminals_that_know_them() {
        let knows = |variables: &[&str]| knows_links(&among(variables));
        assert!(knows(&["TERM=xterm-256color", "VTE_VERSION=7200"]));
        assert!(!knows(&["TERM=xterm-256color", "VTE_VERSION=4800"]));
        assert!(knows(&["TERM=alacritty"]));
        assert!(!knows(&["TERM=linux"]));
        assert!(!knows(&["TERM=screen-256color", "VTE_VERSION=7200"]));
    }

    #[cfg(unix)]
    #[test]
    fn addresses_have_nothing_in_them_that_ends_them() {
        let url = file_url(Path::new("/a b/ä\x1b\\%.ipynb")).unwrap();
        assert_eq!(url, "file:///a%20b/%C3%A4%1B%5C%25.ipynb");
    }
}
