use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{AuditEntry, Cancel};
use tempfile::TempDir;
use uuid::Uuid;

use crate::SigningKey;
use crate::bag::{Bag, BagInfo, Form};
use crate::log::{Excerpt, Origin};
use crate::zip::ZipWriter;

/// Where the call of the specimen lies.
pub(super) const CALL: &str = "calls/20251112T160200Z-1a2b3c4d5e6f";

/// An export with all that there is to check, and where it lies.
pub(super) struct Specimen {
    pub(super) place: TempDir,
    pub(super) path: PathBuf,
}

impl Specimen {
    pub(super) fn new(form: Form) -> Self {
        Self::with(form, true)
    }

    pub(super) fn with(form: Form, signed: bool) -> Self {
        let place = TempDir::new().unwrap();
        let key = SigningKey::generate().unwrap();
        let mut bag = Bag::begin(place.path(), "export", form, 1000).unwrap();
        fill(&mut bag);
        add_log(&mut bag, &key);
        let mut info = BagInfo::new();
        info.add("Bagging-Date", "2026-11-21");
        info.add("Turnstone-Export-Version", "1");
        let sealed = bag.seal(&info, signed.then_some(&key)).unwrap();
        let path = sealed.verify(&Cancel::new(), &|_, _| {}).unwrap().publish().unwrap();
        Self { place, path }
    }

    /// The folder as a zip file, written as Turnstone would.
    pub(super) fn zipped(&self) -> PathBuf {
        let path = self.place.path().join("export.zip");
        let mut zip = ZipWriter::create(&path, "export").unwrap();
        let mut files = Vec::new();
        collect(&self.path, &self.path, &mut files);
        files.sort();
        for name in files {
            zip.open(&name).unwrap();
            zip.write(&fs::read(self.path.join(&name)).unwrap()).unwrap();
            zip.close().unwrap();
        }
        zip.finish().unwrap();
        path
    }
}

fn fill(bag: &mut Bag) {
    let cancel = Cancel::new();
    let first = bag.add(&format!("{CALL}/audio-1.mp3"), &mut b"first audio bytes".as_slice(), &cancel).unwrap();
    bag.add(&format!("{CALL}/audio-2.mp3"), &mut b"other audio bytes".as_slice(), &cancel).unwrap();
    let hash = URL_SAFE_NO_PAD.encode(first.sha512);
    let vcon = format!(r#"{{"vcon":"0.4.0","dialog":[{{"filename":"audio-1.mp3","content_hash":"sha512-{hash}"}}]}}"#);
    bag.add(&format!("{CALL}/call.vcon.json"), &mut vcon.as_bytes(), &cancel).unwrap();
    bag.add("index.csv", &mut b"call\r\n".as_slice(), &cancel).unwrap();
    bag.add_tag("README.txt", b"Read me.\n").unwrap();
}

fn add_log(bag: &mut Bag, key: &SigningKey) {
    let (mut entries, mut proofs) = (Vec::new(), Vec::new());
    let mut excerpt = Excerpt::new(&mut entries);
    for seq in 1..=7 {
        let entry = AuditEntry {
            seq,
            at_ms: 1_762_963_320_000,
            user: "auditor".to_owned(),
            person: None,
            action: "open".to_owned(),
            object: None,
            detail: "{}".to_owned(),
        };
        excerpt.push(&entry, seq % 3 == 0).unwrap();
    }
    let checkpoint = excerpt.finish(Origin(Uuid::from_u128(7)), &mut proofs).unwrap();
    bag.add_tag("log/checkpoint", checkpoint.note(key).as_bytes()).unwrap();
    bag.add_tag("log/entries.jsonl", &entries).unwrap();
    bag.add_tag("log/proofs.jsonl", &proofs).unwrap();
    bag.add_tag("log/access.csv", b"seq\r\n").unwrap();
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.push(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
}
