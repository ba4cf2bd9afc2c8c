//! What the speakers of a transcript are called.

use model::{Role, Turn};

use crate::harmless::{clipped, one_line};

/// Longer names are cut: no reader shows more.
const MOST: usize = 80;

/// The speaker's own name, else the part it plays; nothing if neither is known. One harmless line.
pub(crate) fn name_of(turn: &Turn) -> Option<String> {
    let own = turn.speaker.as_deref().map(one_line).filter(|name| !name.is_empty());
    let part = || turn.role.map(|role| part(role).to_owned());
    own.map(|name| clipped(&name, MOST)).or_else(part)
}

fn part(role: Role) -> &'static str {
    match role {
        Role::Agent => "Agent",
        Role::Customer => "Caller",
        Role::System => "System",
        Role::Tool => "Tool",
    }
}
