//! Writes `ui/src/bridge/generated.ts` from the list in `api.rs`.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};

use ts_rs::{Config, TS, TypeVisitor};

use crate::api;

/// One command as the client sees it.
pub(crate) struct Described {
    pub name: &'static str,
    pub docs: &'static [&'static str],
    pub args: String,
    pub answer: String,
}

/// The declarations of every type that the commands mention, by name.
#[derive(Default)]
pub(crate) struct Declarations {
    config: Config,
    seen: HashSet<TypeId>,
    by_name: BTreeMap<String, String>,
}

/// The whole generated file.
pub fn client() -> String {
    let mut declarations = Declarations::default();
    api::collect(&mut declarations);
    let mut text = String::from(
        "// Made from src-tauri/crates/bridge/src/api.rs. Do not edit: run `cargo test -p turnstone-bridge` to renew it.\n\n",
    );
    for declaration in declarations.by_name.values() {
        text.push_str(declaration);
        text.push_str("\n\n");
    }
    text.push_str(
        "/** Every command of the application with its arguments and answer. */\nexport interface Commands {\n",
    );
    for command in api::described(&declarations.config) {
        let docs: String = command.docs.concat();
        text.push_str(&format!("  /**{docs} */\n"));
        text.push_str(&format!("  {}: {{ args: {}; answer: {} }};\n", command.name, command.args, command.answer));
    }
    text.push_str("}\n");
    text
}

impl Declarations {
    /// Adds a type and everything it mentions.
    pub(crate) fn add<T: TS + 'static + ?Sized>(&mut self) {
        T::visit_generics(self);
        T::visit_dependencies(self);
        self.visit::<T>();
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() || !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{docs}export {}", T::decl(&self.config));
        self.by_name.insert(T::name(&self.config), declaration);
        T::visit_generics(self);
        T::visit_dependencies(self);
    }
}
