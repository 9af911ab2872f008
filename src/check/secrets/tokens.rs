//! NB601: tokens of services, by the signs that the services put before them.
//!
//! The table is our own. Scanners on crates.io bring a tree walker, a thread
//! pool and their own reports along, and match lines of files: in a notebook
//! the lines are those of JSON, with escapes in them.

use std::sync::LazyLock;

use base64::Engine as _;
use regex::Regex;

use super::{Secret, entropy, is_placeholder};
use crate::check::rules::Rule;

/// A form that tokens have.
struct Form {
    /// The signs before it.
    prefix: &'static str,
    /// What it is, with its article.
    what: &'static str,
    letters: Letters,
    /// How many characters follow: at least, at most.
    length: (usize, usize),
}

/// The characters that follow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Letters {
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `-`, `_`.
    Url,
    /// Letters, digits, `-`, `_`, `.`.
    Dotted,
    /// Letters, digits, `-`, `_`, `/`.
    Path,
    /// Letters, digits, `+`, `/`, `=`.
    Base64,
    /// Capital letters and the digits 2 to 7.
    Base32,
    /// Digits and small letters to `f`.
    Hex,
    /// A JSON Web Token: three parts with dots between.
    WebToken,
}

const MANY: usize = 4096;

const fn form(
    prefix: &'static str,
    what: &'static str,
    letters: Letters,
    least: usize,
    most: usize,
) -> Form {
    Form {
        prefix,
        what,
        letters,
        length: (least, most),
    }
}

use Letters::{Alnum, Base32, Base64, Dotted, Hex, Path, Url, WebToken};

