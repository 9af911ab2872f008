//! A labelled set of secrets and of what looks like them. Secrets are put
//! together from pieces, so that nobody who scans this file takes them for
//! real ones.

use super::*;

/// Makes text of these letters that looks random and is the same every time.
fn random(length: usize, letters: &str, seed: u64) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
    let mut text = String::new();
    for _ in 0..length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let index = usize::try_from(state >> 33).unwrap() % letters.len();
        text.push(letters[index]);
    }
    text
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const HEX: &str = "0123456789abcdef";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What tokens of each service look like: the start, what follows, how many.
const TOKENS: &[(&str, &str, usize)] = &[
    ("AKIA", BASE32, 16),
    ("ASIA", BASE32, 16),
    ("ghp_", ALNUM, 36),
    ("gho_", ALNUM, 36),
    ("ghs_", ALNUM, 36),
    ("github_pat_", ALNUM, 82),
    ("glpat-", ALNUM, 20),
    ("glptt-", HEX, 40),
    ("xoxb-", ALNUM, 50),
    ("xoxp-", ALNUM, 60),
    ("AIza", URL, 35),
    ("GOCSPX-", ALNUM, 28),
    ("ya29.", URL, 120),
    ("sk-proj-", URL, 120),
    ("sk-ant-api03-", URL, 93),
    ("sk-or-v1-", HEX, 64),
    ("sk-", ALNUM, 48),
    ("hf_", ALNUM, 34),
    ("sk_live_", ALNUM, 24),
    ("rk_live_", ALNUM, 24),
    ("npm_", ALNUM, 36),
    ("pypi-AgEIcHlwaS5vcmc", ALNUM, 150),
    ("dapi", HEX, 32),
    ("dop_v1_", HEX, 64),
    ("gsk_", ALNUM, 52),
    ("r8_", ALNUM, 37),
    ("shpat_", HEX, 32),
    ("NRAK-", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 27),
    ("hooks.slack.com/services/T0", ALNUM, 42),
];

/// Sentences that tokens stand in.
const AROUND: &[(&str, &str)] = &[
    ("", ""),
    ("token = \"", "\""),
    ("export KEY=", "\n"),
    ("login(token='", "')"),
    ("see ", ". And"),
    ("{\"a\": \"", "\"}"),
    ("\u{1b}[0;31m", "\u{1b}[0m"),
    ("https://x.org/?key=", "&a=1"),
    ("Authorization: Bearer ", "\\n"),
    ("x\\n", "\\n"),
];

#[track_caller]
fn kinds(text: &str) -> Vec<Rule> {
    let secrets = secrets_in(text, Sort::Plain);
    secrets.iter().map(|secret| secret.rule).collect()
}

#[test]
fn tokens_of_all_services_are_found_in_any_sentence() {
    let mut missed = Vec::new();
    let mut n_tokens = 0;
    for (index, (start, letters, length)) in TOKENS.iter().enumerate() {
        for (seed, (before, behind)) in AROUND.iter().enumerate() {
            let mut tail = random(*length, letters, (index * 100 + seed) as u64);
            // A last `-` or `_` would end a word.
            tail.pop();
            tail.push('7');
            let text = format!("{before}{start}{tail}{behind}");
            n_tokens += 1;
            let found = secrets_in(&text, Sort::Plain);
            let is_found = found.len() == 1
                && found[0].rule == Rule::Token
                && text.get(found[0].range.clone()).unwrap().ends_with(&tail);
            if !is_found {
                missed.push(text.clone());
            }
            assert!(!masked(&text).contains(&tail) || !is_found, "{text}");
        }
    }
    assert!(
        missed.is_empty(),
        "{} of {n_tokens}: {missed:#?}",
        missed.len()
    );
}

