//! Notebooks that mean harm to whoever reads a page about them.

use nbweave::diff::{DiffOptions, diff_notebooks};
use nbweave::json::Document;
use nbweave::notebook::Notebook;
use nbweave::render::{FileNames, RenderOptions, html_page, html_section};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Pieces of markup that end what they stand in, run, load or lead away.
const BAD: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "</iframe><script>",
    "\"></iframe><script>alert(1)//",
    "</pre></details></script><svg onload=alert(1)>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<style>@import 'http://evil'</style>",
    "<p style=\"background:url(http://evil)\">",
    "<meta http-equiv=refresh content=0;url=http://evil>",
    "<base href=http://evil>",
    "<form action=http://evil><input onfocus=alert(1) autofocus>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](http://evil/a.png \"onload=alert(1)\")",
    "<math><annotation-xml encoding=text/html><style><img src onerror=alert(1)>",
    "<svg><style><a id=\"</style><img src onerror=alert(1)>\">",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$$\\href{javascript:alert(1)}{x}$$",
    "<noscript><p title=\"</noscript><img src onerror=alert(1)>\">",
    "<textarea><title></textarea><img src onerror=alert(1)>",
    "<template shadowrootmode=open><script>alert(1)</script>",
    "\u{202e}\u{2066}\u{200b}\u{0}\u{1b}]0;x\u{7}\u{feff}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script>alert(1)",
    "javascript:alert(1)",
    "`",
    "\n\n",
    " ",
    "a",
];

/// The elements that a page may have; `script` and `style` once each.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "article",
    "b",
    "blockquote",
    "body",
    "br",
    "button",
    "code",
    "dd",
    "del",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "main",
    "math",
    "menclose",
    "merror",
    "meta",
    "mfrac",
    "mi",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "nav",
    "ol",
    "p",
    "pre",
    "s",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// The attributes that elements of a page may have.
const ATTRIBUTES: &[&str] = &[
    "accent",
    "alt",
    "aria-haspopup",
    "aria-label",
    "aria-labelledby",
    "charset",
    "checked",
    "class",
    "colspan",
    "columnalign",
    "content",
    "data-n",
    "data-o",
    "decoding",
    "dir",
    "disabled",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "href",
    "http-equiv",
    "id",
    "lang",
    "largeop",
    "loading",
    "lspace",
    "mathvariant",
    "max",
    "maxsize",
    "min",
    "minsize",
    "movablelimits",
    "name",
    "open",
    "rel",
    "role",
    "rspace",
    "sandbox",
    "scope",
    "scriptlevel",
    "separator",
    "src",
    "srcdoc",
    "start",
    "stretchy",
    "style",
    "symmetric",
    "tabindex",
    "title",
    "type",
    "value",
    "width",
];

/// Checks every tag of HTML, as a browser would see them.
#[track_caller]
fn check_tags(html: &str, context: &str) {
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<') {
        if let Some(after) = tag.strip_prefix("!doctype html>") {
            rest = after;
            continue;
        }
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
        let (name, attributes) = tag.split_at(end);
        assert!(ELEMENTS.contains(&name), "<{name}> in {context}");
        rest = check_attributes(attributes, context);
        if matches!(name, "script" | "style") {
            // What is ours has no end tag in it: a unit test says so.
            rest = rest.split_at(rest.find("</").unwrap_or(0)).1;
        }
    }
}

/// Checks the attributes of a tag and returns what follows it.
#[track_caller]
fn check_attributes<'t>(tag: &'t str, context: &str) -> &'t str {
    let mut rest = tag.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('>').or_else(|| rest.strip_prefix("/>")) {
            return after;
        }
        let end = rest.find(|c: char| "= >/\n".contains(c)).unwrap();
        let (name, behind) = rest.split_at(end);
        assert!(ATTRIBUTES.contains(&name), "{name:?} in {context}");
        rest = behind;
        if let Some(value) = rest.strip_prefix("=\"") {
            let (value, after) = value.split_once('"').unwrap();
            check_value(name, value, context);
            rest = after;
        }
        rest = rest.trim_start();
    }
}

#[track_caller]
fn check_value(name: &str, value: &str, context: &str) {
    let starts = |starts: &[&str]| starts.iter().any(|start| value.starts_with(start));
    let is_fine = match name {
        "href" => starts(&["#nb", "#changes", "http://", "https://", "mailto:"]),
        "src" => starts(&["data:image/"]),
        "sandbox" => value.is_empty(),
        "style" => !value.contains("url"),
        "id" => value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
        _ => true,
    };
    assert!(is_fine, "{name}={value:?} in {context}");
    if name == "srcdoc" {
        let document = value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
        check_tags(&document, context);
    }
}

