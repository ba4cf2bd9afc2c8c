//! Acceptance tests: whole use-cases from outside. See the files beside this one.
