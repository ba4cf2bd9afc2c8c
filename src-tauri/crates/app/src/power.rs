//! Whether work costs the user something right now: the battery's charge, or traffic that is paid by volume. Where the
//! system does not tell, nothing is spared.

use std::fs;
use std::path::Path;

/// Where Linux tells about batteries and mains.
const SUPPLIES: &str = "/sys/class/power_supply";

/// Whether to be sparing: the machine runs on its battery, or the connection is paid by volume.
pub(crate) fn is_dear() -> bool {
    cfg!(target_os = "linux") && runs_on_battery(Path::new(SUPPLIES)) || is_metered()
}

/// Whether the system takes the connection for one that is paid by volume. A system that does not answer has none.
#[cfg(target_os = "linux")]
fn is_metered() -> bool {
    const MANAGER: &str = "org.freedesktop.NetworkManager";
    // Known to be, and guessed to be.
    const METERED: [u32; 2] = [1, 3];
    let metered = || -> zbus::Result<u32> {
        let bus = zbus::blocking::Connection::system()?;
        let manager = zbus::blocking::Proxy::new(&bus, MANAGER, "/org/freedesktop/NetworkManager", MANAGER)?;
        manager.get_property("Metered")
    };
    metered().is_ok_and(|metered| METERED.contains(&metered))
}

#[cfg(not(target_os = "linux"))]
fn is_metered() -> bool {
    false
}

/// A machine runs on its battery if it has one that is being emptied and no mains that is plugged in.
fn runs_on_battery(supplies: &Path) -> bool {
    let read = |path: &Path, name: &str| fs::read_to_string(path.join(name)).unwrap_or_default().trim().to_owned();
    let Ok(entries) = fs::read_dir(supplies) else { return false };
    let (mut emptied, mut plugged) = (false, false);
    for supply in entries.flatten().map(|entry| entry.path()) {
        match read(&supply, "type").as_str() {
            "Battery" => emptied |= read(&supply, "status") == "Discharging" && read(&supply, "scope") != "Device",
            "Mains" | "USB" => plugged |= read(&supply, "online") == "1",
            _ => {}
        }
    }
    emptied && !plugged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_runs_on_its_battery_when_that_is_emptied_and_nothing_is_plugged_in() {
        let supplies = tempfile::tempdir().unwrap();
        let write = |supply: &str, name: &str, text: &str| {
            fs::create_dir_all(supplies.path().join(supply)).unwrap();
            fs::write(supplies.path().join(supply).join(name), text).unwrap();
        };
        assert!(!runs_on_battery(supplies.path()), "a machine without a battery");
        write("BAT0", "type", "Battery\n");
        write("BAT0", "status", "Discharging\n");
        write("AC", "type", "Mains\n");
        write("AC", "online", "0\n");
        assert!(runs_on_battery(supplies.path()));
        write("AC", "online", "1\n");
        assert!(!runs_on_battery(supplies.path()), "plugged in");
        write("AC", "online", "0\n");
        write("BAT0", "status", "Full\n");
        write("mouse", "type", "Battery\n");
        write("mouse", "status", "Discharging\n");
        write("mouse", "scope", "Device\n");
        assert!(!runs_on_battery(supplies.path()), "a mouse's battery is not the machine's");
    }
}
