//! Tells Tauri where the window's capabilities and its one command are, and keeps our SQLite to ourselves.

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    // The window embeds these files; without this line Cargo does not notice that some were added.
    println!("cargo:rerun-if-changed=ui/dist");
    // WebKit links the system's SQLite. Ours must not be exported, or the two would mix inside one process.
    #[cfg(target_os = "linux")]
    println!("cargo:rustc-link-arg=-Wl,--exclude-libs,ALL");
    tauri_build::try_build(
        tauri_build::Attributes::new()
            .capabilities_path_pattern("src-tauri/capabilities/*")
            .app_manifest(tauri_build::AppManifest::new().commands(&["call"])),
    )
    .expect("tauri.conf.json and the capabilities are valid");
}
