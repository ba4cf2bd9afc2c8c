//! The engine with a real library behind it and sources that do as they are told before it.

#![allow(clippy::unwrap_used)]

mod convergence;
mod walking;
mod walks;
