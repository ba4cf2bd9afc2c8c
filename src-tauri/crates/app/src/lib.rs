//! The use-cases, in the users' words.

mod fault;

pub use fault::{Fault, FaultCode};
