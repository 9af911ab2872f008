//! Whatever the bytes, pictures are decoded within limits or not at all, and
//! tables have a text for each column.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nbweave::media::picture::{PictureLimits, Samples, decode, difference, has_same_data};
use nbweave::media::table::parse;

const LIMITS: PictureLimits = PictureLimits {
    side: 512,
    bytes: 1 << 20,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(raster) = decode(bytes, &LIMITS) {
        let n_samples = match &raster.samples {
            Samples::Eight(samples) => samples.len(),
            Samples::Sixteen(samples) => samples.len(),
        };
        assert_eq!(n_samples as u64, u64::from(raster.width) * u64::from(raster.height) * 4);
        assert_eq!(difference(&raster, &raster), None);
    }
    let (old, new) = bytes.split_at(bytes.len() / 2);
    has_same_data(old, new);
    let Some(table) = std::str::from_utf8(bytes).ok().and_then(parse) else {
        return;
    };
    let mut widths = table.head.iter().chain(&table.body).map(Vec::len);
    let width = widths.next();
    assert!(widths.all(|other| Some(other) == width));
});
