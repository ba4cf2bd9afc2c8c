use std::io::{BufRead, BufReader};

use super::payload::{Algorithm, Listed};
use super::tags::{EXPORT_VERSION, Info};
use super::{Inspection, VerifyError, vcon};
use crate::bag::{BAG_INFO, DATA, OXUM_FIELD, SIGNATURE, SIGNING_KEY, SIGNING_KEY_FIELD};
use crate::{PublicKey, log, manifest};

/// Keys and signatures have a few lines, checkpoints a few more.
const SHORT: u64 = 64 * 1024;
/// The version of exports that is written and understood.
const VERSION: &str = "1";
/// The part of the audit log in an export.
pub(super) const CHECKPOINT: &str = "log/checkpoint";
const ENTRIES: &str = "log/entries.jsonl";
const PROOFS: &str = "log/proofs.jsonl";

/// Checks what Turnstone's exports have besides, and answers with the key that signed this one.
pub(super) fn check(
    inspection: &mut Inspection<'_>,
    info: &Info,
    tag_manifests: &[Listed],
    payload: &[Listed],
) -> Result<Option<PublicKey>, VerifyError> {
    if info.all(EXPORT_VERSION).any(|version| version != VERSION) {
        inspection.problem(BAG_INFO, "says that another version of Turnstone made this, which may have more to check");
    }
    if info.all(OXUM_FIELD).count() != 1 {
        inspection.problem(BAG_INFO, format!("does not have {OXUM_FIELD} once"));
    }
    inspection.take(inspection.bag.foreign.clone());
    check_manifests(inspection, "manifest", payload);
    check_manifests(inspection, "tagmanifest", tag_manifests);
    check_unlisted(inspection, tag_manifests);
    let key = check_signature(inspection, info)?;
    check_log(inspection, key.as_ref())?;
    vcon::check(inspection)?;
    Ok(key)
}

/// Both are there, as they were written.
fn check_manifests(inspection: &mut Inspection<'_>, kind: &str, found: &[Listed]) {
    for (algorithm, word) in [(Algorithm::Sha256, "sha256"), (Algorithm::Sha512, "sha512")] {
        let name = format!("{kind}-{word}.txt");
        match found.iter().find(|manifest| manifest.algorithm == algorithm && manifest.name == name) {
            None if inspection.bag.files.contains_key(&name) => {}
            None => inspection.problem(&name, "is missing"),
            Some(manifest) if !manifest.exact => inspection.problem(&name, "is not written as Turnstone writes it"),
            Some(_) => {}
        }
    }
}

/// Every file beside the payload is in both tag manifests, but for themselves and their signature.
fn check_unlisted(inspection: &mut Inspection<'_>, tag_manifests: &[Listed]) {
    let apart = ["tagmanifest-sha256.txt", "tagmanifest-sha512.txt", SIGNATURE];
    let beside = |path: &&String| !path.starts_with(DATA) && !apart.contains(&path.as_str());
    for path in inspection.bag.files.keys().filter(beside) {
        for manifest in tag_manifests.iter().filter(|manifest| !manifest.content.files.contains_key(path)) {
            inspection.problem(path, format!("is not in {}: it was added, or its line was removed", manifest.name));
        }
    }
    let folders: Vec<&String> = inspection.bag.folders.iter().collect();
    for folder in folders {
        let prefix = format!("{folder}/");
        if folder != "data"
            && !inspection.bag.files.range(prefix.clone()..).next().is_some_and(|(path, _)| path.starts_with(&prefix))
        {
            inspection.problem(folder, "is an empty folder, which no export has");
        }
    }
}

