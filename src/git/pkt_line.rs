//! Git's pkt-line format: packets with their length before them, in lists that
//! end in a flush packet.

use std::io::{self, Read, Write};

/// The most bytes that a packet can carry.
pub(super) const MOST_BYTES: usize = 65516;

/// The length of the header of a packet, which its length includes.
const HEADER: usize = 4;

/// A packet as it was read.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Packet {
    /// One with content.
    Data(Vec<u8>),
    /// The end of a list.
    Flush,
}

/// Reads a packet; `None` where the input ends before one starts.
///
/// # Errors
///
/// Fails if the input ends inside of the packet, or is none.
pub(super) fn read(input: &mut impl Read) -> io::Result<Option<Packet>> {
    let mut bytes = Vec::new();
    Ok(match read_into(input, &mut bytes)? {
        Some(Met::Data) => Some(Packet::Data(bytes)),
        Some(Met::Flush) => Some(Packet::Flush),
        None => None,
    })
}

/// Reads the content of all packets up to a flush packet.
///
/// # Errors
///
/// Fails if the input ends before, or is no list of packets.
pub(super) fn read_content(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        match read_into(input, &mut content)? {
            Some(Met::Data) => {}
            Some(Met::Flush) => return Ok(content),
            None => return Err(ended()),
        }
    }
}

/// What sort of packet was read.
enum Met {
    Data,
    Flush,
}

/// Reads a packet and adds its content to `content`.
fn read_into(input: &mut impl Read, content: &mut Vec<u8>) -> io::Result<Option<Met>> {
    let mut header = [0; HEADER];
    let mut filled = 0;
    while filled < HEADER {
        match input.read(&mut header[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(ended()),
            Ok(n_read) => filled += n_read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = std::str::from_utf8(&header)
        .ok()
        // `from_str_radix` would take a sign.
        .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        .and_then(|digits| usize::from_str_radix(digits, 16).ok());
    match length {
        Some(0) => Ok(Some(Met::Flush)),
        Some(length) if (HEADER..=HEADER + MOST_BYTES).contains(&length) => {
            let length = length - HEADER;
            let read = input.take(length as u64).read_to_end(content)?;
            if read == length {
                Ok(Some(Met::Data))
            } else {
                Err(ended())
            }
        }
        _ => {
            let met = header.escape_ascii();
            let message = format!("expected the length of a packet, met '{met}'");
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        }
    }
}

fn ended() -> io::Error {
    let message = "the input ends in the middle of a request";
    io::Error::new(io::ErrorKind::UnexpectedEof, message)
}

/// Writes a line of text as a packet.
pub(super) fn write_line(output: &mut impl Write, line: &str) -> io::Result<()> {
    writeln!(output, "{:04x}{line}", HEADER + line.len() + 1)
}

/// Writes content of any length as packets, without the flush packet behind.
pub(super) fn write_content(output: &mut impl Write, content: &[u8]) -> io::Result<()> {
    for chunk in content.chunks(MOST_BYTES) {
        write!(output, "{:04x}", HEADER + chunk.len())?;
        output.write_all(chunk)?;
    }
    Ok(())
}

/// Writes the end of a list.
pub(super) fn write_flush(output: &mut impl Write) -> io::Result<()> {
    output.write_all(b"0000")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut bytes: &[u8]) -> io::Result<Vec<Packet>> {
        let mut packets = Vec::new();
        while let Some(packet) = read(&mut bytes)? {
            packets.push(packet);
        }
        Ok(packets)
    }

    #[test]
    fn packets_are_read_as_they_were_written() {
        let mut bytes = Vec::new();
        write_line(&mut bytes, "version=2").unwrap();
        write_flush(&mut bytes).unwrap();
        write_content(&mut bytes, b"\0\xff").unwrap();
        assert_eq!(bytes, b"000eversion=2\n00000006\0\xff");
        let data = |bytes: &[u8]| Packet::Data(bytes.to_owned());
        let expected = [data(b"version=2\n"), Packet::Flush, data(b"\0\xff")];
        assert_eq!(read_all(&bytes).unwrap(), expected);
    }

    #[test]
    fn long_content_goes_into_several_packets() {
        for length in [0, 1, MOST_BYTES, MOST_BYTES + 1, 3 * MOST_BYTES] {
            let content: Vec<u8> = (0_u8..=250).cycle().take(length).collect();
            let mut bytes = Vec::new();
            write_content(&mut bytes, &content).unwrap();
            write_flush(&mut bytes).unwrap();
            let n_packets = length.div_ceil(MOST_BYTES);
            assert_eq!(bytes.len(), length + HEADER * (n_packets + 1));
            assert_eq!(read_content(&mut &bytes[..]).unwrap(), content);
        }
    }

    #[test]
    fn a_packet_may_be_empty() {
        assert_eq!(read_all(b"0004").unwrap(), [Packet::Data(Vec::new())]);
    }

    #[test]
    fn what_is_no_packet_is_an_error() {
        for bytes in [
            b"0".as_slice(),
            b"000",
            b"0005",
            b"0006a",
            b"0001",
            b"0003",
            b"fff1",
            b"+005a",
            b"xyz!",
            b"{\"a\"",
            b"\xff\xfe\0\0",
        ] {
            assert!(read_all(bytes).is_err(), "{}", bytes.escape_ascii());
        }
        assert!(read_content(&mut b"0005a".as_slice()).is_err());
    }
}
