//! Whatever the three versions, merge answers, the same each time, and what it
//! gives is a notebook.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nbweave::json::Document;
use nbweave::merge::{MergeOptions, Versions, merge};
use nbweave::notebook::Notebook;

fuzz_target!(|bytes: &[u8]| {
    // A byte that stands in no JSON text comes between the versions.
    let mut parts = bytes.splitn(3, |byte| *byte == 0xff);
    let mut next = || parts.next().unwrap_or_default();
    let versions = Versions {
        base: next(),
        ours: next(),
        theirs: next(),
    };
    let options = MergeOptions::default();
    let Ok(merged) = merge(versions, &options) else {
        return;
    };
    let result = merged.bytes(versions.ours, versions.theirs);
    let document = Document::read(&result).expect("what was merged can be read");
    Notebook::read(&document).expect("what was merged is a notebook");
    let again = merge(versions, &options).expect("what was merged can be merged");
    assert_eq!(again, merged);
    if versions.ours == versions.theirs {
        assert_eq!(result, versions.ours);
    }
});
