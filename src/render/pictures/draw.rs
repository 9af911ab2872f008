//! Pixels as what a terminal takes.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Graphics;
use super::sixel::sixel;
use crate::media::picture::Raster;
use crate::media::thumbnail::{Thumbnail, thumbnail};

/// How many columns and rows of the terminal one picture takes at most.
const COLUMNS: usize = 40;
const ROWS: usize = 30;

/// How many pixels a column of a terminal is wide, where nobody knows: half
/// as wide as a row is high.
const COLUMN: usize = 10;

/// How many pixels go into a column where there may be more than it seems.
const FINE_COLUMN: usize = 20;

/// How many bytes of base64 kitty takes at a time.
const CHUNK: usize = 4096;

/// Returns what draws two pictures beside each other, or the only one, and
/// ends the line; nothing, if there is none. Written to memory, which cannot
/// fail.
pub(super) fn drawn(
    old: Option<&Raster>,
    new: Option<&Raster>,
    graphics: Graphics,
    width: usize,
) -> String {
    let most = (width.saturating_sub(2) / 2).clamp(1, COLUMNS);
    let widest = [old, new].into_iter().flatten().map(|it| it.width).max();
    let widest = usize::try_from(widest.unwrap_or(0)).unwrap_or(usize::MAX);
    let column = match graphics {
        Graphics::Kitty | Graphics::Iterm => (widest / most).clamp(COLUMN, FINE_COLUMN),
        Graphics::Sixel => COLUMN,
        Graphics::Blocks | Graphics::Blocks256 => 1,
    };
    let small = |raster: &Raster| thumbnail(raster, most * column, ROWS * 2 * column);
    let picture = match (old.map(small), new.map(small)) {
        (Some(old), Some(new)) => old.beside(&new, 2 * column),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => return String::new(),
    };
    let columns = picture.width.div_ceil(column);
    match graphics {
        Graphics::Kitty => picture.png().map(|png| kitty(&png, columns)),
        Graphics::Iterm => picture.png().map(|png| iterm(&png, columns)),
        Graphics::Sixel => Some(sixel(&picture)),
        Graphics::Blocks => Some(blocks(&picture, |[red, green, blue]| {
            format!("2;{red};{green};{blue}")
        })),
        Graphics::Blocks256 => Some(blocks(&picture, |color| {
            format!("5;{}", 16 + u16::from(cube_index(color)))
        })),
    }
    .unwrap_or_default()
}

/// Sends a PNG by kitty's protocol, and asks for no answer.
fn kitty(png: &[u8], columns: usize) -> String {
    let text = STANDARD.encode(png);
    let mut drawn = String::new();
    let mut rest = text.as_str();
    let mut keys = format!("a=T,f=100,q=2,c={columns},");
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(rest.len().min(CHUNK));
        let more = u8::from(!behind.is_empty());
        write!(drawn, "\x1b_G{keys}m={more};{chunk}\x1b\\").ok();
        rest = behind;
        keys.clear();
    }
    drawn.push('\n');
    drawn
}

/// Sends a PNG by iTerm2's protocol.
fn iterm(png: &[u8], columns: usize) -> String {
    let text = STANDARD.encode(png);
    let size = png.len();
    format!(
        "\x1b]1337;File=inline=1;size={size};width={columns};preserveAspectRatio=1:{text}\x07\n"
    )
}

/// Draws two rows of pixels in one of characters: above the color of the text,
/// below that behind it.
fn blocks(picture: &Thumbnail, color: impl Fn([u8; 3]) -> String) -> String {
    let mut drawn = String::new();
    for y in (0..picture.height).step_by(2) {
        let mut last = None;
        for x in 0..picture.width {
            let pair = (picture.at(x, y), picture.at(x, y + 1));
            if last != Some(pair) {
                let (above, below) = (color(pair.0), color(pair.1));
                write!(drawn, "\x1b[38;{above};48;{below}m").ok();
                last = Some(pair);
            }
            drawn.push('▀');
        }
        drawn.push_str("\x1b[0m\n");
    }
    drawn
}

