//! A bridge server over HTTP and Twilio itself, asked over real connections.

#[path = "twilio_servers/bridge.rs"]
mod bridge;
#[path = "twilio_servers/damaged.rs"]
mod damaged;
#[path = "twilio_servers/twilio.rs"]
mod twilio;
#[path = "twilio_servers/walked.rs"]
mod walked;
