use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A configured source.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceView {
    /// Its id.
    pub id: String,
    /// The kind's name, as in [`SourceKind`].
    pub kind: String,
    /// The user's name for it.
    pub name: String,
    /// The folder or address it reads.
    pub place: String,
    /// Whether it reads this machine's disks only.
    pub local: bool,
    /// What it was configured with besides its place.
    pub set: BTreeMap<String, String>,
    /// How many of its calls are in the library.
    pub calls: u32,
    /// Whether a sync runs now.
    pub syncing: bool,
    /// Whether new calls are noticed as they appear.
    pub watching: bool,
    /// The last finished run.
    pub last_run: Option<SyncRun>,
}

/// Names a source.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SourceRef {
    /// Its id.
    pub source: String,
}

/// A kind of source and what it needs.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceKind {
    /// Its name on the command line and in the database.
    pub kind: String,
    /// Its name for people.
    pub label: String,
    /// What it is, in a sentence.
    pub words: String,
    /// Whether it can read a folder.
    pub wants_folder: bool,
    /// The address it is asked at, if it can be asked over the network.
    pub address: Option<SourceAddress>,
    /// What it is signed in to with.
    pub secret: Option<SourceSecret>,
    /// Further settings of its own.
    pub settings: Vec<SourceSetting>,
    /// Settings that every server understands; none for a folder.
    pub server_settings: Vec<SourceSetting>,
}

/// The address of a server.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceAddress {
    /// What to enter.
    pub hint: String,
    /// The address that is used if none is given.
    pub usual: Option<String>,
}

/// What a source is signed in to with.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceSecret {
    /// Where to find it.
    pub words: String,
    /// What to enter.
    pub parts: Vec<SourceSecretPart>,
    /// Whether a code sent by e-mail does instead.
    pub email_code: bool,
    /// Whether it can be left out.
    pub optional: bool,
}

/// One part of a secret.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceSecretPart {
    /// Its key; empty if it is the whole secret.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// Whether it is shown while it is typed.
    pub visible: bool,
}

/// One setting of a kind of source.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceSetting {
    /// Its key.
    pub key: String,
    /// Its name for people.
    pub label: String,
    /// What to enter.
    pub hint: String,
}

/// A source to add.
#[derive(Clone, Deserialize, TS)]
pub struct NewSource {
    /// The kind's name.
    pub kind: String,
    /// The user's name for it; derived from the folder or address if empty.
    pub name: String,
    /// The folder.
    pub path: Option<String>,
    /// The server's address.
    pub url: Option<String>,
    /// Further settings by key.
    pub set: BTreeMap<String, String>,
    /// The parts of its secret by key; one part with an empty key is the whole secret. Empty: none is given now.
    pub secret: BTreeMap<String, String>,
}

/// Changes what a source was configured with.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ChangeSource {
    /// Its id.
    pub source: String,
    /// Settings by key; an empty value removes one, what is not named stays.
    pub set: BTreeMap<String, String>,
}

/// Gives a source a new secret.
#[derive(Clone, Deserialize, TS)]
pub struct SignIn {
    /// Its id.
    pub source: String,
    /// The parts of its secret by key, as in [`NewSource`].
    pub secret: BTreeMap<String, String>,
}

/// Asks a server to send a code.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RequestCode {
    /// The source.
    pub source: String,
    /// Where to send it.
    pub email: String,
}

/// Signs in with a code that was sent.
#[derive(Clone, Deserialize, TS)]
pub struct VerifyCode {
    /// The source.
    pub source: String,
    /// Where it was sent.
    pub email: String,
    /// The code.
    pub code: String,
}

/// Whether anything may be asked over the network.
#[derive(Clone, Copy, Debug, Serialize, TS)]
pub struct NetworkState {
    /// The user's switch.
    pub offline: bool,
    /// There is no network now; servers on this machine can be asked all the same.
    pub away: bool,
}

/// The user's switch.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct SetOffline {
    /// Whether nothing is to be asked over the network.
    pub offline: bool,
}

/// Removes a source.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct RemoveSource {
    /// Its id.
    pub source: String,
    /// Whether its calls go too.
    pub forget_calls: bool,
}

/// What removing a source left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SourceRemoved {
    /// How many of its calls stay; of those that were to be forgotten, the ones that a case holds.
    pub calls_left: u32,
}

/// Begins a sync.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SyncSource {
    /// Its id; every source if absent.
    pub source: Option<String>,
    /// Whether to look at everything again.
    pub full: bool,
}

/// Names a job.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct JobRef {
    /// The number it was announced with.
    pub job: u32,
}

/// One line of a source's self-test.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SourceCheck {
    /// Whether this works.
    pub ok: bool,
    /// In words; for a failure also what to do.
    pub words: String,
}

/// One finished sync.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SyncRun {
    /// When it began, Unix milliseconds.
    pub at_ms: f64,
    /// How long it took.
    pub elapsed_ms: f64,
    /// Calls looked at.
    pub seen: u32,
    /// New calls.
    pub added: u32,
    /// Changed calls.
    pub updated: u32,
    /// Calls no longer at the source.
    pub vanished: u32,
    /// Items that could not be read.
    pub rejected: u32,
    /// Calls that were as before.
    pub unchanged: u32,
    /// Pages of the source's list.
    pub pages: u32,
    /// Requests that were sent.
    pub requests: u32,
    /// Whether it went through to the end.
    pub complete: bool,
    /// Why it did not, in words.
    pub error: Option<String>,
    /// The code of that error, such as `needs_credentials`.
    pub error_code: Option<String>,
    /// The first items that could not be read, with reasons; at most 100.
    pub problems: Vec<SyncProblem>,
}

/// An item that could not be read.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SyncProblem {
    /// A path or an id.
    pub item: String,
    /// Why, in words.
    pub reason: String,
}
