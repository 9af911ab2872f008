//! Fences of code in Markdown: how long one has to be, and which line ends it.

/// Returns the fence that jupytext puts around lines: three backticks, or one
/// more than any line starts with.
pub(super) fn around<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let longest = lines
        .into_iter()
        .map(|line| run(line, '`'))
        .filter(|length| *length >= 3)
        .max();
    "`".repeat(longest.map_or(3, |length| length + 1))
}

/// Returns how often `marker` stands at the start of a line.
pub(super) fn run(line: &str, marker: char) -> usize {
    line.chars().take_while(|char| *char == marker).count()
}

/// Returns whether a line is a fence of at least `length` of `marker`, behind
/// up to three spaces and with nothing after it, which is what ends a block
/// of code in `CommonMark`.
pub(super) fn ends_block(line: &str, marker: char, length: usize) -> bool {
    let text = line.trim_start_matches(' ');
    if line.len() - text.len() > 3 {
        return false;
    }
    let fence = run(text, marker);
    fence >= length && text.trim_start_matches(marker).trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_is_longer_than_those_it_holds() {
        assert_eq!(around(["x", "  ```"]), "```");
        assert_eq!(around(["``"]), "```");
        assert_eq!(around(["```python", "````"]), "`````");
    }

    #[test]
    fn only_a_bare_fence_of_the_same_length_ends_a_block() {
        assert!(ends_block("   ```` \t", '`', 3));
        assert!(!ends_block("    ```", '`', 3));
        assert!(!ends_block("```python", '`', 3));
        assert!(!ends_block("```", '`', 4));
        assert!(!ends_block("~~~", '`', 3));
    }
}
