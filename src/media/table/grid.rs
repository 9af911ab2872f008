//! Rows with a text for each column, whatever cells span.

use super::reader::Row;
use super::{BYTES, CELLS};

/// Returns rows with a text for each column that a cell spans, and how many
/// columns at the left are names in all of them; `None` if that is too much.
pub(super) fn grid(rows: Vec<Row>) -> Option<(Vec<Vec<String>>, usize)> {
    /// A cell that reaches into the rows below.
    #[derive(Clone, Default)]
    struct Reaching {
        text: String,
        is_name: bool,
        rows: usize,
    }
    let mut grid = Vec::with_capacity(rows.len());
    let mut reaching: Vec<Reaching> = Vec::new();
    let (mut n_texts, mut n_bytes) = (0, 0);
    let mut row_names = usize::MAX;
    for row in rows {
        let mut texts: Vec<String> = Vec::new();
        let mut n_names = 0;
        // A few cells can cover more than anybody can look at.
        let mut add = |texts: &mut Vec<String>, text: String, is_name: bool| {
            n_names += usize::from(is_name && n_names == texts.len());
            n_texts += 1;
            n_bytes += text.len();
            texts.push(text);
            (n_texts <= CELLS && n_bytes <= BYTES).then_some(())
        };
        let take = |reaching: &mut Vec<Reaching>, at: usize| {
            let above = reaching.get_mut(at).filter(|above| above.rows > 0)?;
            above.rows -= 1;
            Some((above.text.clone(), above.is_name))
        };
        for cell in row.cells {
            while let Some((text, is_name)) = take(&mut reaching, texts.len()) {
                add(&mut texts, text, is_name)?;
            }
            let text = collapsed(&cell.text);
            for _ in 0..cell.columns {
                let at = texts.len();
                if reaching.len() <= at {
                    reaching.resize(at + 1, Reaching::default());
                }
                if cell.rows > 1 {
                    reaching[at] = Reaching {
                        text: text.clone(),
                        is_name: cell.is_name,
                        rows: cell.rows - 1,
                    };
                }
                add(&mut texts, text.clone(), cell.is_name)?;
            }
        }
        while let Some((text, is_name)) = take(&mut reaching, texts.len()) {
            add(&mut texts, text, is_name)?;
        }
        row_names = row_names.min(n_names);
        grid.push(texts);
    }
    let row_names = if grid.is_empty() { 0 } else { row_names };
    Some((grid, row_names))
}

/// Returns text with one blank in the place of several, and none around it.
pub(super) fn collapsed(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ")
}
