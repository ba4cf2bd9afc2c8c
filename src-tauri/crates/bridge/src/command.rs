//! Makes the dispatcher, the client's command list and the handlers' trait from the one list in `api.rs`.

/// Declares the commands: `name(Arguments) -> Answer;`, each with its documentation.
macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident($args:ty) -> $answer:ty;)*) => {
        /// The room behind each doorway: one method per command.
        pub trait Handlers {
            $($(#[doc = $doc])* fn $name(&self, args: $args) -> Result<$answer, app::Fault>;)*
        }

        /// Calls the handler named `command` with JSON arguments and gives its answer as JSON.
        pub fn dispatch(
            handlers: &impl Handlers,
            command: &str,
            args: serde_json::Value,
        ) -> Result<serde_json::Value, app::Fault> {
            match command {
                $(stringify!($name) => {
                    let args: $args = serde_json::from_value(args).map_err(|cause| $crate::bad_arguments(command, &cause))?;
                    let answer: $answer = handlers.$name(args)?;
                    serde_json::to_value(answer).map_err(|cause| $crate::bad_arguments(command, &cause))
                })*
                _ => Err($crate::unknown_command(command)),
            }
        }

        /// Every command with its documentation, arguments and answer, for the TypeScript client.
        pub(crate) fn described(ts: &ts_rs::Config) -> Vec<$crate::typescript::Described> {
            vec![$($crate::typescript::Described {
                name: stringify!($name),
                docs: &[$($doc),*],
                args: <$args as ts_rs::TS>::name(ts),
                answer: <$answer as ts_rs::TS>::name(ts),
            }),*]
        }

        /// Collects every type that the commands mention.
        pub(crate) fn collect(into: &mut $crate::typescript::Declarations) {
            $(into.add::<$args>(); into.add::<$answer>();)*
            into.add::<Event>();
        }
    };
}
pub(crate) use commands;