fn page(old: &Value, new: &Value, names: &FileNames<'_>) -> String {
    let (old, new) = (old.to_string(), new.to_string());
    let old = Document::read(old.as_bytes()).unwrap();
    let new = Document::read(new.as_bytes()).unwrap();
    let old = Notebook::read(&old).unwrap();
    let new = Notebook::read(&new).unwrap();
    let diff = diff_notebooks(
        &old,
        &new,
        &DiffOptions {
            pixels: DiffOptions::PIXELS,
        },
    );
    let section = html_section(&diff, names, 1, &RenderOptions::default());
    let mut page = Vec::new();
    html_page(&[section], &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// Puts texts wherever a notebook can hold one.
fn notebook(texts: &[String]) -> Value {
    let text = |at: usize| texts[at % texts.len()].clone();
    let display = |mime: String, value: Value| json!({"output_type": "display_data", "data": {mime: value}, "metadata": {text(1): text(2)}});
    let outputs = [
        display("text/html".into(), json!(text(0))),
        display("text/markdown".into(), json!(text(1))),
        display("text/latex".into(), json!(text(2))),
        display("image/svg+xml".into(), json!(text(3))),
        display("image/png".into(), json!(text(4))),
        display("application/json".into(), json!({text(5): text(6)})),
        display(format!("text/{}", text(7)), json!(text(8))),
        display(format!("image/png{}", text(7)), json!(text(8))),
        display("application/javascript".into(), json!(text(9))),
        json!({"output_type": "stream", "name": text(10), "text": text(11)}),
        json!({"output_type": "error", "ename": text(0), "evalue": text(1), "traceback": [text(2)]}),
        json!({"output_type": text(3), "data": text(4)}),
    ];
    json!({
        "nbformat": 4, "nbformat_minor": 5,
        "metadata": {"title": text(0), text(1): text(2), "kernelspec": {"display_name": text(3)}},
        "cells": [
            {"cell_type": "markdown", "id": text(4), "source": text(5), "metadata": {"tags": [text(6)]},
             "attachments": {text(7): {"image/png": text(8)}}},
            {"cell_type": "code", "id": text(8), "source": text(9), "metadata": {text(10): text(11)},
             "execution_count": 1, "outputs": outputs},
            {"cell_type": text(0), "id": text(1), "source": text(2), "metadata": {}},
        ],
    })
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let text = prop::collection::vec(prop::sample::select(BAD), 1..4);
    prop::collection::vec(text.prop_map(|parts| parts.concat()), 12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_notebook_gets_a_tag_or_an_attribute_of_its_own(old in texts(), new in texts()) {
        let name = &old[0];
        let names = FileNames::between(name, &new[0]);
        let page = page(&notebook(&old), &notebook(&new), &names);
        check_tags(&page, "the page");
        prop_assert_eq!(page.matches("<script").count(), 1);
        prop_assert_eq!(page.matches("<style").count(), 1);
        let is_hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
        prop_assert!(!page.contains(is_hidden));
    }
}

#[test]
fn each_bad_text_alone_is_harmless_on_both_sides() {
    for bad in BAD {
        let (one, two) = (vec![(*bad).to_owned()], vec![format!("{bad}{bad}")]);
        for (old, new) in [(&one, &two), (&two, &one)] {
            let page = page(&notebook(old), &notebook(new), &FileNames::of(bad));
            check_tags(&page, bad);
        }
    }
}

#[test]
fn the_check_of_tags_would_notice() {
    for bad in [
        "<img src=\"data:image/png;base64,A\" onerror=\"x\">",
        "<object>",
        "<a href=\"javascript:x\">",
        "<iframe srcdoc=\"&lt;script src=x&gt;\">",
        "<p style=\"background:url(x)\">",
    ] {
        let noticed = std::panic::catch_unwind(|| check_tags(bad, ""));
        assert!(noticed.is_err(), "{bad}");
    }
}

#[test]
fn html_that_is_slow_to_read_and_deep_nesting_take_no_time() {
    let deep = format!("{}x{}", "<div>".repeat(15_000), "</div>".repeat(15_000));
    let formatting: Vec<_> = (0..5_000).map(|at| format!("<b a={at}>")).collect();
    let slow = format!("{}{}", formatting.concat(), "<p>".repeat(5_000));
    for text in [
        deep,
        slow,
        "> ".repeat(20_000),
        "[".repeat(50_000),
        "$x$ ".repeat(5_000),
    ] {
        let old = notebook(&vec!["a".to_owned(); 12]);
        let new = notebook(&vec![text; 12]);
        check_tags(&page(&old, &new, &FileNames::of("a")), "deep");
    }
}
