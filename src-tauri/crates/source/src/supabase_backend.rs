//! A recordings server built on FastAPI and Supabase.

use model::Cancel;

use crate::secret::Secret;
use crate::{Settings, Source, SourceError, World};

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    let _ = (settings, world);
    Err(SourceError::Settings("this kind of source is not available yet".into()))
}

/// Has the server send a code to this address.
pub fn request_code(settings: &Settings, world: &World, email: &str, cancel: &Cancel) -> Result<(), SourceError> {
    let _ = (settings, world, email, cancel);
    Err(SourceError::Settings("this kind of source is not available yet".into()))
}

/// What a code that was sent is worth: the secret to sign in with from now on.
pub fn verify_code(
    settings: &Settings,
    world: &World,
    email: &str,
    code: &Secret,
    cancel: &Cancel,
) -> Result<Secret, SourceError> {
    let _ = (settings, world, email, code, cancel);
    Err(SourceError::Settings("this kind of source is not available yet".into()))
}
