//! How two pictures differ, in words.

use crate::diff::{PictureDiff, Pixels};
use crate::render::values::{percent, sizes};

/// Returns how two pictures differ; `None` if their pixels were not compared.
pub(super) fn picture_words(diff: &PictureDiff) -> Option<String> {
    let (old, new) = (&diff.old, &diff.new);
    let size = format!("{}×{}", new.width, new.height);
    let bytes = sizes(old.bytes, new.bytes);
    match diff.pixels {
        Pixels::Same => Some(format!("{size}, the same pixels, {bytes}")),
        Pixels::Differ { share, mean, .. } => {
            let (share, mean) = (percent(share), percent(mean));
            Some(format!(
                "{size}, {share} of pixels differ, by {mean} on average"
            ))
        }
        Pixels::OtherSize => Some(format!("{}×{} → {size}, {bytes}", old.width, old.height)),
        Pixels::Unknown(_) => None,
    }
}
