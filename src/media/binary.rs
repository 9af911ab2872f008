//! Bytes that stand in a notebook as base64.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

/// Takes what other readers take, too: missing padding, stray last bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Returns the bytes that a text stands for, line breaks and blanks in it left
/// out; `None` if it is not base64.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    if !text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return LENIENT.decode(text).ok();
    }
    let digits: Vec<u8> = digits(text).collect();
    LENIENT.decode(digits).ok()
}

/// Returns the bytes that the first digits of a text stand for, no more than
/// `most` of them.
pub fn decode_start(text: &str, most: usize) -> Option<Vec<u8>> {
    let most = most.div_ceil(3).saturating_mul(4);
    let digits: Vec<u8> = digits(text).take(most).collect();
    LENIENT.decode(digits).ok()
}

/// Returns how many bytes a text stands for.
pub fn decoded_len(text: &str) -> usize {
    let n_digits = digits(text).filter(|byte| *byte != b'=').count();
    n_digits / 4 * 3 + (n_digits % 4).saturating_sub(1)
}

fn digits(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_missing_padding_do_not_matter() {
        assert_eq!(decode("aGVs\nbG8=\n").unwrap(), b"hello");
        assert_eq!(decode("aGVsbG8").unwrap(), b"hello");
        assert_eq!(decode("aGVs?"), None);
        assert_eq!(decode_start("aGVs\nbG8=", 3).unwrap(), b"hel");
        assert_eq!(decode_start("aGVs", 300).unwrap(), b"hel");
    }

    #[test]
    fn lengths_are_those_of_the_bytes() {
        for text in ["", "aA==", "aGk=", "aGVs", "aGVs\nbG8=\n", "aGVsbG8"] {
            assert_eq!(decoded_len(text), decode(text).unwrap().len(), "{text}");
        }
    }
}