/// Of forms that start alike, the one with the longer prefix stands first.
const FORMS: &[Form] = &[
    form("AKIA", "an access key of AWS", Base32, 16, 16),
    form("ASIA", "an access key of AWS", Base32, 16, 16),
    form("ABIA", "an access key of AWS", Base32, 16, 16),
    form("ACCA", "an access key of AWS", Base32, 16, 16),
    form("github_pat_", "a token of GitHub", Url, 60, 255),
    form("ghp_", "a token of GitHub", Alnum, 36, 255),
    form("gho_", "a token of GitHub", Alnum, 36, 255),
    form("ghu_", "a token of GitHub", Alnum, 36, 255),
    form("ghs_", "a token of GitHub", Alnum, 36, 255),
    form("ghr_", "a token of GitHub", Alnum, 36, 255),
    form("glpat-", "a token of GitLab", Dotted, 20, 300),
    form("gldt-", "a token of GitLab", Url, 20, 64),
    form("glrt-", "a token of GitLab", Dotted, 20, 300),
    form("glptt-", "a token of GitLab", Hex, 40, 40),
    form("glcbt-", "a token of GitLab", Url, 20, 64),
    form("glsoat-", "a token of GitLab", Url, 20, 64),
    form("glagent-", "a token of GitLab", Url, 50, 64),
    form("xoxb-", "a token of Slack", Url, 24, 255),
    form("xoxp-", "a token of Slack", Url, 24, 255),
    form("xoxa-", "a token of Slack", Url, 24, 255),
    form("xoxe-", "a token of Slack", Url, 24, 255),
    form("xoxe.", "a token of Slack", Url, 24, 255),
    form("xapp-", "a token of Slack", Url, 24, 255),
    form(
        "hooks.slack.com/services/",
        "a webhook of Slack",
        Path,
        40,
        100,
    ),
    form(
        "discord.com/api/webhooks/",
        "a webhook of Discord",
        Path,
        70,
        120,
    ),
    form("AIza", "an API key of Google", Url, 35, 35),
    form("GOCSPX-", "a client secret of Google", Url, 28, 28),
    form("ya29.", "an access token of Google", Url, 40, MANY),
    form("sk-proj-", "an API key of OpenAI", Url, 40, 255),
    form("sk-svcacct-", "an API key of OpenAI", Url, 40, 255),
    form("sk-admin-", "an API key of OpenAI", Url, 40, 255),
    form("sk-ant-", "an API key of Anthropic", Url, 60, 255),
    form("sk-or-v1-", "an API key of OpenRouter", Hex, 64, 64),
    form("sk-", "an API key of OpenAI", Alnum, 48, 48),
    form("hf_", "a token of Hugging Face", Alnum, 34, 40),
    form("api_org_", "a token of Hugging Face", Alnum, 34, 40),
    form("sk_live_", "a secret key of Stripe", Alnum, 24, 255),
    form("rk_live_", "a secret key of Stripe", Alnum, 24, 255),
    form("sk_test_", "a test key of Stripe", Alnum, 24, 255),
    form("whsec_", "a webhook secret of Stripe", Alnum, 32, 64),
    form("npm_", "a token of npm", Alnum, 36, 36),
    form("pypi-AgE", "a token of PyPI", Url, 50, 512),
    form("AccountKey=", "a storage key of Azure", Base64, 88, 88),
    form("SharedAccessKey=", "an access key of Azure", Base64, 44, 88),
    form("dapi", "a token of Databricks", Hex, 32, 32),
    form("dop_v1_", "a token of DigitalOcean", Hex, 64, 64),
    form("doo_v1_", "a token of DigitalOcean", Hex, 64, 64),
    form("dckr_pat_", "a token of Docker", Url, 27, 40),
    form("gsk_", "an API key of Groq", Alnum, 52, 52),
    form("r8_", "a token of Replicate", Alnum, 37, 37),
    form("pplx-", "an API key of Perplexity", Alnum, 48, 56),
    form("xai-", "an API key of xAI", Alnum, 80, 80),
    form("nvapi-", "an API key of NVIDIA", Url, 64, 64),
    form("lsv2_pt_", "an API key of LangSmith", Url, 40, 50),
    form("lsv2_sk_", "an API key of LangSmith", Url, 40, 50),
    form("tvly-", "an API key of Tavily", Url, 32, 50),
    form("pcsk_", "an API key of Pinecone", Url, 60, 80),
    form("wandb_v1_", "an API key of Weights & Biases", Url, 60, 120),
    form("glsa_", "a token of Grafana", Url, 41, 41),
    form("hvs.", "a token of Vault", Url, 24, 255),
    form("lin_api_", "an API key of Linear", Alnum, 40, 48),
    form("ntn_", "a token of Notion", Alnum, 43, 50),
    form("NRAK-", "an API key of New Relic", Alnum, 27, 27),
    form("shpat_", "a token of Shopify", Hex, 32, 32),
    form("sk.eyJ", "a secret token of Mapbox", Dotted, 60, 120),
    form("SG.", "an API key of SendGrid", Dotted, 66, 66),
    form("PMAK-", "an API key of Postman", Url, 59, 59),
    form("eyJ", "a JSON Web Token", WebToken, 0, 0),
];

/// What all prefixes are found by.
static PREFIXES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let escaped: Vec<_> = FORMS
        .iter()
        .map(|form| regex::escape(form.prefix))
        .collect();
    Regex::new(&escaped.join("|")).ok()
});

/// Finds the tokens in a text.
pub(super) fn find(text: &str, secrets: &mut Vec<Secret>) {
    let Some(prefixes) = &*PREFIXES else {
        return;
    };
    let mut at = 0;
    while let Some(prefix) = prefixes.find_at(text, at) {
        at = prefix.end();
        let found = FORMS.iter().find(|form| form.prefix == prefix.as_str());
        let Some((form, length)) = found.and_then(|form| {
            let rest = text.get(prefix.end()..)?;
            Some((form, token_length(form, text, prefix.start(), rest)?))
        }) else {
            continue;
        };
        let end = prefix.end() + length;
        at = end;
        secrets.push(Secret {
            rule: Rule::Token,
            range: prefix.start()..end,
            hidden: prefix.end()..end,
            what: form.what.into(),
        });
    }
}

