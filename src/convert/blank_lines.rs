//! How many empty lines stand between two cells of a script, as PEP 8 asks.

use super::quotes::Quotes;

/// How many lines are looked at for a function: comments may be many.
const LOOKAHEAD: usize = 300;

/// Returns how many empty lines stand between the lines of a cell and those
/// that follow it. Only Python asks for more than one.
pub(super) fn between<'a>(
    cell: &[&str],
    mut next: impl Iterator<Item = &'a str> + Clone,
    extension: &str,
) -> usize {
    if next.clone().next().is_none() {
        return 1;
    }
    if cell.is_empty() {
        return 0;
    }
    if extension != ".py" {
        return 1;
    }
    let is_two = if ends_in_function(cell) {
        has_code(&mut next)
    } else {
        ends_with_code(cell) && starts_with_function(&mut next)
    };
    if is_two { 2 } else { 1 }
}

/// Returns whether a line starts a function or a class.
fn is_definition(line: &str) -> bool {
    ["def ", "async ", "class "]
        .iter()
        .any(|word| line.starts_with(word))
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Returns whether the first instruction is a function or a class, decorators
/// aside.
fn starts_with_function<'a>(lines: &mut impl Iterator<Item = &'a str>) -> bool {
    let mut quotes = Quotes::of("python");
    let mut was_blank = false;
    for line in lines.take(LOOKAHEAD) {
        let is_quoted = quotes.is_quoted();
        quotes.read(line);
        let is_second_blank = was_blank;
        was_blank = is_blank(line);
        if is_quoted {
            continue;
        }
        if was_blank {
            if is_second_blank {
                return false;
            }
            continue;
        }
        if is_definition(line) {
            return true;
        }
        if !line.starts_with(['#', '@', ' ', ')']) {
            return false;
        }
    }
    false
}

/// Returns whether the last line belongs to a function or a class.
fn ends_in_function(lines: &[&str]) -> bool {
    let mut quotes = Quotes::of("python");
    let mut unquoted = Vec::new();
    for line in lines {
        if !quotes.is_quoted() {
            unquoted.push(*line);
        }
        quotes.read(line);
    }
    let mut was_blank = false;
    for line in unquoted.into_iter().rev() {
        if is_blank(line) {
            // Two empty lines are there already.
            if was_blank {
                return false;
            }
            was_blank = true;
            continue;
        }
        was_blank = false;
        if !line.starts_with(['#', ' ', ')']) {
            return is_definition(line);
        }
    }
    false
}

fn ends_with_code(lines: &[&str]) -> bool {
    lines
        .last()
        .is_some_and(|line| !is_blank(line) && !line.starts_with('#'))
}

/// Returns whether there is code before two empty lines.
fn has_code<'a>(lines: &mut impl Iterator<Item = &'a str>) -> bool {
    let mut was_blank = false;
    for line in lines.take(LOOKAHEAD) {
        let line = line.trim();
        if line.is_empty() && was_blank {
            return false;
        }
        was_blank = line.is_empty();
        if !line.is_empty() && !line.starts_with('#') {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, next: &str, expected: usize) {
        let cell: Vec<&str> = cell.lines().collect();
        assert_eq!(between(&cell, next.lines(), ".py"), expected);
    }

    #[test]
    fn functions_stand_apart_from_code() {
        check("def f():\n    pass", "# %%\nx", 2);
        check("def f():\n    pass", "# %% [markdown]\n# x", 1);
        check("x = 1", "# %%\n# %%time\n@wraps\ndef f():", 2);
        check("x = 1", "# %%\ny\ndef f():", 1);
        check("# only a comment", "# %%\ndef f():", 1);
        check("class A:\n    '''\n x = 1\n    '''", "x", 2);
        check("x", "", 1);
        check("", "x", 0);
    }

    #[test]
    fn other_languages_have_one_line() {
        assert_eq!(between(&["def f"], "def g".lines(), ".jl"), 1);
    }
}
