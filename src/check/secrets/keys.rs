//! NB602: private keys.

use super::Secret;
use crate::check::rules::Rule;

/// How the first line of a key starts.
const START: &str = "-----BEGIN ";

/// How the last line of a key starts.
const END: &str = "-----END ";

/// How many bytes a key has at most.
const LONGEST: usize = 16_384;

/// How many characters of base64 stand in a row at least: what is shorter, or
/// words, only talks about keys.
const SHORTEST_ROW: usize = 32;

/// Finds the private keys in a text.
pub(super) fn find(text: &str, secrets: &mut Vec<Secret>) {
    for (start, _) in text.match_indices(START) {
        let behind = text.get(start + START.len()..).unwrap_or_default();
        let Some(header) = behind.find("-----").and_then(|end| behind.get(..end)) else {
            continue;
        };
        if header.len() > 40 || !header.contains("PRIVATE KEY") {
            continue;
        }
        let body_start = start + START.len() + header.len() + "-----".len();
        let most = text.floor_char_boundary(body_start.saturating_add(LONGEST));
        let body = text.get(body_start..most).unwrap_or_default();
        // Where the next key starts, this one is over: many starts without an
        // end would be looked through again and again.
        let body = body
            .find(START)
            .and_then(|next| body.get(..next))
            .unwrap_or(body);
        let body = body
            .find(END)
            .and_then(|end| body.get(..end))
            .unwrap_or(body);
        let Some((row_start, row_end)) = first_row(body) else {
            continue;
        };
        // Without an end, no more is known to be the key than its first row.
        let has_end = text
            .get(body_start + body.len()..)
            .is_some_and(|rest| rest.starts_with(END));
        let length = if has_end { body.len() } else { row_end };
        secrets.push(Secret {
            rule: Rule::PrivateKey,
            range: start..body_start + length,
            hidden: body_start + row_start.min(length)..body_start + length,
            what: "a private key".into(),
        });
    }
}

/// Returns where the first row of base64 in the body of a key stands.
fn first_row(body: &str) -> Option<(usize, usize)> {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut start = 0;
    for (at, byte) in body.bytes().enumerate() {
        if !is_base64(byte) {
            if at - start >= SHORTEST_ROW {
                return Some((start, at));
            }
            start = at + 1;
        }
    }
    (body.len().saturating_sub(start) >= SHORTEST_ROW).then_some((start, body.len()))
}
