//! What a plain scalar is in YAML 1.1, as PyYAML resolves it.

use serde_json::Value;

/// Returns what a plain scalar stands for; dates and the other types that
/// JSON lacks stay text.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Value::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    if is_float(text) {
        return float(text).unwrap_or_else(|| text.into());
    }
    if is_integer(text) {
        return integer(text).unwrap_or_else(|| text.into());
    }
    text.into()
}

/// Returns whether a plain scalar would be read as this very text, and not as
/// something else.
pub(super) fn is_text(text: &str) -> bool {
    resolve(text).is_string()
        && !is_float(text)
        && !is_integer(text)
        && !is_date(text)
        && !matches!(text, "=" | "<<")
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

fn are_all(text: &str, is_digit: impl Fn(u8) -> bool) -> bool {
    text.bytes().all(|byte| is_digit(byte) || byte == b'_')
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
}

fn is_integer(text: &str) -> bool {
    let digits = unsigned(text);
    if let Some(bits) = digits.strip_prefix("0b") {
        return !bits.is_empty() && are_all(bits, |byte| matches!(byte, b'0' | b'1'));
    }
    if let Some(hex) = digits.strip_prefix("0x") {
        return !hex.is_empty() && are_all(hex, |byte| byte.is_ascii_hexdigit());
    }
    if let Some(octal) = digits.strip_prefix('0') {
        return are_all(octal, |byte| matches!(byte, b'0'..=b'7'));
    }
    let (first, sixties) = digits.split_once(':').unwrap_or((digits, ""));
    starts_with_digit(first)
        && are_all(first, |byte| byte.is_ascii_digit())
        && (first == digits || sixties.split(':').all(is_sixtieth))
}

/// Returns whether this is 0 to 59, as in `1:30:00`.
fn is_sixtieth(text: &str) -> bool {
    match text.as_bytes() {
        [digit] | [b'0'..=b'5', digit] => digit.is_ascii_digit(),
        _ => false,
    }
}

fn is_float(text: &str) -> bool {
    let number = unsigned(text);
    if matches!(number, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let Some((whole, fraction)) = number.split_once('.') else {
        return false;
    };
    let (digits, exponent) = match fraction.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, Some(exponent)),
        None => (fraction, None),
    };
    let is_fraction = are_all(digits, |byte| byte.is_ascii_digit());
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if whole.is_empty() {
        return text == number && starts_with_digit(digits) && is_fraction && is_exponent;
    }
    let (first, sixties) = whole.split_once(':').unwrap_or((whole, ""));
    let is_sixties = first != whole && exponent.is_none() && sixties.split(':').all(is_sixtieth);
    starts_with_digit(first)
        && are_all(first, |byte| byte.is_ascii_digit())
        && (first == whole || is_sixties)
        && is_fraction
        && is_exponent
}

fn integer(text: &str) -> Option<Value> {
    let digits = unsigned(text).replace('_', "");
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let radix = |digits: &str, radix| i128::from_str_radix(digits, radix).ok();
    let number = if let Some(bits) = digits.strip_prefix("0b") {
        radix(bits, 2)
    } else if let Some(hex) = digits.strip_prefix("0x") {
        radix(hex, 16)
    } else if digits.contains(':') {
        digits.split(':').try_fold(0_i128, |sum, part| {
            sum.checked_mul(60)?.checked_add(part.parse().ok()?)
        })
    } else if digits.len() > 1 && digits.starts_with('0') {
        radix(&digits, 8)
    } else {
        digits.parse().ok()
    };
    let number = sign * number?;
    match (i64::try_from(number), u64::try_from(number)) {
        (Ok(number), _) => Some(number.into()),
        (_, Ok(number)) => Some(number.into()),
        // Larger than JSON's readers agree on; the digits tell.
        _ => serde_json::from_str(&number.to_string()).ok(),
    }
}

fn float(text: &str) -> Option<Value> {
    let digits = unsigned(text).replace('_', "");
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let number = if digits.contains(':') {
        digits.split(':').try_fold(0.0, |sum, part| {
            Some(sum * 60.0 + part.parse::<f64>().ok()?)
        })?
    } else {
        digits.parse::<f64>().ok()?
    };
    serde_json::Number::from_f64(sign * number).map(Value::Number)
}

