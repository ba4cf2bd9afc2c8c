//! The command line with a server: what it says of sign-ins that come from the environment.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod program;

use std::sync::Arc;

use program::Demo;
use testkit::sandbox::supabase::{ANON_KEY, PAIR, Supabase};
use testkit::sandbox::{Dialect, Server, SharedTruth, Truth};

#[test]
fn a_sign_in_of_the_environment_that_was_renewed_is_said_to_count_no_more() {
    let demo = Demo::new();
    let site = Arc::new(Supabase::new(SharedTruth::from(Truth::small(3)), Dialect::Observed));
    let server = Server::start(site.clone());
    let key = format!("anon_key={ANON_KEY}");
    let added = demo.run(&["source", "add", "supabase", "Our project", "--url", server.origin(), "--set", &key]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let sync = || demo.run_with(&[("TURNSTONE_SECRET_OUR_PROJECT", PAIR)], &["sync", "Our project"]);
    let first = sync();
    assert_eq!((first.code, first.stderr.contains("counts no more")), (0, false), "{}", first.stderr);
    site.end_session();
    let renewed = sync();
    assert_eq!(renewed.code, 0, "{}", renewed.stderr);
    assert!(renewed.stderr.contains("TURNSTONE_SECRET_OUR_PROJECT was renewed"), "{}", renewed.stderr);
    assert!(!renewed.stderr.contains("sandbox-project"), "it is named and not shown");
    assert_eq!(sync().code, 5, "the old pair is taken for theft by now");
    let test = demo.run_with(&[("TURNSTONE_SECRET_OUR_PROJECT", PAIR)], &["source", "test", "Our project"]);
    assert_eq!(test.code, 5, "a test that fails for want of a sign-in says so: {}", test.stderr);
}
