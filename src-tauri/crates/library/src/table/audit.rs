//! The audit log: appended to by every process that has the library open, and never changed.
//!
//! Hashing is not done here: whoever appends is told what the log ends with and hands over whole rows. An entry has
//! reached the disk when [`Library::append_audit`] or [`Library::write_durably`] returns, so that it survives a loss of
//! power as well as the end of the process.

use std::ops::RangeInclusive;

use model::AuditEntry;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params, params_from_iter};

use super::column::{signed, unsigned};
use crate::library::{Access, Library};
use crate::open::{Place, Use};
use crate::{LibraryError, Reader, Writer};

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// What was done.
    pub entry: AuditEntry,
    /// The hash tree's edge with this entry as the last.
    pub edge: Vec<u8>,
    /// A signature of the checkpoint with this entry as the last, where a key was at hand, behind the number of the key.
    pub signature: Option<Vec<u8>>,
}

/// What the log ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditTail {
    /// The last entry's place; as many entries there are.
    pub seq: u64,
    /// The hash tree's edge with it as the last.
    pub edge: Vec<u8>,
}

/// Which entries are wanted; everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only this action.
    pub action: Option<String>,
    /// Only what was done to this.
    pub object: Option<String>,
    /// Only entries in which this occurs, whatever its case.
    pub text: Option<String>,
    /// Only from this moment on, UTC milliseconds.
    pub from_ms: Option<i64>,
    /// Only before this moment, UTC milliseconds.
    pub to_ms: Option<i64>,
}

const ROW: &str = "SELECT seq, at_ms, user, person, action, object, detail, edge, signature FROM audit";

impl Library {
    /// Appends entries to the audit log, all or none, also beside the library's owner. `make` is told what the log ends
    /// with, so that nobody else's entry can come between. Returns when they are on the disk.
    pub fn append_audit<F>(&self, make: F) -> Result<(), LibraryError>
    where
        F: FnOnce(Option<AuditTail>) -> Result<Vec<AuditRow>, LibraryError> + Send + 'static,
    {
        match self.access() {
            Access::Owner => self.write_durably(move |writer| writer.append_audit(make)),
            Access::Reader => self.beside(|beside| beside.append(make)),
        }
    }
}

impl Writer<'_> {
    /// Appends entries to the audit log together with what else is changed. Only [`Library::write_durably`] sees them onto
    /// the disk before it returns.
    pub fn append_audit(
        &mut self,
        make: impl FnOnce(Option<AuditTail>) -> Result<Vec<AuditRow>, LibraryError>,
    ) -> Result<(), LibraryError> {
        append(&self.tx, make)
    }
}

