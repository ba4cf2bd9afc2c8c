//! How to check an export with standard tools, and what that proves.

use super::{Facts, Text};

pub(super) fn write(facts: &Facts<'_>, text: &mut Text) {
    if !facts.is_bag {
        text.heading("How to check it");
        text.prose(
            "These are plain files without manifests: nothing here shows whether they were changed. An export as a bag can \
             be checked.",
        );
        return;
    }
    text.heading("How to check it");
    text.prose("This is a bag (BagIt 1.0, RFC 8493). No program of ours is needed. In this folder:");
    text.command("sha512sum -c manifest-sha512.txt");
    text.command("sha512sum -c tagmanifest-sha512.txt");
    text.command("bagit.py --validate .");
    if facts.fingerprint.is_some() {
        text.command("minisign -Vm tagmanifest-sha512.txt -p signing-key.pub");
    }
    text.end();
    text.prose(
        "The first compares every file below data/ with its hash, the second the manifests and the other files, this one \
         included. Neither notices a file that was added; bagit.py does. Turnstone checks all of it at once: \
         `turnstone verify` and this folder, or drop it into the window.",
    );
    text.prose(
        "One hash stands for all of it: the SHA-512 of tagmanifest-sha512.txt. It cannot stand in this file, which it \
         covers. It was shown when the export was made, and the exporter's audit log keeps it with the entry `seal`. Ask the \
         exporter for it on another way than the one on which these files came, and compare:",
    );
    text.command("sha512sum tagmanifest-sha512.txt");
    text.end();
    signature(facts.fingerprint, text);
    if let Some(origin) = facts.log_origin {
        log(origin, facts.fingerprint.is_some(), text);
    }
}

fn signature(fingerprint: Option<&str>, text: &mut Text) {
    text.heading("What a signature proves");
    let Some(fingerprint) = fingerprint else {
        text.prose(
            "This export is not signed: the machine had no keychain to keep a key in, or no key was used. The hashes show \
             damage, and they show changes to whoever knows the one hash above from elsewhere. Otherwise somebody who \
             changes a file can make the hashes anew.",
        );
        return;
    };
    text.fact("Signing key", fingerprint);
    text.end();
    text.prose(
        "The signature says that whoever holds the secret key of signing-key.pub signed exactly these hashes. It proves \
         something about a person only if you know on another way that this key is theirs: compare the fingerprint with the \
         one the exporter reads to you, from Settings or from an earlier export. The key came with these files, so on its own \
         it proves nothing about who made them.",
    );
    text.prose(
        "It says nothing about what happened before: whether the recordings are genuine, whether the transcript is what was \
         said, or whether all calls were exported. Its date is the exporter's clock's, not a witness's.",
    );
}

fn log(origin: &str, is_signed: bool, text: &mut Text) {
    text.heading("The access log");
    text.fact("Log", origin);
    text.end();
    text.file("log/access.csv", "who did what with these calls, when and why, for people");
    text.file("log/entries.jsonl", "the same, one entry on each line, as it was hashed");
    text.file("log/proofs.jsonl", "for each of those lines, the proof that it is in the log");
    text.file("log/checkpoint", "the size and the root hash of the whole log at that moment");
    text.end();
    text.prose(
        "An entry is checked as RFC 6962 says: its leaf is the SHA-256 of a zero byte and the line without its line feed. \
         Going up the `path` of its proof, a pair is joined as the SHA-256 of a one byte, the left hash and the right hash; \
         on which side a hash stands follows from `index` and from the size in the checkpoint (its second line). What comes \
         out must be the root, in base64 on the third line. `turnstone verify` does this for every entry.",
    );
    let signed = if is_signed { "The checkpoint is a signed note (C2SP) by the same key. " } else { "" };
    text.prose(&format!(
        "{signed}Keep it: a later checkpoint of the same log must contain this one, so entries that were changed or removed \
         afterwards come to light. It does not show what was never written into the log, and whoever owns the machine, the \
         database and the key could have written another log before this checkpoint was given away."
    ));
}