/// Returns the nearest color in a cube with six levels a side.
pub(super) fn cube_index(color: [u8; 3]) -> u8 {
    let [red, green, blue] = color.map(|channel| channel.saturating_add(25) / 51);
    red * 36 + green * 6 + blue
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::picture::{PictureLimits, Samples, decode};

    fn raster(width: u32, height: u32, pixel: [u8; 4]) -> Raster {
        let count = usize::try_from(width * height).unwrap();
        Raster {
            width,
            height,
            samples: Samples::Eight(vec![pixel; count].into_flattened()),
        }
    }

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];

    #[test]
    fn half_blocks_show_two_rows_in_one() {
        let drawn = |graphics| {
            drawn(
                Some(&raster(1, 2, RED)),
                Some(&raster(2, 1, BLUE)),
                graphics,
                80,
            )
        };
        let (red, blue, white) = ("2;255;0;0", "2;0;0;255", "2;255;255;255");
        assert_eq!(
            drawn(Graphics::Blocks),
            format!(
                "\x1b[38;{red};48;{red}m▀\x1b[38;{white};48;{white}m▀▀\
                 \x1b[38;{blue};48;{white}m▀▀\x1b[0m\n"
            )
        );
        assert!(drawn(Graphics::Blocks256).starts_with("\x1b[38;5;196;48;5;196m▀"));
    }

    /// Returns the PNG that was sent to kitty, and the keys of its first part.
    fn sent_to_kitty(text: &str) -> (Vec<u8>, String) {
        let parts: Vec<_> = text.trim_end().split_terminator("\x1b\\").collect();
        let mut data = String::new();
        let mut keys = String::new();
        for (at, part) in parts.iter().enumerate() {
            let (head, chunk) = part
                .strip_prefix("\x1b_G")
                .unwrap()
                .split_once(';')
                .unwrap();
            let more = if at + 1 < parts.len() { "m=1" } else { "m=0" };
            assert!(head.ends_with(more), "{head}");
            assert!(chunk.len() <= CHUNK);
            if at == 0 {
                keys = head.to_owned();
            }
            data.push_str(chunk);
        }
        (STANDARD.decode(data).unwrap(), keys)
    }

    #[test]
    fn kitty_gets_both_pictures_as_one() {
        let (old, new) = (raster(100, 50, RED), raster(200, 80, BLUE));
        let text = drawn(Some(&old), Some(&new), Graphics::Kitty, 100);
        let (png, keys) = sent_to_kitty(&text);
        assert_eq!(keys, "a=T,f=100,q=2,c=32,m=0");
        let both = decode(&png, &PictureLimits::default()).unwrap();
        assert_eq!((both.width, both.height), (100 + 20 + 200, 80));
    }

    #[test]
    fn kitty_gets_no_more_than_it_takes_at_a_time() {
        let mut noisy = raster(400, 200, RED);
        if let Samples::Eight(samples) = &mut noisy.samples {
            let mut state = 1_u32;
            for sample in samples {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *sample = state.to_be_bytes()[0] | 1;
            }
        }
        let (png, _) = sent_to_kitty(&drawn(None, Some(&noisy), Graphics::Kitty, 100));
        assert!(png.len() > 10 * CHUNK);
    }

    #[test]
    fn iterm_gets_a_file() {
        let text = drawn(None, Some(&raster(100, 50, RED)), Graphics::Iterm, 100);
        let rest = text.strip_prefix("\x1b]1337;File=inline=1;size=").unwrap();
        let (size, rest) = rest.split_once(";width=10;preserveAspectRatio=1:").unwrap();
        let png = STANDARD
            .decode(rest.strip_suffix("\x07\n").unwrap())
            .unwrap();
        assert_eq!(size.parse(), Ok(png.len()));
    }

    #[test]
    fn pictures_fit_into_the_terminal() {
        let wide = raster(3000, 100, RED);
        let columns = |width| {
            let (_, keys) = sent_to_kitty(&drawn(Some(&wide), Some(&wide), Graphics::Kitty, width));
            let (_, columns) = keys.split_once("c=").unwrap();
            columns.split(',').next().unwrap().parse::<usize>().unwrap()
        };
        assert_eq!((columns(200), columns(60)), (82, 60));
    }

    #[test]
    fn nothing_is_drawn_where_nothing_is() {
        assert_eq!(drawn(None, None, Graphics::Sixel, 80), "");
        let empty = raster(0, 0, RED);
        assert_eq!(drawn(None, Some(&empty), Graphics::Kitty, 80), "");
    }
}
