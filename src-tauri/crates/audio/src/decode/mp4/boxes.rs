//! Boxes within boxes, read from memory. A box that claims more than its parent holds ends with the parent.

use crate::decode::input::big;

/// A box's head: its kind, the bytes before its body and the bytes of its body.
pub(super) struct Atom {
    pub(super) kind: [u8; 4],
    pub(super) head: usize,
    pub(super) body: u64,
}

impl Atom {
    /// Reads a head, given how many bytes there are from it on; `None` if it is none.
    pub(super) fn read(bytes: &[u8], there: u64) -> Option<Self> {
        let kind = *bytes.get(4..8)?.first_chunk::<4>()?;
        let (head, size) = match big(&bytes[..4]) {
            0 => (8, there),
            1 => (16, big(bytes.get(8..16)?)),
            size => (8, size),
        };
        let body = size.min(there).checked_sub(head as u64)?;
        Some(Self { kind, head, body })
    }
}

/// The boxes that stand in a row.
pub(super) fn atoms(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let atom = Atom::read(rest, rest.len() as u64)?;
        let kind = rest.get(4..)?.first_chunk::<4>()?;
        let end = atom.head + atom.body as usize;
        let body = rest.get(atom.head..end)?;
        rest = &rest[end..];
        Some((kind, body))
    })
}

/// The first box of a kind.
pub(super) fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    atoms(bytes).find(|(found, _)| *found == kind).map(|(_, body)| body)
}

/// The first box down a path of kinds.
pub(super) fn path<'a>(bytes: &'a [u8], kinds: &[&[u8; 4]]) -> Option<&'a [u8]> {
    kinds.iter().try_fold(bytes, |bytes, kind| child(bytes, kind))
}
