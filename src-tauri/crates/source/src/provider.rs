//! The providers behind the servers, asked directly with the user's own credentials: as sources of their own, and as the
//! second door to a server's recordings.

pub(crate) mod elevenlabs;
pub(crate) mod ringcentral;
pub(crate) mod supabase;
pub(crate) mod twilio;
pub(crate) mod vapi;
