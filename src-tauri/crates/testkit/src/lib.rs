//! What tests are made of: calls in a line, libraries and folders that go when the test ends, and a source that says
//! what it is told to say. Nothing here is part of the product, and nothing is here that no test uses.

mod call;
mod call_folder;
pub mod sandbox;
mod scripted;
mod temp_library;

pub use audio::output::fake::FakeDevices;
pub use call::{CallBuilder, a_call, rejected};
pub use call_folder::{CallFolder, samples_of, wav};
pub use scripted::{Break, ScriptedSource};
pub use temp_library::{Contents, TempLibrary, Witness, contents, pretend_schema, tamper};
