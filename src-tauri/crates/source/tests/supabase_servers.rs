//! The two kinds of source that have Supabase behind them, against servers that behave like the real ones.

#[path = "supabase_servers/backend.rs"]
mod backend;
#[path = "supabase_servers/project.rs"]
mod project;
#[path = "supabase_servers/reader.rs"]
mod reader;
