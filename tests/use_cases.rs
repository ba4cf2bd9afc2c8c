//! Whole use-cases from outside, over the application: real files, real decoding, a real library.

#![allow(clippy::unwrap_used)]

mod arriving;
mod broken_input;
mod cases;
mod desk;
mod downloading;
mod dragging;
mod exporting;
mod handed_over;
mod importing;
mod keeping;
mod killed;
mod listening;
mod opening;
mod read_back;
mod served;
mod servers_audio;
mod servers_corrected;
mod servers_credentials;
mod servers_expiry;
mod servers_faults;
mod servers_lists;
mod servers_soak;
mod sources;
