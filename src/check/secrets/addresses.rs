//! NB603: addresses with a password in them: `scheme://user:password@host`.

use super::{Secret, is_placeholder};
use crate::check::rules::Rule;

/// Finds the addresses with a password in a text.
pub(super) fn find(text: &str, secrets: &mut Vec<Secret>) {
    for (at, colon) in text.match_indices("://") {
        let before = text.get(..at).unwrap_or_default();
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let scheme = before.chars().rev().take_while(|c| is_scheme(*c)).count();
        let start = at + colon.len();
        let behind = text.get(start..).unwrap_or_default();
        let ends = |c: char| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '/' | '?' | '#' | '"' | '\'' | '`' | '<' | '>' | '\\')
        };
        // The last `@` before the host counts; no address is this long.
        let near = behind
            .get(..behind.floor_char_boundary(512))
            .unwrap_or(behind);
        let authority = near.split(ends).next().unwrap_or_default();
        let Some((login, host)) = authority.rsplit_once('@') else {
            continue;
        };
        let Some((user, password)) = login.split_once(':') else {
            continue;
        };
        if scheme == 0 || !is_secret(user, password) || !is_remote(host) {
            continue;
        }
        let password_start = start + user.len() + 1;
        secrets.push(Secret {
            rule: Rule::AddressPassword,
            range: at - scheme..start + authority.len(),
            hidden: password_start..password_start + password.len(),
            what: "a password in an address".into(),
        });
    }
}

/// Returns whether a password is one that somebody has, and not what stands
/// for it.
fn is_secret(user: &str, password: &str) -> bool {
    let is_made_up =
        |c: char| matches!(c, '{' | '}' | '$' | '[' | ']' | '(' | ')' | '*' | ',' | ' ');
    let small = password.to_ascii_lowercase();
    password.len() >= 4
        && user != password
        && !password.contains(is_made_up)
        && !is_placeholder(password)
        && !matches!(
            &*small,
            "pass" | "pswd" | "token" | "test" | "admin" | "root" | "user"
        )
}

/// Returns whether a host is one that there is, and not one's own machine.
fn is_remote(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    let starts = name
        .chars()
        .next()
        .is_some_and(|c| c.is_ascii_alphanumeric());
    let is_local = matches!(
        name,
        "localhost" | "127.0.0.1" | "0.0.0.0" | "host" | "hostname"
    );
    starts && !is_local && !name.contains("example")
}
