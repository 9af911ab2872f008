//! Pixels as sixels: columns of six, color by color.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::draw::cube_index;
use crate::media::thumbnail::Thumbnail;

/// Returns what draws a picture, and ends the line. Colors are those of a cube
/// with six levels a side.
pub(super) fn sixel(picture: &Thumbnail) -> String {
    let (width, height) = (picture.width, picture.height);
    let colors: Vec<u8> = picture.rgb.iter().map(|&color| cube_index(color)).collect();
    // Written to memory, which cannot fail.
    let mut drawn = format!("\x1bPq\"1;1;{width};{height}");
    for color in colors.iter().collect::<BTreeSet<_>>() {
        let (red, green, blue) = (color / 36, color / 6 % 6, color % 6);
        let [red, green, blue] = [red, green, blue].map(|level| level * 20);
        write!(drawn, "#{color};2;{red};{green};{blue}").ok();
    }
    for band in colors.chunks(width.max(1) * 6) {
        for color in band.iter().collect::<BTreeSet<_>>() {
            write!(drawn, "#{color}").ok();
            write_band(&mut drawn, band, width, *color);
            drawn.push('$');
        }
        drawn.push('-');
    }
    drawn.push_str("\x1b\\\n");
    drawn
}

/// Writes where in six rows a color is.
fn write_band(drawn: &mut String, band: &[u8], width: usize, color: u8) {
    let mut run = (0_u8, 0_usize);
    for x in 0..width {
        let rows = band.iter().skip(x).step_by(width);
        let bits = rows
            .enumerate()
            .map(|(row, &other)| u8::from(other == color) << row);
        let bits: u8 = bits.sum();
        if bits == run.0 {
            run.1 += 1;
        } else {
            write_run(drawn, run);
            run = (bits, 1);
        }
    }
    // What is empty up to the end need not be said.
    if run.0 != 0 {
        write_run(drawn, run);
    }
}

fn write_run(drawn: &mut String, (bits, count): (u8, usize)) {
    let sixel = char::from(b'?' + bits);
    if count > 3 {
        write!(drawn, "!{count}{sixel}").ok();
    } else {
        drawn.extend(std::iter::repeat_n(sixel, count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the pixels that a terminal would show, with 255 where there is
    /// nothing.
    fn shown(text: &str, width: usize, height: usize) -> Vec<u8> {
        let mut pixels = vec![u8::MAX; width * height];
        let text = text.strip_prefix("\x1bPq").unwrap();
        let text = text.strip_suffix("\x1b\\\n").unwrap();
        let (mut x, mut y, mut color, mut count) = (0, 0, 0_u8, 1);
        let mut rest = text.chars().peekable();
        let number = |rest: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut digits = String::new();
            while let Some(c) = rest.next_if(|c| c.is_ascii_digit() || *c == ';') {
                digits.push(c);
            }
            digits
        };
        while let Some(c) = rest.next() {
            match c {
                '"' => {
                    number(&mut rest);
                }
                '#' => {
                    let keys = number(&mut rest);
                    color = keys.split(';').next().unwrap().parse().unwrap();
                }
                '!' => count = number(&mut rest).parse().unwrap(),
                '$' => x = 0,
                '-' => (x, y) = (0, y + 6),
                sixel => {
                    let bits = u32::from(sixel) - 63;
                    for _ in 0..count {
                        for row in (0..6).filter(|row| bits >> row & 1 == 1) {
                            pixels[(y + row) * width + x] = color;
                        }
                        x += 1;
                    }
                    count = 1;
                }
            }
        }
        pixels
    }

    #[test]
    fn every_pixel_has_its_color() {
        let (width, height) = (23, 13);
        let level = |at: usize| u8::try_from(at % 6 * 51).unwrap();
        let pixel = |at: usize| [level(at / 7), level(at / 3), level(at)];
        let picture = Thumbnail {
            width,
            height,
            rgb: (0..width * height).map(pixel).collect(),
        };
        let expected: Vec<u8> = picture.rgb.iter().map(|&rgb| cube_index(rgb)).collect();
        assert_eq!(shown(&sixel(&picture), width, height), expected);
    }

    #[test]
    fn runs_are_counted() {
        let picture = Thumbnail {
            width: 10,
            height: 1,
            rgb: vec![[255, 0, 0]; 10],
        };
        let expected = "\x1bPq\"1;1;10;1#180;2;100;0;0#180!10@$-\x1b\\\n";
        assert_eq!(sixel(&picture), expected);
    }
}
