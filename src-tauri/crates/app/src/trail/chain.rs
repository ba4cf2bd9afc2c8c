//! From deeds to rows: each entry is hashed onto the ones before it.

use evidence::log::{Checkpoint, Edge, Origin, detail_text, entry_hash};
use evidence::{PublicKey, SigningKey};
use library::{AuditRow, AuditTail, LibraryError};
use model::{Action, AuditEntry};
use serde_json::Map;
use uuid::Uuid;

use super::Deed;

/// What some entries have in common.
pub struct Link {
    pub at_ms: i64,
    pub user: String,
    pub person: Option<String>,
    /// What the log is called if this begins it.
    pub new_log: Uuid,
    /// Which log it is, if it has begun.
    pub origin: Option<Origin>,
    pub key: Option<SigningKey>,
}

impl Link {
    /// The rows after the end of the log. The last one carries the signature of the checkpoint, if there is a key.
    pub fn append(self, tail: Option<AuditTail>, deeds: Vec<Deed>) -> Result<Vec<AuditRow>, LibraryError> {
        let (mut edge, origin, first) = match tail {
            None => (Edge::empty(), Some(Origin(self.new_log)), Some(begin(self.new_log))),
            Some(AuditTail { seq, edge }) => {
                let edge =
                    Edge::from_bytes(seq, &edge).map_err(|_| LibraryError::BadValue("the audit log's last entry"))?;
                (edge, self.origin, None)
            }
        };
        let row = |deed: Deed| {
            let entry = AuditEntry {
                seq: edge.size() + 1,
                at_ms: self.at_ms,
                user: self.user.clone(),
                person: self.person.clone(),
                action: deed.action.as_str().to_owned(),
                object: deed.object,
                detail: detail_text(&deed.detail),
            };
            edge.push(entry_hash(&entry));
            AuditRow { entry, edge: edge.to_bytes(), signature: None }
        };
        let mut rows: Vec<AuditRow> = first.into_iter().chain(deeds).map(row).collect();
        if let (Some(key), Some(origin), Some(last)) = (&self.key, origin, rows.last_mut()) {
            last.signature = Some(signature(&Checkpoint::of(origin, &edge), key));
        }
        Ok(rows)
    }
}

/// Which log the first entry begins.
pub fn origin_of(first: &AuditEntry) -> Option<Origin> {
    first.object.as_deref()?.parse().ok().map(Origin)
}

/// A signature as it is kept: by which key, and what it signed.
fn signature(checkpoint: &Checkpoint, key: &SigningKey) -> Vec<u8> {
    [key.public().number().as_slice(), &checkpoint.sign(key)].concat()
}

/// The signature of a row, if it is by this key. An entry may have been signed with the key of another run.
pub fn signature_by<'r>(row: &'r AuditRow, key: &PublicKey) -> Option<&'r [u8]> {
    row.signature.as_deref()?.strip_prefix(&key.number())
}

fn begin(log: Uuid) -> Deed {
    Deed { action: Action::Begin, object: Some(log.to_string()), detail: Map::new() }
}
