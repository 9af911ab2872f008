use super::*;
use proptest::prelude::*;

/// Returns a source with each token between marks: `k` for a keyword, and so
/// on.
fn marked(name: &str, source: &str) -> String {
    let lines: Vec<_> = source.split_inclusive('\n').map(Cow::Borrowed).collect();
    let all = tokens(&lines, [], language(name).unwrap());
    let mut text = String::new();
    for (line, tokens) in lines.iter().zip(all) {
        let mut at = 0;
        for (range, token) in tokens {
            text.push_str(line.get(at..range.start).unwrap());
            let mark = match token {
                Token::Plain => panic!("plain text is no token"),
                Token::Keyword => "k",
                Token::Definition => "d",
                Token::String => "s",
                Token::Number => "n",
                Token::Comment => "c",
                Token::Magic => "m",
            };
            text.extend([mark, "‹", line.get(range.clone()).unwrap(), "›"]);
            at = range.end;
        }
        text.push_str(line.get(at..).unwrap());
    }
    text.replace("›s‹", "").replace("›c‹", "")
}

#[track_caller]
fn check(name: &str, source: &str, expected: &str) {
    assert_eq!(marked(name, source), expected);
}

#[test]
fn python() {
    check(
        "python",
        "def f(x=1.5e-3):  # why\n    return rb'a\\'b' + x.is_in\n",
        "k‹def› d‹f›(x=n‹1.5e-3›):  c‹# why›\n    k‹return› s‹rb'a\\'b'› + x.is_in\n",
    );
}

#[test]
fn strings_go_on_over_lines() {
    check(
        "python",
        "'''a\nif\n''' if x else \"\"\"b\"\"\"",
        "s‹'''a›\ns‹if›\ns‹'''› k‹if› x k‹else› s‹\"\"\"b\"\"\"›",
    );
}

#[test]
fn a_quote_that_is_not_closed_is_plain() {
    check("python", "print('a\nif", "k‹print›('a\nk‹if›");
}

#[test]
fn commands_to_the_kernel_are_no_code() {
    check(
        "python",
        "%time for\n!ls 'a\n?print\nprint??\n  %matplotlib inline\nx % y",
        "m‹%time› k‹for›\nm‹!ls 'a›\nm‹?print›\nm‹print??›\n  m‹%matplotlib› inline\nx % y",
    );
}

#[test]
fn a_cell_can_be_in_another_language() {
    check("python", "%%bash\nfi 'x'", "m‹%%bash›\nk‹fi› s‹'x'›");
    check("python", "\n%%time\nfor", "\nm‹%%time›\nk‹for›");
    check(
        "python",
        "%%writefile a\nfor 'x'",
        "m‹%%writefile a›\nfor 'x'",
    );
}

#[test]
fn other_languages() {
    check(
        "r",
        "x.if <- if (TRUE) 'a' # b",
        "x.if <- k‹if› (k‹TRUE›) s‹'a'› c‹# b›",
    );
    check(
        "julia",
        "A' #= a\nb =# 'c' end",
        "A' c‹#= a›\nc‹b =#› s‹'c'› k‹end›",
    );
    check(
        "rust",
        "fn f<'a>(x: &'a str) { '\\'' }",
        "k‹fn› d‹f›<'a>(x: &'a str) { s‹'\\''› }",
    );
    check("sql", "SELECT a -- b", "k‹SELECT› a c‹-- b›");
    check("matlab", "x' + 'a' % b", "x' + s‹'a'› c‹% b›");
    check(
        "c++",
        "int x = 0x1e-3; /* a",
        "k‹int› x = n‹0x1e›-n‹3›; c‹/* a›",
    );
}

#[test]
fn another_cell_begins_anew() {
    let lines: Vec<_> = ["'''\n", "if\n", "if"].map(Cow::Borrowed).to_vec();
    let all = tokens(&lines, [2], language("python").unwrap());
    assert_eq!(all[1], [(0..2, Token::String)]);
    assert_eq!(all[2], [(0..2, Token::Keyword)]);
}

#[test]
fn long_sources_have_no_tokens() {
    let lines = vec![Cow::Borrowed("if\n"); MOST_LINES + 1];
    assert!(tokens(&lines, [], language("python").unwrap()).is_empty());
}

proptest! {
    /// Tokens are parts of their line, in order.
    #[test]
    fn tokens_are_in_order(
        name in prop::sample::select(vec!["python", "julia", "rust", "sql", "matlab", "haskell"]),
        source in "([a-zß'\"`#%!?/*=\\\\ 0-9.-]|if|\\n|\"\"\"|'''|%%|😀){0,60}",
    ) {
        let lines: Vec<_> = source.split_inclusive('\n').map(Cow::Borrowed).collect();
        let all = tokens(&lines, [], language(name).unwrap());
        prop_assert_eq!(all.len(), lines.len());
        for (line, tokens) in lines.iter().zip(all) {
            let mut at = 0;
            for (range, _) in tokens {
                prop_assert!(range.start >= at && range.end > range.start);
                prop_assert!(line.get(range.clone()).is_some());
                at = range.end;
            }
        }
    }
}
