//! Whatever the bytes, reading answers; what is read can be walked through,
//! lies where it says, and is the same after a new layout.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nbweave::json::{Document, Edits, KeyOrder, Style, Value, format};
use nbweave::notebook::Notebook;

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = Document::read(bytes) else {
        return;
    };
    assert_eq!(Edits::default().apply(bytes), bytes);
    let root = document.root();
    walk(root);
    let style = document.style();
    let laid_out = format(&root, &Style::JUPYTER, KeyOrder::Kept);
    let again = Document::read(&laid_out).expect("what is written can be read");
    assert_eq!(format(&again.root(), &Style::JUPYTER, KeyOrder::Kept), laid_out);
    let leaves = |value: Value<'_>| value.leaves().count();
    assert_eq!(leaves(root), leaves(again.root()));
    drop(format(&root, &style, KeyOrder::Sorted));
    if let Ok(notebook) = Notebook::read(&document) {
        for cell in &notebook.cells {
            drop(cell.text());
            for output in cell.outputs() {
                drop((output.stream_text(), output.data(), output.error()));
            }
        }
    }
});

/// Looks at all values, as deep as the places of containers are noted.
fn walk(root: Value<'_>) {
    let mut values = vec![(root, 0)];
    while let Some((value, depth)) = values.pop() {
        let span = value.span();
        assert_eq!(&value.document().bytes()[span], value.raw());
        drop(value.as_str());
        if depth < 6 {
            values.extend(value.elements().map(|value| (value, depth + 1)));
            values.extend(value.members().map(|member| (member.value, depth + 1)));
        }
    }
}
