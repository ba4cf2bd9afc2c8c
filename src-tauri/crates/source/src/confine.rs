//! Keeps every path of a source inside the root the user chose.
