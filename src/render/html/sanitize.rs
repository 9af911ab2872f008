//! HTML that others wrote, reduced to what can do no harm.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// HTML that may stand in a page: ours, or let through by a filter.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Safe(String);

impl Safe {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The start of what stands for a formula until the text around it is
/// checked. No attribute may hold it.
pub(super) const FORMULA_MARK: &str = "nbweave-formula-";

/// How many bytes of HTML are looked at. Longer ones are shown by size.
const HTML_BYTES: usize = 300_000;

/// How many tags HTML may have.
const TAGS: usize = 20_000;

/// How many elements a reader may make of HTML at the worst: each paragraph
/// opens all those formatting elements anew that were not closed.
const ELEMENTS: usize = 5_000_000;

/// Stands in the place of a picture from elsewhere, which would tell its
/// server who reads the page.
const NO_PICTURE: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
    width='220' height='40'%3E%3Crect width='219' height='39' x='.5' y='.5' fill='none' \
    stroke='%23888' stroke-dasharray='4'/%3E%3Ctext x='110' y='25' text-anchor='middle' \
    font-family='sans-serif' font-size='13' fill='%23888'%3Eremote picture not loaded\
    %3C/text%3E%3C/svg%3E";

/// What styles of elements may say. Nothing that takes an address or places
/// an element over others.
const STYLES: &[&str] = &[
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "line-height",
    "list-style-type",
    "margin",
    "margin-left",
    "max-width",
    "min-width",
    "padding",
    "padding-left",
    "text-align",
    "text-decoration",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
];

/// For text of people: links lead to the web and nowhere else.
static MARKDOWN: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = common();
    builder
        .add_tags(["input", "section"])
        .add_tag_attributes("input", ["type", "checked", "disabled"])
        .add_tag_attribute_values("input", "type", ["checkbox"])
        .set_tag_attribute_value("input", "disabled", "")
        .add_tag_attributes("th", ["style"])
        .add_tag_attributes("td", ["style"])
        .filter_style_properties(HashSet::from(["text-align"]));
    builder
});

/// For outputs, which stand in a frame. There a link could only replace the
/// output by a page.
static OUTPUT: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = common();
    builder
        .rm_tag_attributes("a", ["href"])
        .add_generic_attributes(["style", "bgcolor", "dir"])
        .filter_style_properties(STYLES.iter().copied().collect());
    builder
});

fn common() -> Builder<'static> {
    let mut builder = Builder::default();
    builder
        .link_rel(Some("noopener noreferrer"))
        .url_schemes(HashSet::from(["http", "https", "mailto", "data"]))
        // What has no scheme is dropped below.
        .url_relative(UrlRelative::PassThrough)
        .rm_tags(["map", "area"])
        .rm_tag_attributes("img", ["srcset"])
        .attribute_filter(|tag, name, value| match (tag, name) {
            _ if value.contains(FORMULA_MARK) => None,
            ("img", "src") if is_picture(value) => Some(Cow::Borrowed(value)),
            ("img", "src") => Some(Cow::Borrowed(NO_PICTURE)),
            (_, "href") if is_web(value) => Some(Cow::Borrowed(value)),
            (_, "href" | "src" | "cite") => None,
            (_, "style") if !is_plain_style(value) => None,
            _ => Some(Cow::Borrowed(value)),
        });
    builder
}

/// Returns HTML of a text that a person wrote, harmless; `None` if it is too
/// much.
pub(super) fn clean_markdown(html: &str) -> Option<Safe> {
    is_bounded(html).then(|| Safe(without_controls(MARKDOWN.clean(html).to_string())))
}

/// Returns HTML that a program put out, harmless; `None` if it is too much.
pub(super) fn clean_output(html: &str) -> Option<Safe> {
    is_bounded(html).then(|| Safe(without_controls(OUTPUT.clean(html).to_string())))
}

/// Returns a text without what no browser shows. Marks for the direction of
/// text stay: here they are part of what people write, and a block ends them.
fn without_controls(text: String) -> String {
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.contains(is_control) {
        text.replace(is_control, "")
    } else {
        text
    }
}

/// Whether reading HTML takes no more than a moment, whatever it holds.
fn is_bounded(html: &str) -> bool {
    const FORMATTING: &[&str] = &[
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    ];
    if html.len() > HTML_BYTES {
        return false;
    }
    let bytes = html.as_bytes();
    let (mut n_tags, mut n_formatting) = (0_usize, 0_usize);
    for at in memchr::memchr_iter(b'<', bytes) {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let name = rest.split(|byte| !byte.is_ascii_alphanumeric()).next();
        let name = name.unwrap_or_default();
        let is_formatting = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
        n_formatting += usize::from(FORMATTING.iter().any(is_formatting));
        n_tags += 1;
    }
    n_tags <= TAGS && n_tags.saturating_mul(n_formatting) <= ELEMENTS
}