/// Returns how many bytes behind the prefix are the token, if it is one.
fn token_length(form: &Form, text: &str, start: usize, rest: &str) -> Option<usize> {
    if !starts_word(text.get(..start)?, form.prefix) {
        return None;
    }
    if form.letters == WebToken {
        return web_token_length(rest);
    }
    let (least, most) = form.length;
    // What is longer is no token, however long it is.
    let run = run_of(form.letters, rest, most + 3);
    // A full stop behind a token ends a sentence.
    let token = run.trim_end_matches(['.', '-', '/']);
    let is_token = (least..=most).contains(&token.len())
        && !is_placeholder(token)
        && entropy(token) > 2.5
        && !continues(rest, run.len(), form.letters);
    is_token.then_some(token.len())
}

/// Returns the characters at the start of a text that can be of a token, but no
/// more than `most`.
fn run_of(letters: Letters, rest: &str, most: usize) -> &str {
    let is_letter = |byte: u8| match letters {
        Alnum => byte.is_ascii_alphanumeric(),
        Url | WebToken => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
        Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
        Path => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/'),
        Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        Base32 => matches!(byte, b'A'..=b'Z' | b'2'..=b'7'),
        Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    let bytes = rest.bytes().take(most);
    let length = bytes.take_while(|byte| is_letter(*byte)).count();
    rest.get(..length).unwrap_or_default()
}

/// Returns whether a word, or data in base64, goes on behind a token.
fn continues(rest: &str, length: usize, letters: Letters) -> bool {
    let Some(next) = rest.as_bytes().get(length) else {
        return false;
    };
    let is_data = letters == Base32 && matches!(next, b'+' | b'/' | b'=');
    next.is_ascii_alphanumeric() || *next == b'_' || is_data
}

/// Returns whether a word can start behind a text.
fn starts_word(before: &str, prefix: &str) -> bool {
    let Some(last) = before.chars().next_back() else {
        return true;
    };
    let is_base32 = prefix.len() == 4 && prefix.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_data = is_base32 && matches!(last, '+' | '/');
    let is_word = last.is_alphanumeric() || matches!(last, '_' | '-');
    if !is_word && !is_data {
        return true;
    }
    // `ESC [ 0 ; 3 1 m` is a color of the terminal, `\n` an escape.
    let near = before.get(before.floor_char_boundary(before.len().saturating_sub(12))..);
    let near = near.unwrap_or_default();
    let is_color = near.rfind('\u{1b}').is_some_and(|at| {
        let behind = near.get(at + 1..).unwrap_or_default();
        let numbers = behind
            .strip_prefix('[')
            .and_then(|code| code.strip_suffix('m'));
        numbers.is_some_and(|numbers| numbers.bytes().all(|c| c.is_ascii_digit() || c == b';'))
    });
    is_color || near.ends_with("\\n") || near.ends_with("\\t")
}

/// Returns how long a JSON Web Token is, given by what stands behind `eyJ`.
fn web_token_length(rest: &str) -> Option<usize> {
    let header = run_of(WebToken, rest, MANY);
    let behind = rest.get(header.len()..)?.strip_prefix('.')?;
    let payload = run_of(WebToken, behind, 4 * MANY);
    let signature = behind.get(payload.len()..)?.strip_prefix('.')?;
    let signature = run_of(WebToken, signature, MANY);
    let header_json = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(format!("eyJ{header}"))
        .ok()?;
    let says = |what: &[u8]| memchr::memmem::find(&header_json, what).is_some();
    // The payload that tutorials use.
    let is_sample = payload.starts_with("eyJzdWIiOiIxMjM0NTY3ODkw");
    let is_token =
        says(b"\"alg\"") && payload.starts_with("eyJ") && signature.len() >= 16 && !is_sample;
    is_token.then_some(header.len() + payload.len() + signature.len() + 2)
}
