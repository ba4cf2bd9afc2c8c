//! ElevenLabs and a server in front of it, over real connections to the sandbox, in both dialects.

mod audio;
mod backend;
mod place;
mod provider;
mod self_test;
mod shelf;
