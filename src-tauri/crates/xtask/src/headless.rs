//! A display, a session bus and a sound card for a machine that has none: Xvfb, dbus-run-session and a PulseAudio null sink.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Whether there is a display to open a window on.
pub fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// A command that will find a display and a session bus, both gone when it ends.
pub fn with_display(program: &Path) -> Command {
    let screen = ["--auto-servernum", "--server-args", "-screen 0 1440x900x24", "dbus-run-session", "--"];
    let mut command = crate::step::command("xvfb-run", screen);
    // Without the accessibility bus, whose greetings would fill the terminal.
    command.arg(program).env("NO_AT_BRIDGE", "1");
    command
}

/// A sound server whose only output is heard by this program alone. It ends with this value.
pub struct Speaker {
    runtime: PathBuf,
    server: Child,
    listener: Option<Child>,
}

impl Speaker {
    /// Starts the server with its socket in `runtime`, a folder of this run's own.
    pub fn start(runtime: &Path) -> Result<Self, String> {
        let _ = std::fs::remove_dir_all(runtime);
        std::fs::create_dir_all(runtime).map_err(|error| format!("{}: {error}", runtime.display()))?;
        // The server lets everybody in, but still hangs up on who shows no cookie at all.
        std::fs::write(cookie(runtime), [0_u8; 256]).map_err(|error| format!("{}: {error}", runtime.display()))?;
        let server = quiet("pulseaudio", runtime)
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disallow-exit"])
            .args([
                "--high-priority=no",
                "--realtime=no",
                "-L",
                "module-null-sink sink_name=ear rate=48000 channels=2",
                "-L",
            ])
            .arg(format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket(runtime).display()))
            .spawn()
            .map_err(|error| format!("pulseaudio did not start: {error}"))?;
        let mut speaker = Self { runtime: runtime.to_path_buf(), server, listener: None };
        let answers = || quiet("pactl", runtime).arg("info").status().is_ok_and(|status| status.success());
        if !wait_until(Duration::from_secs(10), answers) {
            speaker.stop();
            return Err("the sound server did not answer within 10 s".to_owned());
        }
        Ok(speaker)
    }

    /// What a program needs in its environment to be heard.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        environment(&self.runtime)
    }

    /// Listens; a message arrives for every tenth of a second in which something is heard.
    pub fn listen(&mut self) -> Result<Receiver<()>, String> {
        let mut listener = quiet("parec", &self.runtime)
            .args(["-d", "ear.monitor", "--rate=8000", "--channels=1", "--format=s16le", "--latency-msec=20", "--raw"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("parec did not start: {error}"))?;
        let (heard, hearing) = channel();
        if let Some(mut sound) = listener.stdout.take() {
            std::thread::spawn(move || {
                let mut tenth = [0_u8; 1600];
                while sound.read_exact(&mut tenth).is_ok() {
                    let loud =
                        tenth.chunks_exact(2).any(|sample| i16::from_le_bytes([sample[0], sample[1]]).abs() > 1000);
                    if loud && heard.send(()).is_err() {
                        break;
                    }
                }
            });
        }
        self.listener = Some(listener);
        Ok(hearing)
    }

    fn stop(&mut self) {
        for child in self.listener.iter_mut().chain([&mut self.server]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.stop();
    }
}

fn environment(runtime: &Path) -> [(&'static str, String); 3] {
    [
        ("XDG_RUNTIME_DIR", runtime.display().to_string()),
        ("PULSE_SERVER", format!("unix:{}", socket(runtime).display())),
        ("PULSE_COOKIE", cookie(runtime).display().to_string()),
    ]
}

fn cookie(runtime: &Path) -> PathBuf {
    runtime.join("cookie")
}

fn socket(runtime: &Path) -> PathBuf {
    runtime.join("sound")
}

fn quiet(program: &str, runtime: &Path) -> Command {
    let mut command = Command::new(program);
    command.envs(environment(runtime)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn wait_until(limit: Duration, ready: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < limit {
        if ready() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}