/// Returns whether this is a date, or a date and a time.
fn is_date(text: &str) -> bool {
    // Places of the digits of `2001-12-14t21:59:43.10-05:00`.
    let mut rest = text;
    let Some(year) = digits(&mut rest, 4..=4) else {
        return false;
    };
    if year.len() != 4 || !sign(&mut rest, "-") {
        return false;
    }
    let Some(month) = digits(&mut rest, 1..=2) else {
        return false;
    };
    if !sign(&mut rest, "-") {
        return false;
    }
    let Some(day) = digits(&mut rest, 1..=2) else {
        return false;
    };
    if rest.is_empty() {
        return month.len() == 2 && day.len() == 2;
    }
    let blanks = rest.trim_start_matches([' ', '\t']);
    if blanks.len() < rest.len() {
        rest = blanks;
    } else if !sign(&mut rest, "Tt") {
        return false;
    }
    let is_time = digits(&mut rest, 1..=2).is_some()
        && sign(&mut rest, ":")
        && digits(&mut rest, 2..=2).is_some()
        && sign(&mut rest, ":")
        && digits(&mut rest, 2..=2).is_some();
    if !is_time {
        return false;
    }
    if sign(&mut rest, ".") {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    if rest.is_empty() {
        return true;
    }
    rest = rest.trim_start_matches([' ', '\t']);
    if rest == "Z" {
        return true;
    }
    sign(&mut rest, "-+")
        && digits(&mut rest, 1..=2).is_some()
        && (rest.is_empty()
            || (sign(&mut rest, ":") && digits(&mut rest, 2..=2).is_some() && rest.is_empty()))
}

/// Takes as many digits as `counts` allows.
fn digits<'a>(rest: &mut &'a str, counts: std::ops::RangeInclusive<usize>) -> Option<&'a str> {
    let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (taken, behind) = rest.split_at_checked(n_digits.min(*counts.end()))?;
    *rest = behind;
    counts.contains(&taken.len()).then_some(taken)
}

/// Takes one of the characters of `signs`.
fn sign(rest: &mut &str, signs: &str) -> bool {
    match rest.strip_prefix(|c| signs.contains(c)) {
        Some(behind) => {
            *rest = behind;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The expected values are what PyYAML 6.0 gives.
    #[test]
    fn scalars_are_what_yaml_1_1_says() {
        let check = |text: &str, expected: Value| assert_eq!(resolve(text), expected, "{text}");
        check("yes", json!(true));
        check("Off", json!(false));
        check("~", json!(null));
        check("0b101", json!(5));
        check("-0x_1f", json!(-31));
        check("010", json!(8));
        check("08", json!("08"));
        check("1_000", json!(1000));
        check("1:30", json!(90));
        check("1:60", json!("1:60"));
        check("1.5", json!(1.5));
        check("1.", json!(1.0));
        check(".5", json!(0.5));
        check("-.5", json!("-.5"));
        check("1e3", json!("1e3"));
        check("1.0e+3", json!(1000.0));
        check("1:30.5", json!(90.5));
        check("y", json!("y"));
        check("1.2.3", json!("1.2.3"));
        check("_1", json!("_1"));
    }

    #[test]
    fn dates_are_no_text_but_read_as_it() {
        for text in [
            "2001-12-14",
            "2001-1-2 3:04:05.6 +1",
            "2001-12-14t21:59:43.10-05:00",
            "2001-12-14 1:02:03Z",
        ] {
            assert!(!is_text(text), "{text}");
            assert_eq!(resolve(text), json!(text));
        }
        for text in [
            "2001-1-2",
            "2001-12-14x",
            "01-12-14",
            "2001-12-14 1:02",
            "a=",
            "12345-01-01",
        ] {
            assert!(is_text(text), "{text}");
        }
        for text in ["=", "<<", ".nan", "1_0", "0o7x"] {
            assert_eq!(is_text(text), text == "0o7x", "{text}");
        }
    }
}
