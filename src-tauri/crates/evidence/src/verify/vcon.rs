use std::io::BufReader;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::{Inspection, VerifyError};
use crate::bag::DATA;
use crate::manifest::is_safe;

/// What a vCon says about its audio; all else, such as audio that lies within, is passed over unread.
#[derive(Deserialize)]
struct Vcon {
    #[serde(default)]
    dialog: Vec<Dialog>,
}

#[derive(Deserialize)]
struct Dialog {
    filename: Option<String>,
    content_hash: Option<ContentHash>,
    body: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ContentHash {
    One(String),
    Several(Vec<String>),
}

/// Compares the hashes in the vCons with the audio files beside them.
pub(super) fn check(inspection: &mut Inspection<'_>) -> Result<(), VerifyError> {
    let bag = inspection.bag;
    for path in bag.files.keys().filter(|path| path.starts_with(DATA) && path.ends_with(".vcon.json")) {
        inspection.cancel.check()?;
        let Ok(from) = bag.read(path) else { continue };
        let Ok(vcon) = serde_json::from_reader::<_, Vcon>(BufReader::with_capacity(64 * 1024, from)) else {
            inspection.problem(path, "is no vCon that can be read");
            continue;
        };
        for dialog in vcon.dialog {
            check_dialog(inspection, path, &dialog)?;
        }
    }
    Ok(())
}

fn check_dialog(inspection: &mut Inspection<'_>, vcon: &str, dialog: &Dialog) -> Result<(), VerifyError> {
    let (Some(name), Some(hash)) = (&dialog.filename, &dialog.content_hash) else { return Ok(()) };
    let folder = vcon.rfind('/').map_or("", |at| &vcon[..=at]);
    let audio = format!("{folder}{name}");
    if !is_safe(name) || !inspection.bag.files.contains_key(&audio) {
        if dialog.body.is_none() {
            inspection.problem(vcon, "names a file that is not beside it");
        }
        return Ok(());
    }
    let Some(sha512) = inspection.see(&audio)?.and_then(|seen| seen.sha512) else { return Ok(()) };
    let expected = format!("sha512-{}", URL_SAFE_NO_PAD.encode(sha512));
    let fits = match hash {
        ContentHash::One(hash) => *hash == expected,
        ContentHash::Several(hashes) => hashes.contains(&expected),
    };
    if !fits {
        inspection.problem(&audio, format!("does not have the hash that {vcon} has of it"));
    }
    Ok(())
}
