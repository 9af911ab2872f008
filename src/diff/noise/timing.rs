//! How long something took, in the words of the tools that measure it. What
//! people print of their own measurements is no noise.

use std::ops::Range;

use super::masks::run;

/// What stands before timings that take the rest of the line.
const TIMED: &[&str] = &["CPU times: ", "Wall time: "];

/// Returns what of a line is a timing, if the line is made for it: by
/// `%time`, `%timeit`, Julia's `@time`.
pub(super) fn line_timing(line: &str) -> Option<Range<usize>> {
    let text = line.trim_end();
    let start = text.len() - text.trim_start().len();
    let body = text.get(start..)?;
    for before in TIMED {
        if let Some(times) = body.strip_prefix(before)
            && are_times(times)
        {
            return Some(start + before.len()..text.len());
        }
    }
    if is_timeit(body) {
        return Some(start..text.len());
    }
    if let Some(length) = body.find(" seconds (") {
        let is_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
        let is_julia = body.contains("alloc") && body.bytes().take(length).all(is_number);
        return (is_julia && length > 0).then_some(start..start + length);
    }
    None
}

/// Returns whether there is nothing but times: `user 1.2 s, sys: 3 ms`, `1min
/// 2s`.
fn are_times(text: &str) -> bool {
    const NAMED: &[&str] = &["user", "sys:", "total:"];
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    words.all(|word| {
        let word = word.trim_end_matches(',');
        NAMED.contains(&word) || is_time(word)
    })
}

/// Returns whether a word is a time, the number of one, or its unit.
fn is_time(word: &str) -> bool {
    const UNITS: &[&str] = &[
        "s", "ms", "us", "µs", "μs", "ns", "min", "h", "d", "day", "days",
    ];
    let unit = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    unit.is_empty() || UNITS.contains(&unit)
}

/// Returns whether a line is what `%timeit` writes, and nothing else: `1.23 ms
/// ± 4.5 µs per loop (mean ± std. dev. of 7 runs, 1,000 loops each)`, `10
/// loops, best of 3: 20.2 ms per loop`.
fn is_timeit(line: &str) -> bool {
    let Some((before, behind)) = line.split_once(" per loop") else {
        return false;
    };
    let (times, is_whole) = match before.split_once(": ") {
        Some((loops, times)) => (times, loops.contains(" best of ") && behind.is_empty()),
        None => (
            before,
            before.contains(" ± ") && behind.starts_with(" (mean ± ") && behind.ends_with(')'),
        ),
    };
    let starts_with_number = line
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit());
    let mut words = times.split(' ');
    is_whole && starts_with_number && words.all(|word| word == "±" || is_time(word))
}

/// Returns the timing that begins at a place of a line: in a progress bar of
/// tqdm or Keras, or with `has_rate` in one of pip; the time of a log line.
pub(super) fn timing_at(bytes: &[u8], at: usize, has_rate: bool) -> Option<Range<usize>> {
    let rest = &bytes[at..];
    let found = match rest[0] {
        b'[' => tqdm(rest),
        b'e' if has_rate && bytes[..at].ends_with(b" ") => estimate(rest),
        b'0'..=b'9' => number(&bytes[..at], rest, has_rate).map(|length| 0..length),
        _ => None,
    };
    found.map(|range| at + range.start..at + range.end)
}

/// Returns the length of the timing that begins with the digit at the start of
/// `rest`.
fn number(before: &[u8], rest: &[u8], has_rate: bool) -> Option<usize> {
    if matches!(before.last(), None | Some(b' ' | b'['))
        && let Some(length) = log_time(rest)
    {
        return Some(length);
    }
    let before = before.strip_suffix(b" ")?;
    let is_behind_bar = before.ends_with(b"-") || before.ends_with("━".as_bytes());
    let length = is_behind_bar.then(|| keras(rest)).flatten();
    length.or_else(|| has_rate.then(|| pip(rest)).flatten())
}

/// Returns how long it will take by what pip says: `eta 0:00:01`.
fn estimate(bytes: &[u8]) -> Option<Range<usize>> {
    let time = bytes.strip_prefix(b"eta ")?;
    let is_time = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b':' | b'-');
    let length = run(time, is_time);
    (length > 0).then_some(4..4 + length)
}

