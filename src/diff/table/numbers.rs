//! Numbers as tables print them.

/// Returns by how much a number grew, with as many decimals as the texts have;
/// `None` if one of both is no number.
pub(super) fn delta(old: &str, new: &str) -> Option<f64> {
    let delta = number(new)? - number(old)?;
    let decimals = |text: &str| {
        let digits = text.trim_end_matches('%').split_once('.');
        digits.map_or(0, |(_, digits)| digits.len())
    };
    let is_plain = |text: &str| !text.contains(['e', 'E']);
    if is_plain(old) && is_plain(new) {
        let decimals = decimals(old).max(decimals(new)).min(15);
        return format!("{delta:.decimals$}").parse().ok();
    }
    Some(delta)
}

/// Returns the number that a text is: with a sign, commas between thousands, a
/// percent sign, an exponent.
fn number(text: &str) -> Option<f64> {
    let text = text.strip_suffix('%').unwrap_or(text).trim();
    let text = text.replace('\u{2212}', "-");
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ',' | 'e' | 'E');
    if !text.chars().all(is_number) {
        return None;
    }
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.trim_start_matches(['+', '-']).split(',');
    let first = groups.next().unwrap_or_default();
    let mut has_groups = false;
    for group in groups {
        has_groups = true;
        if group.len() != 3 {
            return None;
        }
    }
    if has_groups && !(1..=3).contains(&first.len()) {
        return None;
    }
    let number: f64 = text.replace(',', "").parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_a_delta() {
        assert_eq!(delta("0.81", "0.84"), Some(0.03));
        assert_eq!(delta("1,234", "1,235"), Some(1.0));
        assert_eq!(delta("12.5%", "13%"), Some(0.5));
        assert_eq!(delta("1e-3", "2e-3"), Some(0.001));
        assert_eq!(delta("\u{2212}1", "1"), Some(2.0));
        for text in ["NaN", "inf", "a", "", "1,23", "12,3456", "1-2", "."] {
            assert_eq!(delta("1", text), None, "{text}");
        }
    }
}
