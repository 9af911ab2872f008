//! What strip leaves is JSON, has nothing left to strip, and is the old file
//! outside of the edits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nbweave::strip::{StripOptions, strip};

fuzz_target!(|bytes: &[u8]| {
    let options = StripOptions::default();
    let Ok(stripped) = strip(bytes, &options) else {
        return;
    };
    let clean = stripped.edits.apply(bytes);
    let again = strip(&clean, &options).expect("what was stripped can be stripped");
    assert!(again.edits.is_empty());
});