/// Returns what tqdm says in brackets: `[00:12<00:03, 4.50it/s`, up to what
/// the program adds.
fn tqdm(bytes: &[u8]) -> Option<Range<usize>> {
    let mut at = 1 + clock(&bytes[1..])?;
    if bytes.get(at) == Some(&b'<') {
        at += 1;
        at += match bytes.get(at)? {
            b'?' => 1,
            _ => clock(&bytes[at..])?,
        };
        // Without a rate it ends here.
        if bytes.get(at) == Some(&b']') {
            return Some(1..at);
        }
    }
    let rate = bytes.get(at..)?.strip_prefix(b",")?;
    let blanks = run(rate, |byte| *byte == b' ');
    let rate = &rate[blanks..];
    let length = run(rate, |byte| !matches!(byte, b',' | b']' | b'\n'));
    let rate = &rate[..length];
    let has_unit = rate.ends_with(b"/s") || memchr::memmem::find(rate, b"s/").is_some();
    let is_rate = has_unit && matches!(rate[0], b'0'..=b'9' | b'?') && length < 40;
    is_rate.then_some(1..at + 1 + blanks + length)
}

/// Returns the length of a time as on a clock: `12:34`, `1:12:34`.
fn clock(bytes: &[u8]) -> Option<usize> {
    let length = run(bytes, |byte| byte.is_ascii_digit() || *byte == b':');
    let parts = bytes[..length].split(|byte| *byte == b':');
    let are_numbers = parts.clone().all(|part| !part.is_empty());
    (are_numbers && parts.count() >= 2).then_some(length)
}

/// Returns the length of the time at which a line was logged: as TensorFlow
/// and Python's logging write it, and nobody else.
fn log_time(bytes: &[u8]) -> Option<usize> {
    const SECONDS: &[u8] = b"0000-00-00 00:00:00";
    let has_form = bytes.len() > SECONDS.len()
        && bytes.iter().zip(SECONDS).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            _ => byte == form,
        });
    if !has_form {
        return None;
    }
    let fraction = &bytes[SECONDS.len() + 1..];
    let digits = run(fraction, u8::is_ascii_digit);
    let behind = &fraction[digits..];
    let starts_with = |texts: &[&str]| {
        let mut texts = texts.iter();
        texts.any(|text| behind.starts_with(text.as_bytes()))
    };
    let is_logged = match (bytes[SECONDS.len()], digits) {
        (b'.', 6) => starts_with(&[": I ", ": W ", ": E ", ": F "]),
        (b',', 3) => starts_with(&[
            "] ",
            " - ",
            " DEBUG",
            " INFO",
            " WARNING",
            " ERROR",
            " CRITICAL",
        ]),
        _ => false,
    };
    is_logged.then_some(SECONDS.len() + 1 + digits)
}

/// Returns the length of what Keras says of a time, behind a bar and a blank:
/// `5s 82us/step`, or `5s` before a loss.
fn keras(bytes: &[u8]) -> Option<usize> {
    let time = duration(bytes)?;
    let rest = bytes[time..].strip_prefix(b" ")?;
    if rest.starts_with(b"- loss: ") {
        return Some(time);
    }
    let step = duration(rest)?;
    let unit = ["/step", "/sample", "/epoch"];
    let unit = unit
        .iter()
        .find(|unit| rest[step..].starts_with(unit.as_bytes()))?;
    Some(time + 1 + step + unit.len())
}

/// Returns the length of a number with a unit of time.
fn duration(bytes: &[u8]) -> Option<usize> {
    let digits = run(bytes, |byte| byte.is_ascii_digit() || *byte == b'.');
    let rest = &bytes[digits..];
    let unit = ["ms", "us", "ns", "s", "µs", "min", "m", "h"];
    let unit = unit.iter().find(|unit| rest.starts_with(unit.as_bytes()))?;
    let end = digits + unit.len();
    let ends_well = !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    (digits > 0 && ends_well).then_some(end)
}

/// Returns the length of a speed: `5.4 MB/s`.
fn pip(bytes: &[u8]) -> Option<usize> {
    let digits = run(bytes, |byte| byte.is_ascii_digit() || *byte == b'.');
    let rest = bytes[digits..].strip_prefix(b" ")?;
    let units: [&[u8]; 5] = [b"B/s", b"kB/s", b"KB/s", b"MB/s", b"GB/s"];
    let unit = units.iter().find(|unit| rest.starts_with(unit))?;
    Some(digits + 1 + unit.len())
}
