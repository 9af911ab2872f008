//! Names for content: equal bytes have equal names, different bytes do not.

use std::fmt;

/// The first 128 bits of the BLAKE3 hash of some bytes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Digest([u8; Self::LENGTH]);

impl Digest {
    /// The length in bytes.
    pub(super) const LENGTH: usize = 16;

    pub(super) fn of(bytes: &[u8]) -> Self {
        Self::first_of(blake3::hash(bytes))
    }

    /// Returns a name for a list of texts; where one ends counts.
    pub(super) fn of_list(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self::first_of(hasher.finalize())
    }

    fn first_of(hash: blake3::Hash) -> Self {
        let mut first = [0; Self::LENGTH];
        for (byte, hashed) in first.iter_mut().zip(hash.as_bytes()) {
            *byte = *hashed;
        }
        Self(first)
    }

    pub(super) fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads what [`fmt::Display`] has written.
    pub(super) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::LENGTH];
        let mut digits = text.chars();
        for byte in &mut bytes {
            let (high, low) = (digits.next()?.to_digit(16)?, digits.next()?.to_digit(16)?);
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        digits.next().is_none().then_some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_was_written() {
        let digest = Digest::of(b"x");
        assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
        for text in ["", "0", "zz", &format!("{digest}0"), "ä"] {
            assert_eq!(Digest::from_hex(text), None);
        }
    }

    #[test]
    fn where_a_part_ends_counts() {
        let of = Digest::of_list;
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"a"]), of(&[b"a", b""]));
    }
}
