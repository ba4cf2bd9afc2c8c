//! A Supabase project itself.

pub(crate) mod rows;
pub(crate) mod storage;

use crate::{Settings, Source, SourceError, World};

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    let _ = (settings, world);
    Err(SourceError::Settings("this kind of source is not available yet".into()))
}
