//! Being offline: by the user's switch, or because this machine has no network.

use std::time::Duration;

use crate::event::AppEvent;
use crate::fault::Fault;
use crate::open::App;

/// How often the machine is looked at for a network.
const LOOK: Duration = Duration::from_secs(5);

/// Whether anything may be asked over the network, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkState {
    /// The user's switch.
    pub offline: bool,
    /// There is no network now; servers on this machine can be asked all the same.
    pub away: bool,
}

const SETTING: &str = "offline";

impl App {
    /// Whether the network may be used.
    pub fn network(&self) -> NetworkState {
        NetworkState { offline: self.inner.network.is_switched_off(), away: self.inner.network.is_away() }
    }

    /// The user's switch. Once this returns nothing is asked over the network any more, or whatever was waiting for the
    /// network goes on; the window remembers the switch.
    pub fn set_offline(&self, offline: bool) -> Result<NetworkState, Fault> {
        self.inner.network.set_off(offline);
        let value = if offline { "yes" } else { "no" };
        self.inner.library.write(move |writer| writer.set_setting(SETTING, Some(value)))?;
        self.network_changed();
        Ok(self.network())
    }

    /// In the window: takes the switch as it was left, and watches whether there is a network.
    pub(crate) fn start_network(&self) -> Result<(), Fault> {
        if self.inner.library.reader()?.setting(SETTING)?.as_deref() == Some("yes") {
            self.inner.network.set_off(true);
        }
        self.inner.network.set_away(!there_is_a_network());
        let inner = std::sync::Arc::downgrade(&self.inner);
        std::thread::spawn(move || {
            while let Some(inner) = inner.upgrade() {
                let app = Self { inner };
                if app.inner.network.set_away(!there_is_a_network()) {
                    app.network_changed();
                }
                drop(app);
                std::thread::park_timeout(LOOK);
            }
        });
        Ok(())
    }

    fn network_changed(&self) {
        self.tell(&AppEvent::NetworkChanged);
        if !self.inner.network.is_off() {
            self.look_at_all();
        }
    }
}

/// Whether any interface but the machine's own has an address that leads somewhere. Where the system does not tell, there
/// is one.
fn there_is_a_network() -> bool {
    let leads_somewhere = |interface: &if_addrs::Interface| !interface.is_loopback() && !interface.is_link_local();
    if_addrs::get_if_addrs().map_or(true, |all| all.iter().any(leads_somewhere))
}
