use crate::harmless::one_line;

/// The fields of `bag-info.txt`, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BagInfo {
    fields: Vec<(&'static str, String)>,
}

impl BagInfo {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field. A value stays on its line whatever it holds; one that is empty then is left out.
    pub fn add(&mut self, label: &'static str, value: &str) {
        let value = one_line(value);
        if !value.is_empty() {
            self.fields.push((label, value));
        }
    }

    /// The first value of a field.
    pub fn get(&self, label: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(label)).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> String {
        self.fields.iter().map(|(label, value)| format!("{label}: {value}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_become_a_field_of_its_own() {
        let mut info = BagInfo::new();
        info.add("External-Description", "Case 7\r\nSigning-Key: none\u{2028}x\u{85}y\u{b}z");
        info.add("Contact-Name", " \n ");
        info.add("Internal-Sender-Description", "for\u{202e}gpj.exe");
        let turned = info.get("Internal-Sender-Description");
        assert_eq!(turned, Some("for\u{fffd}gpj.exe"), "nothing turns the direction of what stands beside it");
        assert!(info.text().starts_with("External-Description: Case 7 Signing-Key: none x y z\n"));
        assert_eq!(info.get("Contact-Name"), None);
    }
}
