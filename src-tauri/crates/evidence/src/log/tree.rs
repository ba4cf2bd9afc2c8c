use sha2::{Digest, Sha256};

/// SHA-256.
pub type Hash = [u8; 32];

/// What the tree over no entries is worth: SHA-256 of nothing.
const EMPTY: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// The hash of an entry's line as a leaf of the tree (RFC 6962: SHA-256 of a zero byte and the line).
pub fn leaf_hash(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

/// The hash over two subtrees (RFC 6962: SHA-256 of a one byte and both hashes).
pub(super) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of the hash tree over the first `size` leaves: the roots of its complete subtrees, largest first.
///
/// The next leaf can be appended to it and the root of the whole tree derived from it, so that a log of any length needs
/// only this much of its past. There are as many hashes as `size` has bits that are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    hashes: Vec<Hash>,
}

/// The bytes are no edge for that many entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hashes kept with entry {size} have {found} bytes instead of {expected}")]
pub struct InvalidEdge {
    size: u64,
    found: usize,
    expected: usize,
}

impl Edge {
    /// The edge of the tree without leaves.
    pub fn empty() -> Self {
        Self { size: 0, hashes: Vec::new() }
    }

    /// Reads the edge after `size` leaves from the form in which it is kept.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, InvalidEdge> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || hashes.len() != size.count_ones() as usize {
            return Err(InvalidEdge { size, found: bytes.len(), expected: size.count_ones() as usize * 32 });
        }
        Ok(Self { size, hashes: hashes.to_vec() })
    }

    /// The form in which it is kept: the hashes one after another.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes.concat()
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.hashes.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.hashes.push(node);
        self.size += 1;
    }

    /// The root of the tree (RFC 6962's Merkle tree hash).
    pub fn root(&self) -> Hash {
        let from_the_right = self.hashes.iter().rev().copied();
        from_the_right.reduce(|right, left| node_hash(&left, &right)).unwrap_or(EMPTY)
    }

    /// Whether a tree with this edge may have grown into the one with the edge `later`: every complete subtree that both
    /// have is the same in both.
    pub(super) fn may_precede(&self, later: &Self) -> bool {
        let shared = self.subtree_sizes().zip(later.subtree_sizes()).take_while(|(own, other)| own == other).count();
        self.size <= later.size && self.hashes[..shared] == later.hashes[..shared]
    }

    /// Whether the last of these leaves is `leaf`; `None` where the edge keeps it only within a larger subtree.
    pub(super) fn ends_in(&self, leaf: &Hash) -> Option<bool> {
        (self.size % 2 == 1).then(|| self.hashes.last() == Some(leaf))
    }

    /// How many leaves each complete subtree has, largest first.
    fn subtree_sizes(&self) -> impl Iterator<Item = u64> {
        let size = self.size;
        (0..64).rev().map(|bit| 1_u64 << bit).filter(move |bit| size & bit != 0)
    }
}
