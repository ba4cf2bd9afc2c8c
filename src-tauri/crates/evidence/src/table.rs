//! Tables as CSV (RFC 4180): the turns of a call, the index of all calls, and the access log.
//!
//! Written for people with a spreadsheet, and safe for them: UTF-8 with a byte order mark, because without one Excel takes
//! it for another encoding; a line for each record, a line break within a cell shown as `⏎`; control characters and those
//! that turn the direction of writing shown as visible ones; and a cell that a spreadsheet would compute, and one that
//! begins with an apostrophe anyway, has an apostrophe in front. Taking one leading apostrophe away gives the text.

mod access;
mod cell;
mod index;
#[cfg(test)]
mod tests;
mod turns;

use std::io::{self, Write};

use csv::{Terminator, Writer, WriterBuilder};

pub use access::{Access, access};
pub use index::Index;
pub use turns::turns;

use cell::cell;

/// A table in the making.
struct Table<W: Write>(Writer<W>);

impl<W: Write> Table<W> {
    fn begin(mut out: W, columns: &[&str]) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut table = Self(WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out));
        table.0.write_record(columns)?;
        Ok(table)
    }

    /// A record of texts, each made safe.
    fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        for text in cells {
            self.0.write_field(cell(text).as_ref())?;
        }
        self.0.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}