/// Returns HTML with a formula in the place of each of its marks. A formula is
/// taken only if it has nothing but elements and attributes of `MathML`.
pub(super) fn with_formulas(html: &Safe, mark: &str, formulas: &[Formula]) -> Safe {
    let mut parts = html.0.split(mark);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap_or(("", part));
        let formula = number.parse().ok().and_then(|at: usize| formulas.get(at));
        if let Some(formula) = formula {
            text.push_str(formula.0.as_str());
        }
        text.push_str(rest);
    }
    Safe(text)
}

/// A formula as `MathML`, or as its source.
#[derive(Clone, Debug)]
pub(super) struct Formula(Safe);

impl Formula {
    /// Takes `MathML`, if it is nothing else.
    pub(super) fn of_mathml(mathml: &str) -> Option<Self> {
        checked_mathml(mathml).map(|mathml| Self(Safe(without_controls(mathml))))
    }

    /// Takes the source of a formula that could not be read.
    pub(super) fn of_source(source: &str) -> Self {
        let mut out = super::markup::Markup::default();
        out.open("code", &[("class", "tex"), ("title", "TeX source")]);
        out.lines(source);
        out.close("code");
        let bytes = out.into_bytes();
        Self(Safe(String::from_utf8_lossy(&bytes).into_owned()))
    }

    pub(super) const fn safe(&self) -> &Safe {
        &self.0
    }
}

pub(super) fn is_picture(address: &str) -> bool {
    let types = ["png", "jpeg", "gif", "webp"];
    let rest = address.strip_prefix("data:image/");
    rest.is_some_and(|rest| {
        types.iter().any(|kind| {
            let rest = rest.strip_prefix(kind);
            rest.is_some_and(|rest| rest.starts_with(";base64,"))
        })
    })
}

/// Whether a style takes no address, however that is written.
fn is_plain_style(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    let bad = ["url", "image", "var", "\\", "/*", "@"];
    !bad.iter().any(|bad| style.contains(bad))
}

fn is_web(address: &str) -> bool {
    let schemes = ["http://", "https://", "mailto:"];
    let start: String = address.chars().take(8).collect();
    let start = start.to_ascii_lowercase();
    schemes.iter().any(|scheme| start.starts_with(scheme))
}

/// Elements of `MathML` that show something and do nothing. None of them takes
/// HTML: in `mtext` and its like there is text alone.
const MATH_ELEMENTS: &[&str] = &[
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
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
    "none",
];

/// Attributes of these elements that change how a formula looks.
const MATH_ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "class",
    "columnalign",
    "columnlines",
    "columnspacing",
    "columnspan",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathbackground",
    "mathcolor",
    "mathsize",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rowlines",
    "rowspacing",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "style",
    "symmetric",
    "voffset",
    "width",
    "xmlns",
];

/// Returns a text if it is balanced `MathML` with known elements and attributes
/// only, and nothing in its texts that could be taken for a tag.
fn checked_mathml(text: &str) -> Option<String> {
    let mut checked = String::with_capacity(text.len() + 16);
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>']) {
        let (before, found) = rest.split_at_checked(at)?;
        if open.is_empty() && !before.trim().is_empty() {
            return None;
        }
        checked.push_str(before);
        let is_tag = found.starts_with("</")
            || found
                .strip_prefix('<')
                .is_some_and(|tag| tag.starts_with(char::is_alphabetic));
        if !is_tag {
            let (sign, behind) = found.split_at_checked(1)?;
            checked.push_str(if sign == "<" { "&lt;" } else { "&gt;" });
            rest = behind;
            continue;
        }
        let (tag, behind) = found.strip_prefix('<')?.split_once('>')?;
        checked.extend(["<", tag, ">"]);
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return None;
            }
            continue;
        }
        let (tag, is_closed) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if open.is_empty() != (name == "math")
            || !MATH_ELEMENTS.contains(&name)
            || !has_math_attributes(attributes)
        {
            return None;
        }
        if !is_closed {
            open.push(name);
        }
    }
    (open.is_empty() && rest.trim().is_empty()).then_some(checked)
}

