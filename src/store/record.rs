//! What is kept of one version of a notebook, and its form as a file.
//!
//! The file ends in a digest of everything before it; whatever does not fit is
//! no record. Numbers are little-endian, texts have their length before them.

use super::digest::Digest;

/// How a record starts. Another form needs another number.
const START: &[u8] = b"nbweave outputs 1\n";

/// What strip took out of one version of a notebook.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Record {
    /// The path from the top of the worktree.
    pub(super) path: Vec<u8>,
    /// The name of the linked worktree; empty for the main one.
    pub(super) worktree: Vec<u8>,
    /// The texts that were taken, with line feeds for line ends.
    pub(super) texts: Vec<Text>,
    /// Where they were, in the order of the file.
    pub(super) gaps: Vec<Gap>,
    /// The cells that have run.
    pub(super) cells: Vec<KeptCell>,
}

/// A text that was taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Text {
    /// A short one, itself.
    Here(Vec<u8>),
    /// One in a file of its own.
    Elsewhere {
        /// The digest of its content.
        digest: Digest,
        /// Its length in bytes.
        size: u64,
    },
}

impl Text {
    /// Returns the length in bytes.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Here(bytes) => bytes.len() as u64,
            Self::Elsewhere { size, .. } => *size,
        }
    }
}

/// A place in the stripped file, with line feeds for line ends, where a text
/// was taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Gap {
    /// The offset in bytes.
    pub(super) at: usize,
    /// The length of what stands there instead.
    pub(super) length: usize,
    /// The index of the text.
    pub(super) text: usize,
}

/// What a cell showed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct KeptCell {
    /// What makes it this cell.
    pub(super) key: Digest,
    /// The execution count as it was written; empty if it had none.
    pub(super) count: Vec<u8>,
    /// The index of the text of its outputs, if there were any.
    pub(super) outputs: Option<usize>,
}

impl Record {
    /// Returns the texts that are in files of their own, with their sizes.
    pub(super) fn texts_elsewhere(&self) -> impl Iterator<Item = (Digest, u64)> {
        self.texts.iter().filter_map(|text| match text {
            Text::Here(_) => None,
            Text::Elsewhere { digest, size } => Some((*digest, *size)),
        })
    }

    /// Returns the record as a file.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = START.to_vec();
        write_bytes(&mut out, &self.path);
        write_bytes(&mut out, &self.worktree);
        write_number(&mut out, self.texts.len() as u64);
        for text in &self.texts {
            match text {
                Text::Here(bytes) => {
                    out.push(0);
                    write_bytes(&mut out, bytes);
                }
                Text::Elsewhere { digest, size } => {
                    out.push(1);
                    out.extend_from_slice(digest.as_bytes());
                    write_number(&mut out, *size);
                }
            }
        }
        write_number(&mut out, self.gaps.len() as u64);
        for gap in &self.gaps {
            for number in [gap.at, gap.length, gap.text] {
                write_number(&mut out, number as u64);
            }
        }
        write_number(&mut out, self.cells.len() as u64);
        for cell in &self.cells {
            out.extend_from_slice(cell.key.as_bytes());
            write_bytes(&mut out, &cell.count);
            // None is zero, and so every index one more.
            write_number(&mut out, cell.outputs.map_or(0, |index| index as u64 + 1));
        }
        let digest = Digest::of(&out);
        out.extend_from_slice(digest.as_bytes());
        out
    }

    /// Reads what [`Self::write`] wrote; `None` if it is damaged.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (content, digest) = bytes.split_last_chunk::<{ Digest::LENGTH }>()?;
        if Digest::of(content).as_bytes() != digest {
            return None;
        }
        let mut reader = Reader(content.strip_prefix(START)?);
        let mut record = Self {
            path: reader.bytes()?.to_owned(),
            worktree: reader.bytes()?.to_owned(),
            ..Self::default()
        };
        for _ in 0..reader.number()? {
            record.texts.push(match reader.array::<1>()? {
                [0] => Text::Here(reader.bytes()?.to_owned()),
                [1] => Text::Elsewhere {
                    digest: reader.digest()?,
                    size: reader.number()?,
                },
                _ => return None,
            });
        }
        for _ in 0..reader.number()? {
            record.gaps.push(Gap {
                at: reader.index()?,
                length: reader.index()?,
                text: reader.index()?,
            });
        }
        for _ in 0..reader.number()? {
            record.cells.push(KeptCell {
                key: reader.digest()?,
                count: reader.bytes()?.to_owned(),
                outputs: reader.index()?.checked_sub(1),
            });
        }
        reader.0.is_empty().then_some(record)
    }
}

fn write_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// The rest of a file.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn index(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn digest(&mut self) -> Option<Digest> {
        self.array().map(Digest::from_bytes)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.index()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let cell = |outputs| KeptCell {
            key: Digest::of(b"key"),
            count: b"12".to_vec(),
            outputs,
        };
        Record {
            path: b"d/\xff.ipynb".to_vec(),
            worktree: b"w".to_vec(),
            texts: vec![
                Text::Here(b"[\n1]".to_vec()),
                Text::Elsewhere {
                    digest: Digest::of(b"x"),
                    size: 1 << 40,
                },
            ],
            gaps: vec![Gap {
                at: 7,
                length: 2,
                text: 1,
            }],
            cells: vec![cell(Some(0)), cell(None)],
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        for record in [record(), Record::default()] {
            assert_eq!(Record::read(&record.write()), Some(record));
        }
    }

    #[test]
    fn what_is_damaged_is_no_record() {
        let bytes = record().write();
        for end in 0..bytes.len() {
            assert_eq!(Record::read(&bytes[..end]), None);
        }
        for index in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[index] ^= 1;
            assert_eq!(Record::read(&damaged), None, "{index}");
        }
    }

    #[test]
    fn numbers_that_are_too_large_are_no_record() {
        // With a digest that fits, as only a mistake of ours could write it.
        let mut bytes = START.to_vec();
        write_number(&mut bytes, u64::MAX);
        let digest = Digest::of(&bytes);
        bytes.extend_from_slice(digest.as_bytes());
        assert_eq!(Record::read(&bytes), None);
        let mut bytes = START.to_vec();
        write_bytes(&mut bytes, b"p");
        write_bytes(&mut bytes, b"");
        write_number(&mut bytes, u64::MAX);
        let digest = Digest::of(&bytes);
        bytes.extend_from_slice(digest.as_bytes());
        assert_eq!(Record::read(&bytes), None);
    }
}