fn check_signature(inspection: &mut Inspection<'_>, info: &Info) -> Result<Option<PublicKey>, VerifyError> {
    let named: Vec<&str> = info.all(SIGNING_KEY_FIELD).collect();
    let fingerprint = match named.as_slice() {
        [] => {
            for path in [SIGNATURE, SIGNING_KEY] {
                if inspection.bag.files.contains_key(path) {
                    inspection.problem(path, "is there, though bag-info.txt says nothing of a signature");
                }
            }
            return Ok(None);
        }
        [fingerprint] => *fingerprint,
        _ => {
            inspection.problem(BAG_INFO, format!("has {SIGNING_KEY_FIELD} more than once"));
            return Ok(None);
        }
    };
    for path in [SIGNATURE, SIGNING_KEY] {
        if !inspection.bag.files.contains_key(path) {
            inspection.problem(path, "is missing, though bag-info.txt says that the export is signed");
        }
    }
    let key = read_text(inspection, SIGNING_KEY)?;
    let signature = read_text(inspection, SIGNATURE)?;
    let tag_manifest = inspection.bytes("tagmanifest-sha512.txt", manifest::LONGEST)?;
    let Some(key) = key else { return Ok(None) };
    let key = match PublicKey::parse(&key) {
        Ok(key) => key,
        Err(error) => {
            inspection.problem(SIGNING_KEY, error.to_string());
            return Ok(None);
        }
    };
    if key.fingerprint() != fingerprint {
        inspection.problem(SIGNING_KEY, "is not the key that bag-info.txt names");
        return Ok(None);
    }
    if key.text() != read_text(inspection, SIGNING_KEY)?.unwrap_or_default() {
        inspection.problem(SIGNING_KEY, "is not written as Turnstone writes it");
    }
    let (Some(signature), Some(tag_manifest)) = (signature, tag_manifest) else { return Ok(None) };
    if !PublicKey::has_own_comment(&signature) {
        inspection.problem(SIGNATURE, "has another untrusted comment than Turnstone writes; nothing signs that line");
    }
    match key.verify_file(&tag_manifest, &signature) {
        Ok(_) => Ok(Some(key)),
        Err(error) => {
            inspection.problem(SIGNATURE, error.to_string());
            Ok(None)
        }
    }
}

/// The entries of the audit log lead to the checkpoint.
fn check_log(inspection: &mut Inspection<'_>, key: Option<&PublicKey>) -> Result<(), VerifyError> {
    let all = [CHECKPOINT, ENTRIES, PROOFS];
    let there = all.map(|path| inspection.bag.files.contains_key(path));
    if there == [false; 3] {
        return Ok(());
    }
    if there != [true; 3] {
        for (path, there) in all.into_iter().zip(there) {
            if !there {
                inspection.problem(path, "is missing from the export's part of the audit log");
            }
        }
        return Ok(());
    }
    let Some(note) = read_text(inspection, CHECKPOINT)? else { return Ok(()) };
    inspection.cancel.check()?;
    let (Some(entries), Some(proofs)) = (lines(inspection, ENTRIES), lines(inspection, PROOFS)) else { return Ok(()) };
    for problem in log::check_exported(&note, entries, proofs, key) {
        let path = match problem.fault {
            log::Fault::NoCheckpoint | log::Fault::NotSigned | log::Fault::WrongNote => CHECKPOINT,
            log::Fault::DamagedProof { .. } | log::Fault::MoreProofs => PROOFS,
            _ => ENTRIES,
        };
        inspection.problem(path, problem.to_string());
    }
    Ok(())
}

fn lines<'a>(inspection: &mut Inspection<'a>, path: &str) -> Option<impl BufRead + use<'a>> {
    match inspection.bag.read(path) {
        Ok(from) => Some(BufReader::new(from)),
        Err(error) => {
            inspection.problem(path, format!("cannot be read: {error}"));
            None
        }
    }
}

fn read_text(inspection: &mut Inspection<'_>, path: &str) -> Result<Option<String>, VerifyError> {
    let Some(bytes) = inspection.bytes(path, SHORT)? else { return Ok(None) };
    let text = String::from_utf8(bytes);
    if text.is_err() {
        inspection.problem(path, "is not text");
    }
    Ok(text.ok())
}
