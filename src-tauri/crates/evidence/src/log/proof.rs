use super::tree::{Hash, node_hash};

/// Finds the inclusion paths of some leaves (RFC 6962, 2.1.1) while all leaves pass by once, in order.
///
/// What is kept is the edge of the tree and the paths themselves: some twenty hashes for each wanted leaf of a million.
#[derive(Debug, Default)]
pub struct Paths {
    /// The wanted leaves that have passed, in order.
    wanted: Vec<u64>,
    /// One for each wanted leaf, from the leaf upwards.
    paths: Vec<Vec<Hash>>,
    /// The complete subtrees so far, largest first.
    subtrees: Vec<Subtree>,
    size: u64,
}

/// The paths of the wanted leaves to the root of a whole tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPaths {
    /// How many leaves the tree has.
    pub size: u64,
    /// Its root; `None` for a tree without leaves.
    pub root: Option<Hash>,
    /// For each wanted leaf, in order: its index, from 0 on, and the hashes beside the way from it to the root.
    pub paths: Vec<(u64, Vec<Hash>)>,
}

#[derive(Clone, Copy, Debug)]
struct Subtree {
    first: u64,
    hash: Hash,
}

impl Paths {
    /// Before the first leaf.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next leaf, and whether its path is wanted.
    pub fn push(&mut self, leaf: Hash, wanted: bool) {
        if wanted {
            self.wanted.push(self.size);
            self.paths.push(Vec::new());
        }
        let mut subtree = Subtree { first: self.size, hash: leaf };
        let end = self.size + 1;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                subtree = self.join(left, subtree, end);
            }
        }
        self.subtrees.push(subtree);
        self.size = end;
    }

    /// All leaves have passed.
    pub fn finish(mut self) -> FoundPaths {
        let end = self.size;
        let mut whole = self.subtrees.pop();
        while let (Some(right), Some(left)) = (whole, self.subtrees.pop()) {
            whole = Some(self.join(left, right, end));
        }
        let paths = self.wanted.into_iter().zip(self.paths).collect();
        FoundPaths { size: end, root: whole.map(|tree| tree.hash), paths }
    }

    /// Joins two neighbours, the right one ending before `end`: each is the next step on the paths of the other's leaves.
    fn join(&mut self, left: Subtree, right: Subtree, end: u64) -> Subtree {
        let place = |index: u64| self.wanted.partition_point(|wanted| *wanted < index);
        let (from, middle, to) = (place(left.first), place(right.first), place(end));
        self.paths[from..middle].iter_mut().for_each(|path| path.push(right.hash));
        self.paths[middle..to].iter_mut().for_each(|path| path.push(left.hash));
        Subtree { first: left.first, hash: node_hash(&left.hash, &right.hash) }
    }
}

/// Whether `path` leads from `leaf` at `index` (from 0 on) to the `root` of the tree over `size` leaves (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut node) = (index, size - 1, *leaf);
    for beside in path {
        if last == 0 {
            return false;
        }
        if place % 2 == 1 || place == last {
            node = node_hash(beside, &node);
            // A last subtree without a neighbour rises until it is a right one.
            while place.is_multiple_of(2) && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            node = node_hash(&node, beside);
        }
        (place, last) = (place / 2, last / 2);
    }
    last == 0 && node == *root
}
