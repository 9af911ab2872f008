//! What people write into cells, and what comes out: lines of code and prose
//! that differ from each other as real ones do, outputs, pictures.

use serde_json::{Value, json};

use super::model::Kind;
use super::random::Random;

const NOUNS: &[&str] = &[
    "orders",
    "matrix",
    "sensor",
    "weights",
    "figure",
    "signal",
    "cohort",
    "budget",
    "velocity",
    "residual",
    "corpus",
    "galaxy",
    "protein",
    "forecast",
    "traffic",
    "auction",
    "genome",
    "reactor",
    "invoice",
    "climate",
    "harbor",
    "lattice",
    "payload",
    "quantile",
    "rainfall",
    "spectrum",
    "turbine",
    "voltage",
    "wavelet",
    "yield",
    "größe",
    "température",
    "поток",
];
const VERBS: &[&str] = &[
    "load",
    "fit",
    "smooth",
    "resample",
    "encode",
    "rotate",
    "merge_on",
    "impute",
    "cluster",
    "project",
    "decode",
    "whiten",
    "align",
    "score",
    "bootstrap",
    "threshold",
    "tokenize",
];
const MODULES: &[&str] = &[
    "np",
    "pd",
    "torch",
    "scipy.stats",
    "sklearn.svm",
    "nx",
    "xr",
    "sns",
    "pathlib",
    "cv2",
];
const WORDS: &[&str] = &[
    "the",
    "model",
    "shows",
    "that",
    "our",
    "measured",
    "values",
    "depend",
    "on",
    "season",
    "and",
    "every",
    "station",
    "reports",
    "hourly",
    "noise",
    "before",
    "filtering",
    "we",
    "drop",
    "outliers",
    "from",
    "raw",
    "tables",
    "because",
    "a",
    "threshold",
    "hides",
    "slow",
    "drift",
    "naïve",
    "β-decay",
    "→",
    "in",
    "winter",
    "months",
    "only",
    "half",
    "remain",
];
/// Lines that stand in many cells.
pub(crate) const COMMON: &[&str] = &[
    "",
    "plt.show()",
    "    return result",
    ")",
    "# TODO",
    "else:",
];

/// Returns a name that hardly anything else has.
fn name(random: &mut Random) -> String {
    let (noun, number) = (random.pick(NOUNS), random.below(10_000));
    format!("{noun}_{number}")
}

fn code_line(random: &mut Random) -> String {
    let (noun, verb, module) = (random.pick(NOUNS), random.pick(VERBS), random.pick(MODULES));
    let (one, two, number) = (name(random), name(random), random.below(1000));
    match random.below(9) {
        0 => format!("{one} = {module}.{verb}({two}, n={number})"),
        1 => format!("import {module} as {one}"),
        2 => format!("print(f\"{noun}: {{{one}.{verb}()!r}}\\t{number}\")"),
        3 => format!("for {noun} in range({number}): {one}.append({two}[{noun}])"),
        4 => format!("def {verb}_{noun}_{number}({one}, *, {two}=None):"),
        5 => format!("    {one} += {module}.{verb}({number} * {noun})"),
        6 => format!("assert {one}.shape == ({number}, {}), '{two}'", number / 3),
        7 => format!("%timeit -n {number} {verb}({one}, {two})"),
        _ => format!(
            "{one}['{noun}'] = {two}.{verb}(axis={})  # {number}",
            number % 2
        ),
    }
}

fn prose_line(random: &mut Random) -> String {
    let words: Vec<_> = (0..random.within(5, 11))
        .map(|_| random.pick(WORDS))
        .collect();
    let (text, name) = (words.join(" "), name(random));
    match random.below(6) {
        0 => format!("## {name}: {text}"),
        1 => format!("- {text} *{name}*"),
        2 => format!("> {name} “{text}”"),
        _ => format!("{text} `{name}`."),
    }
}

/// Returns a line as a cell of this kind would hold.
pub(crate) fn line(random: &mut Random, kind: Kind) -> String {
    match kind {
        Kind::Code => code_line(random),
        Kind::Markdown | Kind::Raw => prose_line(random),
    }
}

/// Returns the lines of a new cell. The first one is unlike all others.
pub(crate) fn lines(random: &mut Random, kind: Kind) -> Vec<String> {
    let n_lines = match random.below(10) {
        0..3 => random.within(1, 2),
        3..8 => random.within(3, 6),
        _ => random.within(7, 12),
    };
    let mut lines = vec![line(random, kind)];
    while lines.len() < n_lines {
        lines.push(if random.percent(15) {
            random.pick(COMMON).to_owned()
        } else {
            line(random, kind)
        });
    }
    // Not at the end: it would be a final newline.
    if lines.last().is_some_and(String::is_empty) {
        lines.push(line(random, kind));
    }
    if random.percent(6) {
        lines.push(String::new());
    }
    lines
}

/// Returns the line as somebody would have changed a word of it.
pub(crate) fn edited_line(random: &mut Random, kind: Kind, line: &str) -> String {
    if line.trim().is_empty() {
        return self::line(random, kind);
    }
    let name = name(random);
    match (random.below(3), kind, line.rsplit_once(' ')) {
        (0, Kind::Code, _) => format!("{line}  # {name}"),
        // Not so much that it would be another line.
        (1, _, Some((head, _))) if head.len() * 4 > line.len() * 3 => format!("{head} {name}"),
        _ => format!("{line} {name}"),
    }
}

fn base64(random: &mut Random) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text: String = (0..random.within(5, 20) * 4)
        .map(|_| char::from(random.pick(digits)))
        .collect();
    format!("iVBORw0KGgo{text}A")
}

/// Returns an attachment: a bundle by mime type.
pub(crate) fn picture(random: &mut Random) -> Value {
    json!({ "image/png": base64(random) })
}

/// Returns what a run of a cell gave.
pub(crate) fn outputs(random: &mut Random, count: u64) -> Vec<Value> {
    let n_outputs = random.weighted(&[25, 55, 20]);
    (0..n_outputs).map(|_| output(random, count)).collect()
}

fn output(random: &mut Random, count: u64) -> Value {
    let (one, two) = (name(random), name(random));
    match random.below(6) {
        0 | 1 => json!({
            "name": random.pick(&["stdout", "stdout", "stderr"]), "output_type": "stream",
            "text": [format!("{one} 0.{}\n", random.below(1000)), format!("\u{1b}[1m{two}\u{1b}[0m\n")],
        }),
        2 => json!({
            "data": {"image/png": base64(random), "text/plain": [format!("<Figure {one}>")]},
            "metadata": {}, "output_type": "display_data",
        }),
        3 => json!({
            "ename": "ValueError", "evalue": one, "output_type": "error",
            "traceback": ["\u{1b}[0;31m-----\u{1b}[0m", format!("ValueError: {two}")],
        }),
        _ => json!({
            "data": {
                "text/html": [format!("<table><tr><td>{one}</td></tr>\n"), "</table>"],
                "text/plain": [format!("{two} at 0x7f{}", random.hex(8))],
            },
            "execution_count": count, "metadata": {"needs_background": random.pick(&["light", "dark"])},
            "output_type": "execute_result",
        }),
    }
}
