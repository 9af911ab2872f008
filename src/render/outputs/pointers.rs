//! Values of JSON that changed, a line for each.

use std::io;

use crate::diff::{PointerChange, digest, numbers_change};
use crate::json::Value;
use crate::render::Detail;
use crate::render::escape::visible;
use crate::render::hunks::{CUT_HINT, Pen, Side};
use crate::render::metadata::{write_value, write_values};
use crate::render::values::{compact, compact_pair, counted, grouped, size, sizes};

/// How many bytes of a value are shown. Longer ones are shown by size.
const VALUE: usize = 400;

/// Writes the values that changed, by pointer.
pub(super) fn write_pointers(pen: &mut Pen<'_>, changes: &[PointerChange<'_>]) -> io::Result<()> {
    let most = match pen.options.detail {
        Detail::Meant => pen.options.output_lines,
        Detail::All => usize::MAX,
    };
    for change in changes.iter().take(most) {
        write_pointer(pen, change)?;
    }
    if changes.len() > most {
        let more = counted(changes.len() - most, "more value");
        pen.aside(&format!("… {more} {CUT_HINT}"))?;
    }
    Ok(())
}

fn write_pointer(pen: &mut Pen<'_>, change: &PointerChange<'_>) -> io::Result<()> {
    let name = match change.pointer.as_str() {
        "" => "all of it".into(),
        pointer => visible(pointer),
    };
    match (&change.change.old, &change.change.new) {
        (Some(old), Some(new)) => {
            if let Some(words) = words(old, new) {
                return writeln!(pen.out, "{}: {words}", pen.theme.header.style(name));
            }
            let (old, new) = compact_pair(old, new);
            write_values(pen, &name, &old, &new)
        }
        (Some(old), None) => write_value(pen, &name, &shown(old), Side::Old),
        (None, Some(new)) => write_value(pen, &name, &shown(new), Side::New),
        (None, None) => Ok(()),
    }
}

/// Returns what became of a value that is too long to be shown, in a few
/// words.
fn words(old: &Value<'_>, new: &Value<'_>) -> Option<String> {
    if old.raw().len().max(new.raw().len()) <= VALUE / 4 {
        return None;
    }
    if let Some(numbers) = numbers_change(old, new) {
        let count = |count| format!("{} numbers", grouped(count));
        return Some(match numbers.changed {
            Some(changed) => format!("{}, {} changed", count(numbers.count.new), grouped(changed)),
            None => format!(
                "{} → {}",
                grouped(numbers.count.old),
                count(numbers.count.new)
            ),
        });
    }
    if old.raw().len().max(new.raw().len()) <= VALUE {
        return None;
    }
    let (old, new) = (digest("", old), digest("", new));
    let sizes = sizes(old.bytes, new.bytes);
    Some(format!("{sizes} ({} → {})", old.hash, new.hash))
}

/// Returns a value that is on one side, or what it is.
fn shown(value: &Value<'_>) -> String {
    if value.raw().len() <= VALUE {
        return compact(value);
    }
    let digest = digest("", value);
    format!("{}, {}", size(digest.bytes), digest.hash)
}