impl Reader {
    /// At most `limit` entries, newest first, of those before `before`. Whether there are more is told by asking again.
    pub fn audit_page(
        &self,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, LibraryError> {
        let mut page = Vec::new();
        let text = filter.text.as_ref().map(|text| text.to_lowercase());
        let (sql, params) = narrow(filter, before);
        let mut statement = self.conn().prepare_cached(&format!("{ROW} WHERE {sql} ORDER BY seq DESC"))?;
        let mut rows = statement.query(params_from_iter(params))?;
        while page.len() < limit as usize
            && let Some(row) = rows.next()?
        {
            self.go_on()?;
            let row = audit_row(row)?;
            if text.as_ref().is_none_or(|text| says(&row.entry, text)) {
                page.push(row);
            }
        }
        Ok(page)
    }

    /// Hands the entries of a range to `each`, in order and as of one moment, whatever is wrong with them. A range from 0 on
    /// has also those that somebody put before the first.
    pub fn audit_rows<E: From<LibraryError>>(
        &self,
        range: RangeInclusive<u64>,
        mut each: impl FnMut(AuditRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = if *range.start() == 0 { i64::MIN } else { signed(*range.start()) };
        let params = vec![start.into(), signed(*range.end()).into()];
        self.walk_audit("seq BETWEEN ?1 AND ?2", params, &mut each).map_err(Outcome::into_theirs)
    }

    /// Hands the entries that a filter leaves to `each`, oldest first and as of one moment.
    pub fn audit_entries<E: From<LibraryError>>(
        &self,
        filter: &AuditFilter,
        mut each: impl FnMut(AuditEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let text = filter.text.as_ref().map(|text| text.to_lowercase());
        let (sql, params) = narrow(filter, None);
        let mut wanted = |row: AuditRow| match &text {
            Some(text) if !says(&row.entry, text) => Ok(()),
            _ => each(row.entry),
        };
        self.walk_audit(&sql, params, &mut wanted).map_err(Outcome::into_theirs)
    }

    fn walk_audit<E>(
        &self,
        condition: &str,
        params: Vec<Value>,
        each: &mut dyn FnMut(AuditRow) -> Result<(), E>,
    ) -> Result<(), Outcome<E>> {
        let mut statement = self.conn().prepare_cached(&format!("{ROW} WHERE {condition} ORDER BY seq"))?;
        let mut rows = statement.query(params_from_iter(params))?;
        while let Some(row) = rows.next()? {
            self.go_on().map_err(LibraryError::from)?;
            each(audit_row(row)?).map_err(Outcome::Theirs)?;
        }
        Ok(())
    }

    /// Whether the database still refuses to change the log: whether the triggers that do so are there.
    pub fn audit_is_guarded(&self) -> Result<bool, LibraryError> {
        const GUARDS: i64 = 3;
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit' \
                   AND name IN ('audit_is_appended', 'audit_is_not_changed', 'audit_is_not_deleted')";
        Ok(self.conn().query_row(sql, [], |row| row.get::<_, i64>(0))? == GUARDS)
    }

    /// What the audit log ends with; `None` while it is empty.
    pub fn audit_tail(&self) -> Result<Option<AuditTail>, LibraryError> {
        tail(self.conn())
    }
}

/// Why walking over rows ended early.
enum Outcome<E> {
    Ours(LibraryError),
    Theirs(E),
}

impl<E: From<LibraryError>> Outcome<E> {
    fn into_theirs(self) -> E {
        match self {
            Self::Ours(error) => error.into(),
            Self::Theirs(error) => error,
        }
    }
}

impl<E> From<LibraryError> for Outcome<E> {
    fn from(error: LibraryError) -> Self {
        Self::Ours(error)
    }
}

impl<E> From<rusqlite::Error> for Outcome<E> {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ours(error.into())
    }
}

/// The connection of a process that only reads beside the owner: it can append to the audit log and do nothing else.
#[derive(Debug)]
pub(crate) struct Beside(Connection);

impl Beside {
    pub fn open(place: &Place) -> Result<Self, LibraryError> {
        let mut conn = place.connect(Use::Append)?;
        conn.authorizer(Some(only_appending))?;
        Ok(Self(conn))
    }

    pub fn append(
        &mut self,
        make: impl FnOnce(Option<AuditTail>) -> Result<Vec<AuditRow>, LibraryError>,
    ) -> Result<(), LibraryError> {
        let tx = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        append(&tx, make)?;
        Ok(tx.commit()?)
    }
}

fn only_appending(asked: AuthContext<'_>) -> Authorization {
    let fits = match asked.action {
        AuthAction::Select | AuthAction::Transaction { .. } | AuthAction::Function { .. } => true,
        AuthAction::Read { table_name, .. } | AuthAction::Insert { table_name } => table_name == "audit",
        _ => false,
    };
    if fits { Authorization::Allow } else { Authorization::Deny }
}

fn append(
    conn: &Connection,
    make: impl FnOnce(Option<AuditTail>) -> Result<Vec<AuditRow>, LibraryError>,
) -> Result<(), LibraryError> {
    let rows = make(tail(conn)?)?;
    let sql = "INSERT INTO audit (seq, at_ms, user, person, action, object, detail, edge, signature) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let mut statement = conn.prepare_cached(sql)?;
    for AuditRow { entry, edge, signature } in rows {
        let AuditEntry { seq, at_ms, user, person, action, object, detail } = entry;
        statement.execute(params![signed(seq), at_ms, user, person, action, object, detail, edge, signature])?;
    }
    Ok(())
}

fn tail(conn: &Connection) -> Result<Option<AuditTail>, LibraryError> {
    let mut statement = conn.prepare_cached("SELECT seq, edge FROM audit ORDER BY seq DESC LIMIT 1")?;
    let tail = statement.query_row([], |row| {
        Ok(AuditTail { seq: unsigned(row.get(0)?), edge: bytes_of(row.get_ref(1)?).unwrap_or_default() })
    });
    Ok(tail.optional()?)
}

fn narrow(filter: &AuditFilter, before: Option<u64>) -> (String, Vec<Value>) {
    let mut conditions = vec!["true"];
    let mut params = Vec::new();
    let mut must = |condition, value: Option<Value>| {
        if let Some(value) = value {
            conditions.push(condition);
            params.push(value);
        }
    };
    must("seq < ?", before.map(|seq| signed(seq).into()));
    must("action = ?", filter.action.clone().map(Value::from));
    must("object = ?", filter.object.clone().map(Value::from));
    must("at_ms >= ?", filter.from_ms.map(Value::from));
    must("at_ms < ?", filter.to_ms.map(Value::from));
    (conditions.join(" AND "), params)
}

/// Whether something, in lower case, occurs in an entry.
fn says(entry: &AuditEntry, text: &str) -> bool {
    let AuditEntry { user, person, action, object, detail, .. } = entry;
    let fields = [Some(user), person.as_ref(), Some(action), object.as_ref(), Some(detail)];
    fields.into_iter().flatten().any(|field| field.to_lowercase().contains(text))
}

/// A row as it is, also one that somebody changed: what is of another kind than was written is read as well as it can be,
/// and never like what was written, so that no hash fits it.
fn audit_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let text = |column| row.get_ref(column).map(text_of);
    let written = |column| Ok::<_, rusqlite::Error>(text(column)?.unwrap_or_else(|| FOREIGN.to_owned()));
    let bytes = |column| row.get_ref(column).map(bytes_of);
    let entry = AuditEntry {
        seq: unsigned(row.get(0)?),
        // No moment that can be written.
        at_ms: row.get_ref(1)?.as_i64().unwrap_or(i64::MIN),
        user: written(2)?,
        person: text(3)?,
        action: written(4)?,
        object: text(5)?,
        detail: written(6)?,
    };
    Ok(AuditRow { entry, edge: bytes(7)?.unwrap_or_default(), signature: bytes(8)? })
}

/// Stands before what is no text.
const FOREIGN: &str = "\u{fffd}";

fn text_of(value: ValueRef<'_>) -> Option<String> {
    let foreign = |bytes: &[u8]| format!("{FOREIGN}{}", String::from_utf8_lossy(bytes));
    match value {
        ValueRef::Null => None,
        ValueRef::Text(bytes) => Some(std::str::from_utf8(bytes).map_or_else(|_| foreign(bytes), str::to_owned)),
        ValueRef::Blob(bytes) => Some(foreign(bytes)),
        ValueRef::Integer(number) => Some(foreign(number.to_string().as_bytes())),
        ValueRef::Real(number) => Some(foreign(number.to_string().as_bytes())),
    }
}

/// What is not bytes is none of ours.
fn bytes_of(value: ValueRef<'_>) -> Option<Vec<u8>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Blob(bytes) => Some(bytes.to_owned()),
        _ => Some(Vec::new()),
    }
}
