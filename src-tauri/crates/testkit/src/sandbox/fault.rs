//! What a server can be told to do wrong.

use std::time::Duration;

/// One way of misbehaving.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// 429 (or 503) with this `Retry-After`, as it stands: seconds, a date, or nonsense.
    RetryAfter(u16, String),
    /// Another status with an error page.
    Status(u16),
    /// The right length is announced and fewer bytes come.
    Truncated(usize),
    /// A wrong length is announced: this many bytes more or fewer than come.
    WrongLength(i64),
    /// Chunks that never end.
    Endless,
    /// The connection is reset after this many bytes of the body.
    Reset(usize),
    /// One byte at a time, with this pause between.
    SlowLoris(Duration),
    /// 200 with a page for people instead of what was asked for.
    Html,
    /// The right body under a wrong content type.
    WrongType(String),
    /// A small compressed body that unpacks to this many bytes.
    GzipBomb(u64),
    /// A redirect to this address.
    Redirect(u16, String),
    /// JSON cut off in the middle, and otherwise well delivered.
    HalfJson,
}

/// Which requests a fault meets.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// Only paths that contain this.
    pub path: String,
    /// This many matching requests are left alone first.
    pub after: usize,
    /// So many requests are met; `None`: all.
    pub times: Option<usize>,
}