#[test]
fn what_stands_for_a_token_is_none() {
    for text in [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "hf_YOUR_TOKEN_HERE",
        "sk-...",
        "token = \"hf_***\"",
        "AIzaSyYOUR_API_KEY_GOES_HERE_0123456789",
        "sk-your-key-here",
        "github_pat_",
        "the prefix is ghp_ and 36 letters follow",
        "xoxb-your-token",
        "npm_config_registry",
        "sk_live_",
        "hf_hub_download(repo_id='a', filename='b')",
        "from sk-learn import x",
        "dapi_call(0123456789abcdef)",
        "SG.x.y",
        "eyJ",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn a_run_of_base64_is_no_token() {
    let token = ["AK", "IA", "QWERTYUIOPASDFGH"].concat();
    for (before, behind) in [
        ("aGVsbG8", "d29y"),
        ("+", "/"),
        ("/", "+x"),
        ("x", ""),
        ("", "="),
    ] {
        assert_eq!(
            kinds(&format!("{before}{token}{behind}")),
            [],
            "{before} {behind}"
        );
    }
    assert_eq!(kinds(&token), [Rule::Token]);
    for seed in 0..200 {
        let data = random(4000, &format!("{ALNUM}+/"), seed);
        assert_eq!(kinds(&data), [], "{data}");
    }
}

#[test]
fn web_tokens_are_known_by_their_header() {
    use base64::Engine as _;

    let part = |json: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json);
    let signature = random(43, URL, 3) + "a";
    let header = part(r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = part(r#"{"user":"x","exp":17}"#);
    let token = format!("{header}.{payload}.{signature}");
    assert_eq!(kinds(&format!("jwt = '{token}'")), [Rule::Token]);
    assert_eq!(kinds(&format!("{header}.{payload}")), []);
    assert_eq!(
        kinds(&format!(
            "{}.{payload}.{signature}",
            part(r#"{"typ":"JWT"}"#)
        )),
        []
    );
    let sample = part(r#"{"sub":"1234567890","name":"John Doe","iat":1516239022}"#);
    assert_eq!(kinds(&format!("{header}.{sample}.{signature}")), []);
}

#[test]
fn private_keys_are_found_whole() {
    let row = random(64, ALNUM, 5);
    let begin = ["-----BEGIN ", "RSA PRIVATE KEY", "-----"].concat();
    let end = ["-----END ", "RSA PRIVATE KEY", "-----"].concat();
    let text = format!("key = '''{begin}\n{row}\n{row}\n{end}'''\nx");
    let found = secrets_in(&text, Sort::Plain);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule, Rule::PrivateKey);
    assert!(!masked(&text).contains(&row));
    assert!(masked(&text).contains("\nx"));
    let cut = format!("{begin}\n{row}\n{begin}\n{row}\n{end}");
    assert_eq!(kinds(&cut), [Rule::PrivateKey; 2]);
    assert!(!masked(&cut).contains(&row));
    for open in [
        &*begin,
        &*begin.replace("RSA ", ""),
        &*begin.replace("RSA", "OPENSSH"),
    ] {
        assert_eq!(kinds(&format!("\"{open}\\n{row}\\n")), [Rule::PrivateKey]);
    }
    for text in [
        format!("{begin}\n...\n{end}"),
        format!("if line.startswith('{begin}'): read_the_key(line)"),
        format!("-----BEGIN PUBLIC KEY-----\n{row}\n"),
        format!("-----BEGIN CERTIFICATE-----\n{row}\n"),
    ] {
        assert_eq!(kinds(&text), [], "{text}");
    }
}

#[test]
fn passwords_in_addresses_are_found() {
    for text in [
        "create_engine('postgresql+psycopg2://app:h4rd2gu3ss@db.acme.io:5432/x')",
        "git clone https://bob:Tr0ub4dor@git.acme.io/a.git",
        "mongodb+srv://u:p4ssw0rt9@cluster0.abc.mongodb.net/?a=1",
        "redis://:kj34h5kjh@cache.acme.io:6379",
    ] {
        assert_eq!(kinds(text), [Rule::AddressPassword], "{text}");
    }
    assert_eq!(masked("ftp://bob:Tr0ub4dor@a.io/x"), "ftp://bob:***@a.io/x");
    for text in [
        "https://user:password@host/x",
        "postgres://postgres:postgres@localhost/db",
        "https://{user}:{password}@db.acme.io",
        "https://$USER:$PASS@db.acme.io",
        "http://db.acme.io:8888/a@b",
        "https://bob@acme.io:443/",
        "https://user:secret@example.com",
        "https://a:b@c.io",
        "see https://x.org: write to me@x.org",
        "redis://u:h4rd2gu3ss@localhost:6379",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn what_looks_random_and_is_called_a_secret_is_found() {
    for text in [
        "password = \"hunter42x\"",
        "db_password='k3Jd9sLq'",
        "PASSWORD: \"pa55w0rt!\"",
        "api_key = \"9f8e7d6c5b4a39281706f5e4d3c2b1a0\"",
        "os.environ['AWS_SECRET_ACCESS_KEY'] = 'wJalrXUtnFEMIK7MDENGbPxRfiCYzzzKEq8R3a1b'",
        "{\"client_secret\": \"a8F5k2L9q1W7e4R6t3Y8\"}",
        "login(token=\"q8W3e7R2t6Y1u5I9o4P0\")",
        "%env API_TOKEN=q8W3e7R2t6Y1u5I9o4P0",
        "!export SECRET_KEY=q8W3e7R2t6Y1u5I9o4P0",
        "b'{\"username\":\"bob\",\"key\":\"9f8e7d6c5b4a39281706f5e4d3c2b1a9\"}'",
        "subscription_key = r'9f8e7d6c5b4a39281706f5e4d3c2b1a9'",
    ] {
        assert_eq!(kinds(text), [Rule::AssignedSecret], "{text}");
    }
    assert_eq!(masked("password = \"hunter42x\""), "password = \"***\"");
}

#[test]
fn what_people_can_read_is_no_secret() {
    for text in [
        "password = getpass()",
        "password = \"your_password_1\"",
        "password = 'changeme123'",
        "password = os.environ['DB_PASSWORD_2']",
        "password = \"${DB_PASSWORD1}\"",
        "token = \"<your-token-1234567890>\"",
        "api_key = \"YOUR_API_KEY_1234567890\"",
        "tokenizer = \"bert-base-uncased-v2-large\"",
        "pad_token = '[PAD]'",
        "eos_token=\"<|endoftext|>\"",
        "primary_key = 'customer_id_2021_v2'",
        "token = 'https://acme.io/token/12345678'",
        "key = \"data/2021-01-01/part-00001.csv\"",
        "sort_key = \"2021-01-01T00:00:00\"",
        "secret_name = \"projects/12345/secrets/a1/versions/1\"",
        "access_key = \"aaaaaaaaaaaaaaa1\"",
        "if password == \"hunter42x\": pass",
        "password_field = \"input1field2\"",
        "private_key_path = '/home/a/.ssh/id_ed25519'",
        "foreign_key = \"a8F5k2L9q1W7e4R6t3Y8\"",
        "\"AWS::IAM::AccessKey\": \"a8F5k2L9q1W7e4R6t3Y8\"",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn assignments_in_markup_are_somebody_elses() {
    let text = "var config = {apiKey: \"q8W3e7R2t6Y1u5I9o4P0\"};";
    assert_eq!(kinds(text), [Rule::AssignedSecret]);
    assert_eq!(secrets_in(text, Sort::Markup), []);
}

#[test]
fn a_secret_across_the_parts_of_a_text_is_masked_once() {
    let text = "password = 'hunter42x' # x";
    let at = text.find("ter").unwrap();
    let secrets = all_in(text);
    let parts = masked_parts(text, &secrets, 0..text.len(), at..at + 3);
    assert_eq!(
        parts,
        [
            "password = '***".to_owned(),
            String::new(),
            "' # x".to_owned()
        ]
    );
    assert_eq!(masked("no secret in here"), "no secret in here");
    let inside = masked_parts(text, &secrets, at..text.len(), at + 5..at + 5);
    assert_eq!(
        inside,
        ["***".to_owned(), String::new(), "' # x".to_owned()]
    );
}

#[test]
fn entropy_is_in_bits_for_each_character() {
    assert!(entropy("aaaa") < 0.01);
    assert!((entropy("abcdabcd") - 2.0).abs() < 0.01);
    assert!(entropy(&random(4000, HEX, 1)) > 3.9);
}