fn has_math_attributes(attributes: &str) -> bool {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let Some((name, behind)) = rest.split_once("=\"") else {
            return false;
        };
        let Some((value, behind)) = behind.split_once('"') else {
            return false;
        };
        let is_plain = !value.contains(['<', '>', '&', '\\', '@']) && !value.contains("url");
        if !MATH_ATTRIBUTES.contains(&name) || !is_plain {
            return false;
        }
        rest = behind.trim_start();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markdown(html: &str) -> String {
        clean_markdown(html).unwrap().0
    }

    fn output(html: &str) -> String {
        clean_output(html).unwrap().0
    }

    #[track_caller]
    fn check_markdown(html: &str, expected: &str) {
        assert_eq!(markdown(html), expected);
    }

    #[test]
    fn scripts_and_handlers_go() {
        check_markdown("<p onclick=\"a()\">x<script>a()</script></p>", "<p>x</p>");
        check_markdown("<svg onload=a()><script>a()</script></svg>x", "x");
        check_markdown("<style>@import 'http://a'</style>x", "x");
        check_markdown("<b style=\"background:url(http://a)\">x</b>", "<b>x</b>");
    }

    #[test]
    fn what_loads_leads_elsewhere_or_asks_goes() {
        for bad in [
            "<meta http-equiv=refresh content='0;url=http://a'>",
            "<base href='http://a/'>",
            "<link rel=stylesheet href='http://a'>",
            "<form action='http://a'><button>b</button></form>",
            "<iframe srcdoc='<script>a()</script>'></iframe>",
            "<object data='http://a'></object><embed src='http://a'>",
            "<video src='http://a' poster='http://a'></video>",
        ] {
            let clean = markdown(bad);
            assert!(!clean.contains("http://a"), "{clean}");
            assert!(!clean.contains("script"), "{clean}");
        }
    }

    #[test]
    fn links_lead_to_the_web_only() {
        check_markdown(
            "<a href='https://a.example/'>x</a>",
            "<a href=\"https://a.example/\" rel=\"noopener noreferrer\">x</a>",
        );
        for bad in [
            "javascript:a()",
            "JaVaScRiPt:a()",
            "java\tscript:a()",
            "data:text/html,a",
            "file:///etc/passwd",
            "vbscript:a",
            "//a.example",
            "a.html",
            "#nb1",
        ] {
            check_markdown(
                &format!("<a href=\"{bad}\">x</a>"),
                "<a rel=\"noopener noreferrer\">x</a>",
            );
        }
    }

    #[test]
    fn pictures_from_elsewhere_are_not_loaded() {
        for bad in [
            "http://a/b.png",
            "//a/b.png",
            "data:image/svg+xml,<svg>",
            "data:text/html,a",
        ] {
            let clean = markdown(&format!("<img src='{bad}' srcset='http://a 2x'>"));
            assert!(clean.contains("not loaded"), "{clean}");
            assert!(
                !clean.contains("a/b") && !clean.contains("srcset"),
                "{clean}"
            );
        }
        check_markdown(
            "<img src=\"data:image/png;base64,AAAA\">",
            "<img src=\"data:image/png;base64,AAAA\">",
        );
    }

    #[test]
    fn markup_that_changes_when_it_is_read_again_does_no_harm() {
        for bad in [
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=a()&gt;\">",
            "<svg></p><style><a id=\"</style><img src=1 onerror=a()>\">",
            "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=a()></style></annotation-xml></math>",
            "<noscript><p title=\"</noscript><img src=x onerror=a()>\">",
            "<form><math><mtext></form><form><mglyph><style></math><img src onerror=a()>",
            "<textarea><img title=\"</textarea><img src onerror=a()>\"></textarea>",
        ] {
            for clean in [markdown(bad), output(bad)] {
                assert_eq!(markdown(&clean), clean, "{bad}");
                for tag in ["<style", "<math", "<svg", "<img src=\"x", "<img onerror"] {
                    assert!(!clean.contains(tag), "{bad}: {clean}");
                }
            }
        }
    }

    #[test]
    fn outputs_keep_colors_and_lose_addresses_and_places() {
        let clean = output("<p style=\"color:red;position:fixed;z-index:9\">1</p>");
        assert_eq!(clean, "<p style=\"color:red\">1</p>");
        for style in [
            "background:url(http://a)",
            "background-color:u\\72l(http://a)",
            "color:URL(a)",
        ] {
            let clean = output(&format!("<p style=\"{style}\">1</p>"));
            assert_eq!(clean, "<p>1</p>", "{style}");
        }
        assert!(!output("<a href='http://a'>x</a>").contains("http"));
    }

    #[test]
    fn what_takes_long_to_read_is_not_read() {
        assert!(clean_output(&"<td>1</td>".repeat(5_000)).is_some());
        let formatting: Vec<_> = (0..2_500).map(|at| format!("<b x={at}>")).collect();
        assert!(clean_output(&format!("{}{}", formatting.concat(), "<p>".repeat(2_500))).is_none());
        assert!(clean_output(&"<div>".repeat(TAGS + 1)).is_none());
        assert!(clean_output(&"a".repeat(HTML_BYTES + 1)).is_none());
    }

    #[test]
    fn only_mathml_is_taken_for_a_formula() {
        assert_eq!(
            checked_mathml("<math display=\"block\"><mi>x</mi><mo><</mo><mo>></mo></math>")
                .unwrap(),
            "<math display=\"block\"><mi>x</mi><mo>&lt;</mo><mo>&gt;</mo></math>"
        );
        for bad in [
            "<math><mi>x</math>",
            "<math><script>a()</script></math>",
            "<math><mtext><img src=\"x\"></mtext></math>",
            "<math><mi onclick=\"a()\">x</mi></math>",
            "<math><mi style=\"background: url(http://a)\">x</mi></math>",
            "<math href=\"javascript:a()\"></math>",
            "<p>x</p>",
            "<math></math><p>x</p>",
            "<math></math>x",
            "<math><annotation-xml></annotation-xml></math>",
        ] {
            assert_eq!(checked_mathml(bad), None, "{bad}");
        }
    }
}
