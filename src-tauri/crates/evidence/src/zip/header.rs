/// What does not fit into 32 bits stands in an extra field.
pub(super) const LIMIT_32: u64 = 0xFFFF_FFFF;
/// As many entries need the 64-bit end.
pub(super) const LIMIT_16: u64 = 0xFFFF;
/// The signatures of the parts.
pub(super) const LOCAL: u32 = 0x0403_4B50;
pub(super) const CENTRAL: u32 = 0x0201_4B50;
pub(super) const END: u32 = 0x0605_4B50;
pub(super) const END_64: u32 = 0x0606_4B50;
pub(super) const LOCATOR_64: u32 = 0x0706_4B50;
/// The id of the extra field with 64-bit sizes.
pub(super) const EXTRA_64: u16 = 1;

/// The first of January 1980, midnight: every entry has the same moment.
const DATE: u16 = 0x0021;
/// Made under Unix, by version 4.5 of the format.
const MADE_BY: u16 = 3 << 8 | 45;
/// A regular file that its owner may write and all may read.
const MODE: u32 = 0o100_644 << 16;

/// An entry of a zip file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name, in ASCII.
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) crc: u32,
    /// Where its local header begins.
    pub(super) offset: u64,
    /// Whether its local header has room for 64-bit sizes; longer entries than 32 bits need it.
    pub(super) wide: bool,
}

/// What stands in front of an entry's bytes.
pub(super) fn local(entry: &Entry) -> Vec<u8> {
    let mut out = Bytes::default();
    let size = if entry.wide { 0xFFFF_FFFF } else { low(entry.size) };
    out.u32(LOCAL).u16(version(entry.wide));
    out.u16(0).u16(0).u16(0).u16(DATE).u32(entry.crc).u32(size).u32(size);
    out.u16(short(entry.name.len())).u16(if entry.wide { 20 } else { 0 });
    out.0.extend_from_slice(entry.name.as_bytes());
    if entry.wide {
        out.u16(EXTRA_64).u16(16).u64(entry.size).u64(entry.size);
    }
    out.0
}

/// An entry in the directory at the end.
pub(super) fn central(entry: &Entry) -> Vec<u8> {
    let mut wide = Bytes::default();
    if entry.size >= LIMIT_32 {
        wide.u64(entry.size).u64(entry.size);
    }
    if entry.offset >= LIMIT_32 {
        wide.u64(entry.offset);
    }
    let extra = if wide.0.is_empty() { 0 } else { wide.0.len() + 4 };
    let mut out = Bytes::default();
    out.u32(CENTRAL).u16(MADE_BY).u16(version(entry.wide || extra > 0));
    out.u16(0).u16(0).u16(0).u16(DATE).u32(entry.crc).u32(low(entry.size)).u32(low(entry.size));
    out.u16(short(entry.name.len())).u16(short(extra)).u16(0).u16(0).u16(0).u32(MODE).u32(low(entry.offset));
    out.0.extend_from_slice(entry.name.as_bytes());
    if extra > 0 {
        out.u16(EXTRA_64).u16(short(extra - 4));
        out.0.extend_from_slice(&wide.0);
    }
    out.0
}

/// What ends a file: the directory's place, in 64 bits where needed.
pub(super) fn end(entries: u64, directory_at: u64, directory_bytes: u64) -> Vec<u8> {
    let mut out = Bytes::default();
    if entries >= LIMIT_16 || directory_at >= LIMIT_32 || directory_bytes >= LIMIT_32 {
        out.u32(END_64).u64(44).u16(MADE_BY).u16(45).u32(0).u32(0);
        out.u64(entries).u64(entries).u64(directory_bytes).u64(directory_at);
        out.u32(LOCATOR_64).u32(0).u64(directory_at + directory_bytes).u32(1);
    }
    let count = u16::try_from(entries).unwrap_or(0xFFFF);
    out.u32(END).u16(0).u16(0).u16(count).u16(count);
    out.u32(low(directory_bytes)).u32(low(directory_at)).u16(0);
    out.0
}

fn version(wide: bool) -> u16 {
    if wide { 45 } else { 10 }
}

fn low(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A length that paths keep far below the limit.
fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }
}
