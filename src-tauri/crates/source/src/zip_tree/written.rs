//! Writes zips byte by byte for tests, also such as no program writes.

use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// One entry as it is to be written.
pub struct Item {
    pub name: String,
    pub packed: Vec<u8>,
    pub size: u64,
    pub crc: u32,
    pub method: u16,
    pub flags: u16,
    pub mode: u32,
    /// Where the directory says that it begins, if that is not true.
    pub at: Option<usize>,
}

/// A stored file.
pub fn stored(name: &str, bytes: &[u8]) -> Item {
    let mut crc = Crc::new();
    crc.update(bytes);
    let (size, crc) = (bytes.len() as u64, crc.sum());
    Item {
        name: name.to_owned(),
        packed: bytes.to_vec(),
        size,
        crc,
        method: 0,
        flags: 0x800,
        mode: 0o100_644,
        at: None,
    }
}

/// A file packed with deflate.
pub fn deflated(name: &str, bytes: &[u8]) -> Item {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    Item { packed: encoder.finish().unwrap(), method: 8, ..stored(name, bytes) }
}

/// The zip.
pub fn zip(items: &[Item]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for item in items {
        let at = item.at.unwrap_or(out.len()) as u32;
        let mut common = Vec::new();
        for number in [20, item.flags, item.method, 0x8000, 0x5B6C] {
            common.extend(number.to_le_bytes());
        }
        for number in [item.crc, item.packed.len() as u32, item.size as u32] {
            common.extend(number.to_le_bytes());
        }
        common.extend((item.name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(item.name.as_bytes());
        out.extend(&item.packed);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((item.mode << 16).to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(item.name.as_bytes());
    }
    let begins = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([(items.len() as u16).to_le_bytes(), (items.len() as u16).to_le_bytes()].concat());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(begins.to_le_bytes());
    out.extend([0, 0]);
    out
}
