//! Lines of outputs without what changes in every run.

use std::borrow::Cow;

/// Whether a character is part of what changes.
type Belongs = fn(&char) -> bool;

/// What comes before something that changes with every run, and the least
/// number of digits that it has then.
const CHANGING: &[(&str, usize, Belongs)] = &[
    ("0x", 6, char::is_ascii_hexdigit),
    ("id=", 12, char::is_ascii_digit),
    ("ipykernel_", 1, |c| c.is_ascii_digit() || *c == '/'),
    ("<ipython-input-", 1, |c| c.is_ascii_hexdigit() || *c == '-'),
    ("In [", 1, char::is_ascii_digit),
    ("In[", 1, char::is_ascii_digit),
];

/// Returns a line with `…` where something changes with every run: addresses
/// of memory, names of temporary files, execution counts.
pub(super) fn steady(line: &str) -> Cow<'_, str> {
    let mut steady = Cow::Borrowed(line);
    for (before, least, belongs) in CHANGING {
        if !steady.contains(before) {
            continue;
        }
        let mut parts = steady.split(before);
        let mut masked = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            masked.push_str(before);
            let digits: usize = part.chars().take_while(belongs).count();
            if digits >= *least {
                masked.push('…');
                // All that belong are ASCII.
                masked.push_str(part.get(digits..).unwrap_or_default());
            } else {
                masked.push_str(part);
            }
        }
        steady = Cow::Owned(masked);
    }
    steady
}
