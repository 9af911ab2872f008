//! What differs in outputs though nothing changed: colors, text that a
//! terminal overwrites, memory addresses, names of temporary things, timings.

mod ids;
mod masks;
mod terminal;
mod timing;

use std::borrow::Cow;

use masks::{Mask, masks};

pub use terminal::terminal_text;
pub(super) use terminal::without_escapes;

/// What sort of noise it is. Of several in one output the last of these names
/// it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum NoiseClass {
    /// The number of a result, or metadata that tools write on their own.
    Bookkeeping,
    /// Colors and other escape sequences.
    Colors,
    /// Ids that a library draws anew in every run, or counts up.
    Ids,
    /// Addresses of memory.
    Addresses,
    /// Where temporary files lie.
    TemporaryPaths,
    /// Execution counts and line numbers of a traceback.
    Places,
    /// Markup around the same table.
    Markup,
    /// What a progress bar showed before its last state.
    Progress,
    /// How long something took, in the words of tools that measure it.
    Timings,
    /// Other bytes for the same pixels.
    Pixels,
}

/// How outputs are looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Look {
    /// As text of a program or the `repr` of an object.
    Text,
    /// As the frames of an error.
    Traceback,
    /// As HTML or the JSON of a library, which put ids there that they draw
    /// anew in every run.
    Html,
    /// As a drawing with names for its parts.
    Svg,
}

/// Returns what a line of an output looks like, noise apart: equal looks,
/// equal for a reader.
pub(super) fn look(line: &str, how: Look) -> Cow<'_, str> {
    let seen = seen(line);
    // Almost all that changes with every run has a digit in it, but for a few
    // names of temporary files and ids.
    let has_digit = seen.bytes().any(|byte| byte.is_ascii_digit());
    if !has_digit && matches!(how, Look::Text | Look::Traceback) && !seen.contains("mp") {
        return seen;
    }
    match masked(&seen, &masks(&seen, how)) {
        Some(masked) => Cow::Owned(masked),
        None => seen,
    }
}

/// Returns a line of text with `…` where something changes with every run:
/// addresses of memory, names of temporary files, execution counts, timings.
pub fn steady_line(line: &str) -> Cow<'_, str> {
    look(line, Look::Text)
}

/// Returns what makes two lines differ that look the same.
pub(super) fn noise_class(old: &str, new: &str, how: Look) -> NoiseClass {
    if terminal_text(old) == terminal_text(new) {
        return NoiseClass::Progress;
    }
    let (old, new) = (seen(old), seen(new));
    let (old_masks, new_masks) = (masks(&old, how), masks(&new, how));
    let pairs = old_masks.iter().zip(&new_masks);
    let differing = pairs.filter(|(old_mask, new_mask)| {
        old.get(old_mask.range.clone()) != new.get(new_mask.range.clone())
    });
    differing
        .map(|(mask, _)| mask.class)
        .max()
        .unwrap_or(NoiseClass::Colors)
}

/// Returns a line as a terminal leaves it, without colors.
fn seen(line: &str) -> Cow<'_, str> {
    if line.bytes().all(|byte| byte >= b' ' || byte == b'\n') {
        return Cow::Borrowed(line);
    }
    Cow::Owned(without_escapes(&terminal_text(line)))
}

