use super::*;
use crate::log::entry_line;
use crate::signature::SigningKey;

const LOG: &str = "0d6b4f0e-37a5-4a58-9f44-6a1f3c1de001";

#[derive(Clone, Debug, PartialEq)]
struct Kept {
    entry: AuditEntry,
    edge: Vec<u8>,
    signature: Option<Vec<u8>>,
}

/// A log as the application writes it; every third entry carries a signature.
fn log(size: u64, key: Option<&SigningKey>) -> Vec<Kept> {
    let mut rows = Vec::new();
    append(&mut rows, size, key);
    rows
}

fn append(rows: &mut Vec<Kept>, more: u64, key: Option<&SigningKey>) {
    let mut edge = rows.last().map_or(Edge::empty(), |row: &Kept| Edge::from_bytes(row.entry.seq, &row.edge).unwrap());
    for _ in 0..more {
        let seq = edge.size() + 1;
        let entry = entry(seq);
        edge.push(entry_hash(&entry));
        let signs = key.filter(|_| seq.is_multiple_of(3));
        let signature = signs.map(|key| Checkpoint::of(origin(), &edge).sign(key).to_vec());
        rows.push(Kept { entry, edge: edge.to_bytes(), signature });
    }
}

fn entry(seq: u64) -> AuditEntry {
    let (action, object) = match seq {
        1 => ("begin", Some(LOG.to_owned())),
        _ if seq.is_multiple_of(5) => ("settings", None),
        _ => ("open", Some(format!("call {}", seq % 7))),
    };
    AuditEntry {
        seq,
        at_ms: 1_765_540_800_000 + i64::try_from(seq).unwrap() * 1_000,
        user: "ada".to_owned(),
        person: seq.is_multiple_of(2).then(|| "Ada Example".to_owned()),
        action: action.to_owned(),
        object,
        detail: format!(r#"{{"from_ms":{seq}}}"#),
    }
}

fn origin() -> Origin {
    Origin(Uuid::parse_str(LOG).unwrap())
}

fn checked(rows: &[Kept], key: Option<&SigningKey>, outside: &[Checkpoint]) -> Checked {
    let mut checker = Checker::new(key.map(SigningKey::public), outside.to_vec());
    for row in rows {
        checker.push(&row.entry, &row.edge, row.signature.as_deref());
    }
    checker.finish()
}

fn found(rows: &[Kept], key: Option<&SigningKey>, outside: &[Checkpoint]) -> Vec<(Option<u64>, Fault)> {
    checked(rows, key, outside).problems.into_iter().map(|problem| (problem.seq, problem.fault)).collect()
}

fn checkpoint(rows: &[Kept], size: usize) -> Checkpoint {
    let row = &rows[size - 1];
    Checkpoint::of(origin(), &Edge::from_bytes(row.entry.seq, &row.edge).unwrap())
}

/// Appends what is kept anew from this row on, as someone would who knows how the log is made but has no key.
fn rehash(rows: &mut [Kept], from: usize) {
    let mut edge = match from {
        0 => Edge::empty(),
        _ => Edge::from_bytes(from as u64, &rows[from - 1].edge).unwrap(),
    };
    for row in &mut rows[from..] {
        edge.push(entry_hash(&row.entry));
        row.edge = edge.to_bytes();
    }
}

type Change = fn(&mut AuditEntry);

/// Every way to change one thing an entry says.
fn changes() -> Vec<(&'static str, Change)> {
    vec![
        ("time", |entry| entry.at_ms += 1),
        ("user", |entry| entry.user.push('x')),
        ("person gone", |entry| entry.person = None),
        ("person", |entry| entry.person = Some("Bob".to_owned())),
        ("person empty", |entry| entry.person = Some(String::new())),
        ("action", |entry| entry.action = "play".to_owned()),
        ("object", |entry| entry.object = Some("another".to_owned())),
        ("object gone", |entry| entry.object = None),
        ("facts", |entry| entry.detail = r#"{"from_ms":0}"#.to_owned()),
        ("facts, only a space", |entry| entry.detail = entry.detail.replace(':', ": ")),
    ]
}

#[test]
fn a_whole_log_has_no_problems() {
    let key = SigningKey::generate().unwrap();
    let rows = log(300, Some(&key));
    let outside = [1, 2, 64, 299, 300].map(|size| checkpoint(&rows, size));
    for key in [None, Some(&key)] {
        let checked = checked(&rows, key, &outside);
        assert_eq!((checked.problems, checked.remarks), (vec![], vec![]));
        assert_eq!((checked.entries, checked.signed, checked.checkpoint), (300, 100, Some(outside[4])));
    }
    assert_eq!(checked(&[], None, &[]).problems, []);
}

#[test]
fn a_changed_entry_is_named_alone_whatever_was_changed() {
    let key = SigningKey::generate().unwrap();
    let rows = log(130, Some(&key));
    for (what, change) in changes() {
        for place in (0..20).chain([31, 32, 62, 63, 64, 65, 126, 127, 128, 129]) {
            let mut rows = rows.clone();
            let seq = rows[place].entry.seq;
            change(&mut rows[place].entry);
            if rows[place].entry == entry(seq) {
                continue;
            }
            for key in [None, Some(&key)] {
                let mut found = found(&rows, key, &[]);
                found.retain(|(_, fault)| !matches!(fault, Fault::NotBegun | Fault::Signature { .. }) || place != 0);
                assert_eq!(found, [(Some(seq), Fault::Changed)], "{what} of {seq}");
            }
        }
    }
}

#[test]
fn changed_hashes_are_told_from_a_changed_entry() {
    let rows = log(130, None);
    for place in 0..rows.len() - 1 {
        let seq = rows[place].entry.seq;
        for byte in [0, 31, rows[place].edge.len() - 1] {
            let mut rows = rows.clone();
            rows[place].edge[byte] ^= 1;
            assert_eq!(found(&rows, None, &[]), [(Some(seq), Fault::EdgeChanged)], "byte {byte} of {seq}");
        }
        for edge in [vec![], vec![7], rows[place.saturating_sub(1)].edge.clone(), rows[129 - place].edge.clone()] {
            let mut rows = rows.clone();
            if rows[place].edge == edge {
                continue;
            }
            rows[place].edge = edge;
            assert_eq!(found(&rows, None, &[]), [(Some(seq), Fault::EdgeChanged)], "edge of {seq}");
        }
    }
}

#[test]
fn the_last_entry_is_named_too_and_its_signature_tells_what_of_it_was_changed() {
    let key = SigningKey::generate().unwrap();
    let mut rows = log(129, Some(&key));
    rows[128].edge[40] ^= 1;
    assert_eq!(found(&rows, Some(&key), &[])[0], (Some(129), Fault::EdgeChanged));
    let mut rows = log(129, Some(&key));
    rows[128].entry.user.clear();
    assert_eq!(found(&rows, Some(&key), &[]), [(Some(129), Fault::Changed)]);
}

#[test]
fn several_altered_entries_are_each_named() {
    let mut rows = log(300, None);
    for place in [9, 10, 11, 63, 64, 200, 298] {
        rows[place].entry.action = "sync".to_owned();
    }
    rows[100].edge[0] ^= 1;
    rows[101].edge[0] ^= 2;
    let named: Vec<_> = found(&rows, None, &[]).into_iter().map(|(seq, fault)| (seq.unwrap(), fault)).collect();
    let changed = |seq| (seq, Fault::Changed);
    assert_eq!(
        named,
        [
            changed(10),
            changed(11),
            changed(12),
            changed(64),
            changed(65),
            (101, Fault::EdgeChanged),
            (102, Fault::EdgeChanged),
            changed(201),
            changed(299)
        ]
    );
}

#[test]
fn a_missing_entry_or_several_are_named_and_the_rest_is_still_checked() {
    let rows = log(130, None);
    for first in (1..20).chain([30, 31, 32, 62, 63, 64, 65, 126, 127, 128]) {
        for count in [1, 2, 7] {
            let mut rows = rows.clone();
            rows.drain(first..(first + count).min(129));
            let until = (first + count).min(129) as u64;
            let missing = (Some(first as u64 + 1), Fault::Missing { until, renumbered: false });
            let mut expected = vec![missing];
            assert_eq!(found(&rows, None, &[]), expected, "{first} to {until}");
            if until + 8 < 129 {
                let last = rows.len() - 2;
                rows[last].entry.user = "eve".to_owned();
                expected.push((Some(129), Fault::Changed));
                assert_eq!(found(&rows, None, &[]), expected);
            }
        }
    }
}

#[test]
fn the_first_entry_gone_is_seen() {
    let rows = log(40, None);
    let found = found(&rows[1..], None, &[]);
    assert!(found.contains(&(Some(1), Fault::Missing { until: 1, renumbered: false })), "{found:?}");
    assert!(found.contains(&(Some(2), Fault::NotBegun)), "{found:?}");
}

#[test]
fn entries_that_swapped_their_text_are_both_named() {
    let rows = log(130, None);
    for (one, other) in [(2, 3), (10, 11), (5, 90), (31, 32), (63, 64), (20, 127)] {
        let mut rows = rows.clone();
        let (a, b) = (rows[one].entry.clone(), rows[other].entry.clone());
        rows[one].entry = AuditEntry { seq: a.seq, ..b.clone() };
        rows[other].entry = AuditEntry { seq: b.seq, ..a.clone() };
        let named = [(Some(a.seq), Fault::Changed), (Some(b.seq), Fault::Changed)];
        assert_eq!(found(&rows, None, &[]), named, "{one} and {other}");
    }
}

#[test]
fn entries_that_swapped_their_places_with_all_that_is_kept_are_both_named() {
    let rows = log(130, None);
    for (one, other) in [(10, 12), (5, 90), (33, 64), (20, 127), (40, 45)] {
        let mut rows = rows.clone();
        rows.swap(one, other);
        for place in [one, other] {
            rows[place].entry.seq = place as u64 + 1;
        }
        let named: Vec<_> = found(&rows, None, &[]).into_iter().filter_map(|(seq, _)| seq).collect();
        assert_eq!(named, [one as u64 + 1, other as u64 + 1], "{one} and {other}");
    }
}

#[test]
fn rows_that_come_twice_or_out_of_order_are_named() {
    let rows = log(130, None);
    let mut twice = rows.clone();
    twice.insert(50, rows[49].clone());
    assert_eq!(found(&twice, None, &[]), [(Some(50), Fault::OutOfOrder)]);
    let mut moved = rows.clone();
    moved.swap(70, 71);
    let found = found(&moved, None, &[]);
    assert!(found.contains(&(Some(71), Fault::OutOfOrder)), "{found:?}");
    assert!(found.iter().all(|(seq, _)| *seq == Some(71)), "{found:?}");
}

#[test]
fn an_inserted_entry_is_named_and_not_all_those_after_it() {
    let rows = log(130, None);
    for place in [1, 2, 7, 8, 63, 64, 100] {
        let mut rows = rows.clone();
        let mut inserted = rows[place].clone();
        inserted.entry.user = "eve".to_owned();
        rows.insert(place, inserted);
        for (seq, row) in (1..).zip(&mut rows) {
            row.entry.seq = seq;
        }
        assert_eq!(found(&rows, None, &[]), [(Some(place as u64 + 1), Fault::Inserted)], "{place}");
    }
}

#[test]
fn a_removed_entry_is_named_even_if_those_after_it_were_renumbered() {
    let rows = log(130, None);
    for place in [1, 2, 7, 8, 63, 64, 100] {
        let mut rows = rows.clone();
        rows.remove(place);
        for (seq, row) in (1..).zip(&mut rows) {
            row.entry.seq = seq;
        }
        let seq = place as u64 + 1;
        assert_eq!(found(&rows, None, &[]), [(Some(seq), Fault::Missing { until: seq, renumbered: true })], "{place}");
    }
}

#[test]
fn several_removed_at_one_place_are_named_even_if_those_after_them_were_renumbered() {
    let rows = log(400, None);
    for (place, count) in [(1, 2), (2, 3), (7, 10), (8, 10), (63, 64), (64, 9), (100, 200), (101, 255), (256, 17)] {
        let mut rows = rows.clone();
        rows.drain(place..place + count);
        for (seq, row) in (1..).zip(&mut rows) {
            row.entry.seq = seq;
        }
        let (seq, until) = (place as u64 + 1, (place + count) as u64);
        assert_eq!(
            found(&rows, None, &[]),
            [(Some(seq), Fault::Missing { until, renumbered: true })],
            "{place}, {count}"
        );
    }
}

#[test]
fn a_wrong_signature_names_its_entry() {
    let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let rows = log(60, Some(&key));
    let foreign = checkpoint(&rows, 30).sign(&other).to_vec();
    for signature in [foreign, vec![0; 64], vec![1], rows[26].signature.clone().unwrap()] {
        let mut rows = rows.clone();
        rows[29].signature = Some(signature);
        assert_eq!(found(&rows, Some(&key), &[]), [(Some(30), Fault::Signature { until: None })]);
        assert_eq!(found(&rows, None, &[]), [], "without the key nobody can tell");
    }
}

#[test]
fn a_log_rewritten_without_the_key_is_seen_by_its_signatures_and_from_outside() {
    let key = SigningKey::generate().unwrap();
    let rows = log(60, Some(&key));
    let outside = [20, 40, 60].map(|size| checkpoint(&rows, size));
    let mut rewritten = rows.clone();
    rewritten[30].entry.user = "eve".to_owned();
    rehash(&mut rewritten, 30);
    assert_eq!(found(&rewritten, None, &[]), [], "the hashes alone cannot tell");
    assert_eq!(found(&rewritten, Some(&key), &[]), [(Some(33), Fault::Signature { until: Some(60) })]);
    let rewritten_between = |from, until| (None, Fault::Rewritten { from, until });
    assert_eq!(found(&rewritten, None, &outside), [rewritten_between(21, 40), rewritten_between(41, 60)]);
}

#[test]
fn a_log_cut_off_is_seen_from_outside_only() {
    let rows = log(60, None);
    let outside = checkpoint(&rows, 50);
    for size in 1..=60_usize {
        let expected = match 50_u64.saturating_sub(size as u64) {
            0 => vec![],
            missing => vec![(None, Fault::Truncated { size: 50, missing })],
        };
        assert_eq!(found(&rows[..size], None, &[outside]), expected, "{size}");
        assert_eq!(found(&rows[..size], None, &[]), []);
    }
    assert!(!checked(&[], None, &[outside]).problems.is_empty());
}

#[test]
fn a_checkpoint_of_another_log_says_so() {
    let rows = log(9, None);
    let other = Checkpoint { origin: Origin(Uuid::nil()), ..checkpoint(&rows, 9) };
    assert_eq!(found(&rows, None, &[other]), [(None, Fault::OtherLog { origin: other.origin })]);
}

#[test]
fn facts_that_are_no_object_and_times_that_cannot_be_are_named_even_if_they_were_hashed() {
    let mut rows = log(9, None);
    rows[4].entry.detail = "{\"a\":1}\n".to_owned();
    rows[5].entry.detail = "[]".to_owned();
    rows[6].entry.at_ms = i64::MAX;
    rehash(&mut rows, 4);
    let expected = [(Some(5), Fault::Detail), (Some(6), Fault::Detail), (Some(7), Fault::Time)];
    assert_eq!(found(&rows, None, &[]), expected);
}

#[test]
fn a_clock_set_back_is_a_remark() {
    let mut rows = log(9, None);
    rows[4].entry.at_ms -= 100_000;
    rehash(&mut rows, 4);
    let checked = checked(&rows, None, &[]);
    assert_eq!(checked.problems, []);
    assert_eq!(checked.remarks, [Problem { seq: Some(5), fault: Fault::Backwards }]);
}

#[test]
fn whatever_is_done_to_a_log_it_is_never_called_whole() {
    let key = SigningKey::generate().unwrap();
    let rows = log(80, Some(&key));
    let mut random = Random(7);
    for round in 0..400 {
        let mut altered = rows.clone();
        for _ in 0..=random.below(4) {
            alter(&mut altered, &mut random);
        }
        let outside = [checkpoint(&rows, 80)];
        // What is cut off at the end needs the checkpoint from outside.
        if altered != rows {
            assert!(!found(&altered, Some(&key), &outside).is_empty(), "round {round}");
        }
    }
}

#[test]
fn ten_thousand_entries_with_each_kind_of_alteration_are_checked_quickly() {
    let rows = log(10_000, None);
    let mut altered = rows.clone();
    altered[4_999].entry.user = "eve".to_owned();
    altered[5_999].edge[3] ^= 1;
    altered.remove(7_000);
    let expected = [
        (Some(5_000), Fault::Changed),
        (Some(6_000), Fault::EdgeChanged),
        (Some(7_001), Fault::Missing { until: 7_001, renumbered: false }),
    ];
    assert_eq!(found(&altered, None, &[checkpoint(&rows, 10_000)]), expected);
}

/// A small generator, so that a failing round can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

fn alter(rows: &mut Vec<Kept>, random: &mut Random) {
    let (place, other) = (random.below(rows.len().max(1)), random.below(rows.len().max(1)));
    if rows.is_empty() {
        return;
    }
    match random.below(9) {
        0 => {
            let changes = changes();
            changes[random.below(changes.len())].1(&mut rows[place].entry);
        }
        1 => {
            let byte = random.below(32);
            rows[place].edge[byte] ^= 1 << random.below(8);
        }
        2 => rows[place].edge = rows[other].edge.clone(),
        3 => rows.swap(place, other),
        4 => drop(rows.remove(place)),
        5 => rows.insert(place, rows[other].clone()),
        6 => rows[place].entry.seq = other as u64 * 3,
        7 => rows.truncate(place.max(1)),
        _ => rows[place].signature = Some(vec![3; 64]),
    }
}

#[test]
fn a_log_in_which_nothing_fits_is_named_entry_by_entry() {
    let mut rows = log(300, None);
    rows.iter_mut().skip(1).for_each(|row| row.entry.user = "eve".to_owned());
    let expected: Vec<_> = (2..=300).map(|seq| (Some(seq), Fault::Changed)).collect();
    assert_eq!(found(&rows, None, &[]), expected);
}

#[test]
fn problems_are_told_in_words() {
    let told = |seq, fault| Problem { seq, fault }.to_string();
    assert_eq!(told(Some(7), Fault::Changed), "entry 7 was changed after it was written");
    let missing = |until, renumbered| Fault::Missing { until, renumbered };
    assert_eq!(told(Some(7), missing(9, false)), "entries 7 to 9 are missing");
    assert_eq!(told(Some(7), missing(7, true)), "entry 7 is missing, and those after were renumbered");
    assert!(
        entry_line(&entry(1)).starts_with(r#"{"seq":1,"at":"2025-12-12T12:00:01.000Z","user":"ada","person":null,"#)
    );
}
