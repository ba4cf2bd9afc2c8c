use uuid::Uuid;

use super::*;
use crate::signature::SigningKey;

struct Exported {
    checkpoint: Checkpoint,
    entries: String,
    proofs: String,
}

fn entry(seq: u64) -> AuditEntry {
    AuditEntry {
        seq,
        at_ms: i64::try_from(seq).unwrap() * 1_000,
        user: "ada".to_owned(),
        person: None,
        action: "open".to_owned(),
        object: Some(format!("call {}", seq % 5)),
        detail: "{}".to_owned(),
    }
}

fn export(size: u64, wanted: &[u64]) -> Exported {
    let (mut entries, mut proofs) = (Vec::new(), Vec::new());
    let mut excerpt = Excerpt::new(&mut entries);
    for seq in 1..=size {
        excerpt.push(&entry(seq), wanted.contains(&seq)).unwrap();
    }
    let checkpoint = excerpt.finish(Origin(Uuid::nil()), &mut proofs).unwrap();
    Exported { checkpoint, entries: String::from_utf8(entries).unwrap(), proofs: String::from_utf8(proofs).unwrap() }
}

fn check(note: &str, entries: &str, proofs: &str, key: Option<&PublicKey>) -> Vec<(Option<u64>, Fault)> {
    let problems = check_exported(note, entries.as_bytes(), proofs.as_bytes(), key);
    problems.into_iter().map(|problem| (problem.seq, problem.fault)).collect()
}

#[test]
fn what_is_exported_checks_with_and_without_a_key() {
    let key = SigningKey::generate().unwrap();
    for (size, wanted) in [(1, &[1][..]), (100, &[1, 64, 65, 99, 100]), (77, &[]), (77, &[77])] {
        let exported = export(size, wanted);
        assert_eq!(exported.entries.lines().count(), wanted.len());
        assert_eq!(
            check(&exported.checkpoint.note(&key), &exported.entries, &exported.proofs, Some(&key.public())),
            []
        );
        assert_eq!(check(&exported.checkpoint.text(), &exported.entries, &exported.proofs, None), []);
    }
}

#[test]
fn the_files_look_as_they_are_documented() {
    let exported = export(3, &[2]);
    let hashes = [1, 2, 3].map(|seq| hex(&leaf_hash(entry_line(&entry(seq)).as_bytes())));
    assert_eq!(exported.entries, entry_line(&entry(2)) + "\n");
    let [one, two, three] = hashes;
    assert_eq!(exported.proofs, format!("{{\"index\":1,\"leaf\":\"{two}\",\"path\":[\"{one}\",\"{three}\"]}}\n"));
    assert_eq!((exported.checkpoint.size, exported.checkpoint.origin), (3, Origin(Uuid::nil())));
}

#[test]
fn every_changed_byte_of_an_exported_entry_names_it() {
    let exported = export(40, &[7, 30]);
    let note = exported.checkpoint.text();
    for place in 0..exported.entries.len() {
        let mut changed = exported.entries.clone().into_bytes();
        changed[place] = if changed[place] == b'1' { b'2' } else { b'1' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(!check(&note, &changed, &exported.proofs, None).is_empty(), "{changed}");
    }
    let changed = exported.entries.replacen("ada", "eve", 1);
    assert_eq!(check(&note, &changed, &exported.proofs, None), [(Some(7), Fault::NotProven)]);
}

#[test]
fn every_changed_digit_of_a_proof_names_its_entry() {
    let exported = export(40, &[7, 30]);
    let note = exported.checkpoint.text();
    for (place, byte) in exported.proofs.bytes().enumerate() {
        let mut changed = exported.proofs.clone().into_bytes();
        changed[place] = if byte == b'1' { b'2' } else { b'1' };
        let changed = String::from_utf8(changed).unwrap();
        let line = if place < exported.proofs.find('\n').unwrap() { Some(7) } else { Some(30) };
        let found = check(&note, &exported.entries, &changed, None);
        assert!(found.iter().any(|(seq, _)| *seq == line) || byte == b'\n' && !found.is_empty(), "{place}: {found:?}");
    }
}

#[test]
fn lines_that_are_gone_swapped_or_too_many_are_named() {
    let Exported { checkpoint, entries, proofs } = export(40, &[7, 8, 30]);
    let note = checkpoint.text();
    let swap = |text: &str| {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.swap(0, 1);
        lines.concat()
    };
    let without_last = |text: &str| text.split_inclusive('\n').take(2).collect::<String>();
    assert_eq!(check(&note, &swap(&entries), &swap(&proofs), None), [(Some(7), Fault::OutOfOrder)]);
    let not_proven = |seq| (Some(seq), Fault::NotProven);
    assert_eq!(check(&note, &swap(&entries), &proofs, None), [not_proven(8), not_proven(7)]);
    assert_eq!(check(&note, &without_last(&entries), &proofs, None), [(None, Fault::MoreProofs)]);
    assert_eq!(check(&note, &entries, &without_last(&proofs), None), [(Some(30), Fault::DamagedProof { line: 3 })]);
    let torn = &entries[..entries.len() - 1];
    assert_eq!(check(&note, torn, &proofs, None)[0], (None, Fault::DamagedEntry { line: 3 }));
    assert_eq!(check(&note, "not JSON\n", "{}\n", None), [(None, Fault::DamagedEntry { line: 1 })]);
    assert_eq!(check("no note", &entries, &proofs, None), [(None, Fault::NoCheckpoint)]);
}

#[test]
fn an_unsigned_or_foreign_checkpoint_is_noticed_where_a_key_is_known() {
    let key = SigningKey::generate().unwrap();
    let Exported { checkpoint, entries, proofs } = export(9, &[3]);
    let other = SigningKey::generate().unwrap();
    for note in [checkpoint.text(), checkpoint.note(&other)] {
        assert_eq!(check(&note, &entries, &proofs, Some(&key.public())), [(None, Fault::NotSigned)]);
    }
    let wrong = checkpoint.note_with(&key.public(), &[5; 64]);
    assert_eq!(check(&wrong, &entries, &proofs, Some(&key.public())), [(None, Fault::WrongNote)]);
}

#[test]
fn a_log_with_a_gap_is_not_exported() {
    let mut excerpt = Excerpt::new(Vec::new());
    excerpt.push(&entry(1), true).unwrap();
    let error = excerpt.push(&entry(3), true).unwrap_err();
    assert!(error.to_string().contains("damaged at entry 2"), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_ends_the_check() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let note = export(9, &[]).checkpoint.text();
    let problems = check_exported(&note, io::BufReader::new(Failing), io::BufReader::new(Failing), None);
    assert_eq!(problems, [Problem { seq: None, fault: Fault::DamagedEntry { line: 1 } }]);
}
