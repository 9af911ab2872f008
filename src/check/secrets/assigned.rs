//! NB604: what looks random and is given to a name such as `password`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Secret, entropy, is_placeholder};
use crate::check::rules::Rule;

/// A quoted value behind a name that ends as names of secrets do.
const QUOTED: &str = r#"(?ix)
    ( (?-u:\b) [a-z0-9_.-]{0,60}? (?: password | passwd | passphrase | pwd | secret | token | credential
        | (?: api | access | auth | account | private | secret | client | subscription ) [_-]? key
        | client [_-]? secret ) s? [0-9]? )
    (?: \\? ["'] )? \]? [\ \t]{0,4} (?: : | := | = | => ) [\ \t]{0,4}
    [rbuf]{0,2} \\? ["'] ( [^"'\s\\]{8,256} ) \\? ["']
"#;

/// A value that is set in the environment by a command.
const EXPORTED: &str = r"(?x)
    (?: %env | %set_env | (?-u:\b)export | (?-u:\b)setenv ) [\ \t]+
    ( [A-Z0-9_]{0,60}? (?: PASSWORD | PASSWD | SECRET | TOKEN | KEY ) ) (?: [\ \t]*=[\ \t]* | [\ \t]+ )
    ( [^\s]{8,256} )
";

/// The password of Kaggle's file, which notebooks that upload it print.
const KAGGLE: &str = r#"(?x)
    \\? "username \\? " \s? : \s? \\? " [^"\s]{1,64} " , \s?
    ( \\? "key \\? " ) \s? : \s? \\? " ( [0-9a-f]{32} ) \\? "
"#;

static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let forms = [QUOTED, EXPORTED, KAGGLE];
    forms
        .iter()
        .filter_map(|form| Regex::new(form).ok())
        .collect()
});

/// What every text has in it that one of the forms is in.
static WORDS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("(?i)passw|passphrase|pwd|secret|token|credential|key").ok());

/// Finds what is assigned in a text.
pub(super) fn find(text: &str, secrets: &mut Vec<Secret>) {
    if WORDS.as_ref().is_some_and(|words| !words.is_match(text)) {
        return;
    }
    for form in &*FORMS {
        for found in form.captures_iter(text) {
            let (Some(name), Some(value)) = (found.get(1), found.get(2)) else {
                continue;
            };
            // `AWS::ApiGateway::ApiKey` is a type.
            let before = text.get(..name.start()).unwrap_or_default();
            if before.ends_with("::") || !is_secret(name.as_str(), value.as_str()) {
                continue;
            }
            let name = name.as_str().rsplit('.').next().unwrap_or_default();
            let name = name.trim_matches(['"', '\\', '-']);
            secrets.push(Secret {
                rule: Rule::AssignedSecret,
                range: value.range(),
                hidden: value.range(),
                what: format!("what is given to `{name}`").into(),
            });
        }
    }
}

/// Returns whether a value is as random as secrets are.
fn is_secret(name: &str, value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.as_bytes().iter().any(is);
    let has_letters = has(u8::is_ascii_alphabetic);
    let has_digits = has(u8::is_ascii_digit);
    let small = name.to_ascii_lowercase();
    let is_password = small.contains("passw") || small.ends_with("pwd");
    let is_random = if is_password {
        entropy(value) >= 2.5
    } else {
        value.len() >= 16 && entropy(value) >= 3.0
    };
    has_letters && has_digits && is_random && value.is_ascii() && !is_known(value)
}

/// Returns whether a value is something that people can read: a name, a path,
/// an address, a template.
fn is_known(value: &str) -> bool {
    let is_template = value.contains(['{', '}', '<', '>', '$', '%', '|', '(', '[']);
    let is_path = value.starts_with(['/', '.', '~']) || value.contains("://");
    let mut words = value.split(['-', '_', '.', ':', '/', ',', '@']);
    let is_word = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_short_number = word.len() - letters.len() <= 4;
        letters.bytes().all(|byte| byte.is_ascii_alphabetic()) && is_short_number
    };
    let has_parts = value.contains(['-', '_', '.', ':', '/', ',', '@']);
    is_template || is_path || is_placeholder(value) || (has_parts && words.all(is_word))
}