/// Returns text with a mark in the place of each mask; nothing if there is
/// none.
fn masked(text: &str, masks: &[Mask]) -> Option<String> {
    if masks.is_empty() {
        return None;
    }
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for mask in masks {
        masked.push_str(text.get(copied..mask.range.start)?);
        masked.push('\u{2026}');
        copied = mask.range.end;
    }
    masked.push_str(text.get(copied..)?);
    Some(masked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(old: &str, new: &str, how: Look, expected: Option<NoiseClass>) {
        let found = (look(old, how) == look(new, how)).then(|| noise_class(old, new, how));
        assert_eq!(found, expected, "{old:?} {new:?}");
        let found = (look(new, how) == look(old, how)).then(|| noise_class(new, old, how));
        assert_eq!(found, expected, "{new:?} {old:?}");
    }

    #[track_caller]
    fn is_noise(old: &str, new: &str, class: NoiseClass) {
        check(old, new, Look::Text, Some(class));
    }

    #[track_caller]
    fn is_real(old: &str, new: &str) {
        check(old, new, Look::Text, None);
    }

    #[test]
    fn addresses() {
        let class = NoiseClass::Addresses;
        is_noise("<A at 0x7f0011223344>", "<A at 0x7f5566778899>", class);
        is_noise("id=140241839172432)", "id=140241839172433)", class);
        is_noise("<A at 0x10fe20>", "<A at 0x20fe20>", class);
        is_noise("Ptr @0x000001e8c5000010", "Ptr @0x000001e8c5000020", class);
        is_noise("p = 0x10f002200", "p = 0x10f003300", class);
        is_real("mask = 0xff", "mask = 0xfe");
        is_real("color 0xff00aa", "color 0x00ff00");
        is_real("crc 0xdeadbeef", "crc 0xcafebabe");
        is_real("format 0xff00aa", "format 0x00ff00");
        is_real("0x00000000deadbeef", "0x00000000cafebabe");
        is_real("hash 0x1a2b3c4d5e6f7081", "hash 0x1a2b3c4d5e6f7082");
        is_real(
            "at 0x52908400098527886e0f7030069857d2e4169ee7",
            "at 0x8617e340b3d01fa5f11f306f4090fd50e238070d",
        );
        is_real("id=12", "id=13");
        is_real("id=123456789012", "id=123456789013");
        is_real("id=1402418391724321", "id=1402418391724322");
    }

    #[test]
    fn temporary_paths() {
        let class = NoiseClass::TemporaryPaths;
        is_noise(
            "/tmp/ipykernel_1/22.py:3: UserWarning",
            "/tmp/ipykernel_44/5.py:3: UserWarning",
            class,
        );
        is_noise("at /tmp/tmpab12cd_9/x", "at /tmp/tmpzzzz1zzz/x", class);
        is_noise("/tmp/RtmpAb12Cd/f", "/tmp/RtmpXy98Zz/f", class);
        is_noise(
            "/var/folders/ab/c1234567890/T/tmpabcdefg1",
            "/var/folders/xy/z0987654321/T/tmp12345678",
            class,
        );
        is_noise(
            r"C:\Users\one\AppData\Local\Temp\ipykernel_1\2.py",
            r"C:\Users\two\AppData\Local\Temp\ipykernel_3\4.py",
            class,
        );
        is_real("/tmp/rain.csv", "/tmp/snow.csv");
        is_real("/tmp/tmp_results.csv", "/tmp/tmp_outcome.csv");
        is_real("/data/tmpsettings", "/data/tmpmessages");
        is_real("/tmp/tmpab12cd_9/x", "/tmp/tmpab12cd_9/y");
        is_real("/var/folders/ab/c1/T/a.csv", "/var/folders/ab/c1/T/b.csv");
    }

    #[test]
    fn timings_in_the_words_of_tools() {
        let class = NoiseClass::Timings;
        is_noise("Wall time: 1.23 s", "Wall time: 456 µs", class);
        is_noise(
            "CPU times: user 1.2 s, sys: 3 ms, total: 1.2 s",
            "CPU times: user 1min 2s, sys: 30 ms, total: 1min 2s",
            class,
        );
        is_noise(
            "1.23 ms ± 4.5 µs per loop (mean ± std. dev. of 7 runs, 1,000 loops each)",
            "987 µs ± 45 ns per loop (mean ± std. dev. of 7 runs, 1000 loops each)",
            class,
        );
        is_noise(
            "10 loops, best of 3: 20.2 ms per loop",
            "100 loops, best of 3: 2.1 ms per loop",
            class,
        );
        is_noise(
            "  0.000005 seconds (3 allocations: 144 bytes)",
            "  0.000007 seconds (3 allocations: 144 bytes)",
            class,
        );
        is_noise("Wall time: 2min 3s", "Wall time: 59.9 s", class);
        is_real("took 1.23 s", "took 1.24 s");
        is_real("Wall time: 1 s, score 5", "Wall time: 1 s, score 6");
        is_real(
            "CPU times: user 1.2 s, sys: 3 ms, total: 1.2 s; 9 rows",
            "CPU times: user 1.2 s, sys: 3 ms, total: 1.2 s; 8 rows",
        );
        let per_loop = "1 s ± 2 ms per loop (mean ± std. dev. of 7 runs, 1 loop each)";
        is_real(&format!("sort: {per_loop}"), &format!("find: {per_loop}"));
        is_real(&format!("{per_loop} 5"), &format!("{per_loop} 6"));
        is_real("3 ms per loop of the track", "4 ms per loop of the track");
        is_real(
            "  0.000005 seconds (3 allocations: 144 bytes)",
            "  0.000005 seconds (4 allocations: 144 bytes)",
        );
    }

    #[test]
    fn progress_bars_are_their_last_state_and_what_they_measure_is_not_noise() {
        is_noise(
            "10%|#  |\r100%|###|\n",
            "50%|## |\r100%|###|\n",
            NoiseClass::Progress,
        );
        let class = NoiseClass::Timings;
        is_noise(
            "100%|███| 10/10 [00:12<00:00,  1.25s/it]",
            "100%|███| 10/10 [01:00:12<00:00,  4.50it/s]",
            class,
        );
        is_noise("5it [00:12,  4.5it/s]", "5it [00:01, 44.5it/s]", class);
        is_noise(
            "100%|█| 3/3 [00:12<00:00, 4.5it/s, loss=0.31]",
            "100%|█| 3/3 [00:13<00:00, 4.6it/s, loss=0.31]",
            class,
        );
        is_real(
            "100%|█| 3/3 [00:12<00:00, 4.5it/s, loss=0.31]",
            "100%|█| 3/3 [00:12<00:00, 4.5it/s, loss=0.32]",
        );
        is_real("100%|█| 3/3 [00:01<00:00]", "100%|█| 4/4 [00:01<00:00]");
        is_real("at [00:12, 3]", "at [00:13, 3]");
        is_real("at [00:12, 3/4]", "at [00:13, 3/4]");
        is_real("lap 3 - 65s - x", "lap 3 - 66s - x");
        is_noise("9/9 - 5s - loss: 0.25", "9/9 - 6s - loss: 0.25", class);
        is_noise(
            "10/10 [=====] - 5s 82us/step - loss: 0.25",
            "10/10 [=====] - 15s 8ms/step - loss: 0.25",
            class,
        );
        is_real(
            "10/10 [=====] - 5s 82us/step - loss: 0.25",
            "10/10 [=====] - 5s 82us/step - loss: 0.26",
        );
        is_noise(
            "━━━ 1.2/1.2 MB 5.4 MB/s eta 0:00:00",
            "━━━ 1.2/1.2 MB 15.4 MB/s eta 0:00:01",
            class,
        );
        is_real("read 5.4 MB/s", "read 5.5 MB/s");
    }

    #[test]
    fn times_of_log_lines() {
        let class = NoiseClass::Timings;
        is_noise(
            "2022-02-07 16:43:28.342342: I tensorflow/a.cc:9] x",
            "2022-02-08 19:02:34.261072: I tensorflow/a.cc:9] x",
            class,
        );
        is_noise(
            "2023-05-12 09:25:01,974 - a - WARNING - x",
            "2023-05-13 10:25:01,111 - a - WARNING - x",
            class,
        );
        is_noise(
            "[I 2023-05-12 09:25:01,974] Trial 1",
            "[I 2023-05-12 09:25:03,974] Trial 1",
            class,
        );
        is_real("2023-05-12 09:25:01,974", "2023-05-12 09:25:01,111");
        is_real("2023-05-12 09:25:01.974111", "2023-05-12 09:25:01.111222");
    }

    #[test]
    fn colors_and_counts() {
        is_noise(
            "\u{1b}[31mx\u{1b}[0m\n",
            "\u{1b}[32mx\u{1b}[0m\n",
            NoiseClass::Colors,
        );
        is_noise(
            "Cell In[3], line 1",
            "Cell In[14], line 1",
            NoiseClass::Places,
        );
        is_real("Cell In[3], line 1", "Cell In[3], line 2");
    }

    #[test]
    fn tracebacks_are_the_same_at_other_lines() {
        let class = Some(NoiseClass::Places);
        let look = Look::Traceback;
        check("Cell In[3], line 1", "Cell In[4], line 12", look, class);
        check("----> 9 f(x)", "---> 10 f(x)", look, class);
        check("      9 f(x)", "     10 f(x)", look, class);
        check("File a.py:9, in f(x)", "File a.py:19, in f(x)", look, class);
        check("----> 9 f(x)", "      9 f(x)", look, None);
        check("File a.py:9, in f(x)", "File b.py:9, in f(x)", look, None);
        check("ValueError: 9", "ValueError: 10", look, None);
    }

    #[test]
    fn ids_of_html_and_svg() {
        let class = Some(NoiseClass::Ids);
        let html = Look::Html;
        check(
            "<td id=\"T_ab12c_row0\">",
            "<td id=\"T_99f00_row0\">",
            html,
            class,
        );
        check(
            "df-01234567-89ab-cdef-0123-456789abcdef",
            "df-fedcba98-89ab-cdef-0123-456789abcdef",
            html,
            class,
        );
        check("sk-container-id-1 {", "sk-container-id-12 {", html, class);
        check("#T_ab12c_row0 {", "#T_99f00_row0 {", html, class);
        for before in ["<td>", "<td>order "] {
            let order = |id: &str| format!("{before}{id}</td>");
            let old = order("01234567-89ab-cdef-0123-456789abcdef");
            let new = order("fedcba98-89ab-cdef-0123-456789abcdef");
            check(&old, &new, html, None);
            check(&order("T_ab12c"), &order("T_99f00"), html, None);
        }
        let svg = Look::Svg;
        check(
            "<path id=\"m0123456789\"",
            "<path id=\"mab23456789\"",
            svg,
            class,
        );
        check("url(#p0123456789)", "url(#pab23456789)", svg, class);
        check("<use x=\"1\"/>", "<use x=\"2\"/>", svg, None);
        check("id=\"clip930\"", "id=\"clip931\"", svg, class);
        check("url(#clip930)", "url(#clip931)", svg, class);
        check("href=\"#glyph0-1\"", "href=\"#glyph0-2\"", svg, None);
        check(
            "name=\"run1234567890\"",
            "name=\"run1234567891\"",
            svg,
            None,
        );
        check(
            "<dc:date>2020-01-01T00:00:00</dc:date>",
            "<dc:date>2021-01-01T00:00:00</dc:date>",
            svg,
            class,
        );
        check("d=\"M 1234567890 0\"", "d=\"M 1234567899 0\"", svg, None);
    }

    proptest! {
        #[test]
        fn no_line_is_too_much(
            line in r#"([0-9:.,\[\]<>{} %µ±━é/\\a-fstlpoUsr"=#-]|/tmp|ipykernel_|/var/folders/|per loop|eta | - |0x|T_|clip|it/s){0,24}"#,
            other in ".{0,20}",
        ) {
            for how in [Look::Text, Look::Traceback, Look::Html, Look::Svg] {
                let looks = look(&line, how);
                prop_assert_eq!(look(&line, how), &*looks);
                noise_class(&line, &other, how);
                noise_class(&other, &line, how);
                let mut end = 0;
                for mask in masks(&line, how) {
                    prop_assert!(mask.range.start >= end && mask.range.end <= line.len());
                    prop_assert!(line.get(mask.range.clone()).is_some());
                    end = mask.range.end;
                }
            }
        }
    }
}
