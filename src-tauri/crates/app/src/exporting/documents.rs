//! The documents of an export: some for every call, and for the whole the index and the recipient's page, which grow call
//! by call in files without a name.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom};

use evidence::bag::Added;
use evidence::page::{Heading, Page};
use evidence::table::Index;
use evidence::{caption, table, vcon};

use crate::exporting::Making;
use crate::exporting::destination::{Destination, unwritten};
use crate::exporting::gather::Gathered;
use crate::exporting::order::{Document, ExportForm};
use crate::fault::Fault;

/// The documents on their way.
pub(super) struct Documents {
    index: Index<BufWriter<File>>,
    /// Plain files have none.
    page: Option<Page<BufWriter<File>>>,
}

impl Documents {
    pub fn begin(making: &Making<'_>) -> Result<Self, Fault> {
        let failed = |cause| unwritten(&making.order.to, &cause);
        let spool = || tempfile::tempfile_in(&making.order.to).map(BufWriter::new);
        let heading =
            Heading { title: making.case.name(), number: making.case.number(), calls: making.chosen.len() as u64 };
        let page = || Page::begin(spool()?, &heading, &making.zone);
        Ok(Self {
            index: spool().and_then(|file| Index::begin(file, &making.zone)).map_err(failed)?,
            page: (making.order.form != ExportForm::Folder).then(page).transpose().map_err(failed)?,
        })
    }

    /// Writes a call's own documents and notes it in the others. Answers how many bytes went into the export.
    pub fn add(
        &mut self,
        gathered: &mut Gathered,
        to: &mut dyn Destination,
        making: &Making<'_>,
    ) -> Result<u64, Fault> {
        let mut bytes = 0;
        for document in &making.order.documents {
            bytes += write(*document, gathered, to, making)?.map_or(0, |added| added.bytes);
        }
        let failed = |cause| unwritten(&making.order.to, &cause);
        self.index.add(&gathered.exhibit).map_err(failed)?;
        if let Some(page) = &mut self.page {
            page.add(&gathered.exhibit).map_err(failed)?;
        }
        Ok(bytes)
    }

    pub fn finish(self, to: &mut dyn Destination, making: &Making<'_>) -> Result<u64, Fault> {
        let failed = |cause| unwritten(&making.order.to, &cause);
        let mut bytes = 0;
        if making.order.form != ExportForm::Folder || making.chosen.len() > 1 {
            let mut index = begun_again(self.index.finish().map_err(failed)?).map_err(failed)?;
            bytes += to.add("index.csv", &mut index, making.cancel)?.bytes;
        }
        if let Some(page) = self.page {
            let mut page = begun_again(page.finish().map_err(failed)?).map_err(failed)?;
            bytes += to.add("index.html", &mut page, making.cancel)?.bytes;
        }
        Ok(bytes)
    }
}

/// One document of a call, if the call has what it is about.
fn write(
    document: Document,
    gathered: &mut Gathered,
    to: &mut dyn Destination,
    making: &Making<'_>,
) -> Result<Option<Added>, Fault> {
    if document == Document::VCon {
        return write_vcon(gathered, to, making).map(Some);
    }
    let exhibit = &gathered.exhibit;
    let Some(transcript) = &exhibit.record.transcript else { return Ok(None) };
    let (name, text) = match document {
        Document::VCon => return Ok(None),
        Document::WebVtt => ("transcript.vtt", caption::webvtt(transcript)),
        Document::Srt => ("transcript.srt", caption::srt(transcript)),
        Document::Text => ("transcript.txt", Some(caption::plain(exhibit, &making.zone))),
        Document::Csv => {
            let mut rows = Vec::new();
            table::turns(transcript, &mut rows).map_err(|cause| unwritten(&making.order.to, &cause))?;
            return Ok(Some(to.add(&format!("{}/turns.csv", exhibit.dir), &mut rows.as_slice(), making.cancel)?));
        }
    };
    let Some(text) = text else { return Ok(None) };
    Ok(Some(to.add(&format!("{}/{name}", exhibit.dir), &mut text.as_bytes(), making.cancel)?))
}

/// Audio of a call beyond this stays beside its vCon: programs read a vCon as a whole.
const LARGEST_INLINE: u64 = 180 << 20;

/// A vCon that holds its audio is too large for memory: it goes through a file without a name.
fn write_vcon(gathered: &mut Gathered, to: &mut dyn Destination, making: &Making<'_>) -> Result<Added, Fault> {
    let path = format!("{}/call.vcon.json", gathered.exhibit.dir);
    let failed = |cause: io::Error| unwritten(&making.order.to, &cause);
    if !making.order.inline_audio || gathered.bytes > LARGEST_INLINE {
        let mut text = Vec::new();
        vcon::write(&gathered.exhibit, vcon::Media::ByName, &mut text).map_err(failed)?;
        return Ok(to.add(&path, &mut text.as_slice(), making.cancel)?);
    }
    let mut file = tempfile::tempfile_in(&making.order.to).map_err(failed)?;
    let open = |file: &evidence::AudioFile| -> io::Result<Box<dyn Read>> { gathered.open(&file.name) };
    vcon::write(&gathered.exhibit, vcon::Media::Inline(&open), &mut file).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(to.add(&path, &mut file, making.cancel)?)
}

/// What was written, to be read from its beginning.
fn begun_again(written: BufWriter<File>) -> io::Result<File> {
    let mut file = written.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
