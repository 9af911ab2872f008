//! The chunks of a PNG file.

/// Returns whether two PNG files hold the same compressed pixels, whatever
/// else is in them: notes on the program, the time, the resolution. That is
/// found out without decoding.
pub fn has_same_data(old: &[u8], new: &[u8]) -> bool {
    let (old, new) = (pixel_chunks(old), pixel_chunks(new));
    old.is_some() && old == new
}

/// Returns the chunks of a PNG file that its pixels are made of; `None` if it
/// is none, or damaged.
fn pixel_chunks(bytes: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let mut chunks: Vec<(&[u8], &[u8])> = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (name, after) = after.split_at_checked(4)?;
        let (data, after) = after.split_at_checked(length)?;
        rest = after.get(4..)?;
        match name {
            b"IEND" => return Some(chunks),
            b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"acTL" | b"fcTL" | b"fdAT" => {
                chunks.push((name, data));
            }
            _ => {}
        }
    }
    None
}
