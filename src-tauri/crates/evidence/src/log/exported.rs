#[cfg(test)]
mod tests;

use std::io::{self, BufRead, Read, Write};

use model::AuditEntry;
use serde::{Deserialize, Serialize};

use super::checkpoint::{Checkpoint, CheckpointNote, Origin, Signed};
use super::entry::entry_line;
use super::hex::parse_hash;
use super::problem::{Fault, Problem};
use super::proof::{Paths, verify_inclusion};
use super::tree::{Edge, Hash, leaf_hash};
use crate::bag::hex;
use crate::signature::PublicKey;

/// A longer line is not read, so that a foreign file cannot take all memory.
const LONGEST_LINE: u64 = 16 << 20;

/// Writes the part of a log that goes into an export, while the whole log passes by once.
///
/// Memory: some twenty hashes for each exported entry of a log of a million.
#[derive(Debug)]
pub struct Excerpt<W> {
    entries: W,
    leaves: Vec<Hash>,
    paths: Paths,
    size: u64,
}

/// A line of `log/proofs.jsonl`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    /// From 0 on: the entry's number less one.
    index: u64,
    leaf: String,
    path: Vec<String>,
}

/// What of an exported entry is read here; that the rest is as it was, its hash says.
#[derive(Deserialize)]
struct Numbered {
    seq: u64,
}

impl<W: Write> Excerpt<W> {
    /// Writes the entries into `entries` (`log/entries.jsonl`).
    pub fn new(entries: W) -> Self {
        Self { entries, leaves: Vec::new(), paths: Paths::new(), size: 0 }
    }

    /// Takes the next entry of the log, and whether it goes into the export. The first has number 1; an entry out of its
    /// place is an error, as nothing can be proven of a log with gaps.
    pub fn push(&mut self, entry: &AuditEntry, wanted: bool) -> io::Result<()> {
        self.size += 1;
        if entry.seq != self.size {
            let message = format!("the audit log is damaged at entry {}; `audit verify` tells more", self.size);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let line = entry_line(entry);
        let leaf = leaf_hash(line.as_bytes());
        self.paths.push(leaf, wanted);
        if wanted {
            self.leaves.push(leaf);
            writeln!(self.entries, "{line}")?;
        }
        Ok(())
    }

    /// The whole log has passed: writes the proofs (`log/proofs.jsonl`) and answers with the checkpoint they lead to, whose
    /// note is `log/checkpoint`.
    ///
    /// It is made from what the entries say now. If its root is not that of the edge kept with the last entry, the log was
    /// altered; then it must not be signed.
    pub fn finish(mut self, origin: Origin, mut proofs: impl Write) -> io::Result<Checkpoint> {
        self.entries.flush()?;
        let found = self.paths.finish();
        for (leaf, (index, path)) in self.leaves.iter().zip(found.paths) {
            let path = path.iter().map(|hash| hex(hash)).collect();
            serde_json::to_writer(&mut proofs, &Proof { index, leaf: hex(leaf), path })?;
            proofs.write_all(b"\n")?;
        }
        proofs.flush()?;
        let root = found.root.unwrap_or_else(|| Edge::empty().root());
        Ok(Checkpoint { origin, size: found.size, root })
    }
}

/// Checks the part of a log in an export: that every entry is in the log that the checkpoint stands for, at its place and
/// unchanged, and, if `key` is given, that this key signed the checkpoint. Nothing wrong: no problems.
pub fn check_exported(
    checkpoint_note: &str,
    mut entries: impl BufRead,
    mut proofs: impl BufRead,
    key: Option<&PublicKey>,
) -> Vec<Problem> {
    let Ok(note) = CheckpointNote::parse(checkpoint_note) else {
        return vec![Problem { seq: None, fault: Fault::NoCheckpoint }];
    };
    let mut problems = Vec::new();
    match key.map(|key| note.signed_by(key)) {
        Some(Signed::Absent) => problems.push(Problem { seq: None, fault: Fault::NotSigned }),
        Some(Signed::Wrong) => problems.push(Problem { seq: None, fault: Fault::WrongNote }),
        Some(Signed::Valid) | None => {}
    }
    let (mut number, mut after) = (0, 0);
    while let Some(line) = next_line(&mut entries) {
        number += 1;
        let Ok(line) = line else {
            problems.push(Problem { seq: None, fault: Fault::DamagedEntry { line: number } });
            return problems;
        };
        let proof = next_line(&mut proofs);
        match check_line(number, &line, proof, &note.checkpoint, after) {
            Ok(seq) => after = seq,
            Err(problem) => problems.push(problem),
        }
    }
    if next_line(&mut proofs).is_some() {
        problems.push(Problem { seq: None, fault: Fault::MoreProofs });
    }
    problems
}

/// A line without its newline; an error for one that cannot be read or is not ended.
type Line = Result<Vec<u8>, ()>;

fn check_line(
    line: u64,
    entry: &[u8],
    proof: Option<Line>,
    checkpoint: &Checkpoint,
    after: u64,
) -> Result<u64, Problem> {
    let damaged = |_| Problem { seq: None, fault: Fault::DamagedEntry { line } };
    let seq = serde_json::from_slice::<Numbered>(entry).map_err(damaged)?.seq;
    let problem = |fault| Problem { seq: Some(seq), fault };
    let unproven = || problem(Fault::DamagedProof { line });
    let proof: Proof = proof.and_then(|proof| serde_json::from_slice(&proof.ok()?).ok()).ok_or_else(unproven)?;
    let path: Vec<Hash> = proof.path.iter().map(|hash| parse_hash(hash)).collect::<Option<_>>().ok_or_else(unproven)?;
    let stated = parse_hash(&proof.leaf).ok_or_else(unproven)?;
    if seq <= after {
        return Err(problem(Fault::OutOfOrder));
    }
    let leaf = leaf_hash(entry);
    let proven = seq.checked_sub(1) == Some(proof.index)
        && leaf == stated
        && verify_inclusion(&leaf, proof.index, checkpoint.size, &path, &checkpoint.root);
    if proven { Ok(seq) } else { Err(problem(Fault::NotProven)) }
}

fn next_line(file: &mut impl BufRead) -> Option<Line> {
    let mut line = Vec::new();
    match file.take(LONGEST_LINE).read_until(b'\n', &mut line) {
        Ok(0) => None,
        Ok(_) if line.pop() == Some(b'\n') => Some(Ok(line)),
        _ => Some(Err(())),
    }
}
