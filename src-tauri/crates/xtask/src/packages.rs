//! What the operating system must have installed, and installing it where that is one apt command.

use crate::step::{self, Outcome};

/// To compile: the webview (it brings GTK, libsoup and D-Bus), sound, OpenSSL's libcrypto for SQLCipher, CMake for libopus.
pub const BUILD: &[&str] =
    &["build-essential", "pkg-config", "cmake", "libwebkit2gtk-4.1-dev", "libasound2-dev", "libssl-dev"];

/// To run the window where there is no display and no sound card, and to take its picture.
pub const HEADLESS: &[&str] =
    &["xvfb", "xauth", "dbus", "imagemagick", "pulseaudio", "pulseaudio-utils", "fonts-dejavu-core"];

/// To drive the real window in tests.
pub const DRIVER: &[&str] = &["webkit2gtk-driver"];

/// To have other people's programs read our exports.
pub const PROOF: &[&str] = &["minisign", "openssl", "unzip", "python3", "python3-venv"];

/// Sees to it that packages are installed: by apt on Debian and its relatives, by naming them elsewhere.
pub fn require(lists: &[&[&str]]) -> Outcome {
    if !cfg!(target_os = "linux") {
        println!("{}", elsewhere());
        return Ok(());
    }
    if !step::exists("dpkg-query", "--version") {
        println!("This is not Debian or Ubuntu, so nothing is installed for you.\n{}", elsewhere());
        return Ok(());
    }
    let missing: Vec<&str> = lists.concat().into_iter().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    step::heading(&format!("installing {} system packages: {}", missing.len(), missing.join(" ")));
    install(&missing)
}

fn installed(package: &str) -> bool {
    let mut query = step::command("dpkg-query", ["--show", "--showformat", "${db:Status-Status}", package]);
    step::answer(&mut query).is_some_and(|status| status == "installed")
}

fn install(missing: &[&str]) -> Outcome {
    let root = step::answer(&mut step::command("id", ["-u"])).is_some_and(|id| id == "0");
    if !root {
        if !step::exists("sudo", "--version") {
            return Err(format!("there is no sudo here; run as root: apt-get install {}", missing.join(" ")));
        }
        println!("apt needs root, so sudo may ask for your password.");
    }
    let elevated = |arguments: &[&str]| {
        let apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "--quiet"];
        let words: Vec<&str> =
            ["sudo"].into_iter().skip(usize::from(root)).chain(apt).chain(arguments.iter().copied()).collect();
        step::run(&mut step::command(words[0], words[1..].iter().copied()))
    };
    elevated(&["update"])?;
    let mut install = vec!["install", "--no-install-recommends"];
    install.extend(missing);
    elevated(&install)
}

/// The same needs in the words of other systems.
fn elsewhere() -> &'static str {
    if cfg!(target_os = "macos") {
        "Turnstone needs Apple's command line tools (xcode-select --install) and CMake (brew install cmake)."
    } else if cfg!(windows) {
        "Turnstone needs the Visual Studio C++ build tools, CMake, WebView2 (part of Windows 11), and OpenSSL with OPENSSL_DIR\n\
         naming its folder."
    } else {
        "Turnstone needs these; install what is missing:\n\
         Fedora: dnf install gcc-c++ cmake pkgconf webkit2gtk4.1-devel alsa-lib-devel openssl-devel\n\
         Arch:   pacman -S base-devel cmake webkit2gtk-4.1 alsa-lib openssl\n\
         With no display also: Xvfb, xauth, dbus, ImageMagick, PulseAudio with its utilities, DejaVu fonts.\n\
         For the tests in the real window also: WebKitWebDriver.\n\
         For the proof of exports also: minisign, openssl, unzip, Python 3.10 or newer with venv."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_package_is_asked_for_twice() {
        let mut all = [BUILD, HEADLESS, DRIVER, PROOF].concat();
        all.sort_unstable();
        let before = all.len();
        all.dedup();
        assert_eq!(all.len(), before, "a package in two lists would be explained to the user twice");
    }

    #[test]
    fn a_package_nobody_has_is_not_installed() {
        assert!(!installed("turnstone-no-such-package"), "an unknown package must be reported as missing");
    }
}
