use proptest::prelude::*;

use super::super::naming::Part;
use super::super::pairing::{Member, pair};
use super::*;
use crate::tree::Found;

#[test]
fn what_did_not_change_is_not_read() {
    let now = tree(&[("a/x.wav", 1), ("a/x.json", 2)]);
    let before = inventory_of(&now);
    assert_eq!(compare(&before, &now), Plan { unchanged: 1, ..Plan::default() });
}

#[test]
fn a_sidecar_that_arrives_later_changes_its_call() {
    let before = inventory_of(&tree(&[("a/x.wav", 1)]));
    let plan = compare(&before, &tree(&[("a/x.wav", 1), ("a/x.json", 2)]));
    assert_eq!(plan.read, [reading("a/x", "a/x", None)]);
}

#[test]
fn a_moved_file_keeps_its_call_and_its_old_place_is_free_for_another() {
    let before = inventory_of(&tree(&[("a/x.wav", 1)]));
    let moved = tree(&[("b/y.wav", 1)]);
    let plan = compare(&before, &moved);
    assert_eq!((plan.read, plan.gone), (vec![reading("b/y", "a/x", Some("a/x"))], vec![]));

    let mut after = inventory_of(&moved);
    after.entries.get_mut("b/y").unwrap().remote_id = "a/x".into();
    let plan = compare(&after, &tree(&[("b/y.wav", 1), ("a/x.wav", 7)]));
    assert_eq!(plan.read, [reading("a/x", "a/x~2", None)], "two calls never share a name");
}

#[test]
fn of_two_equal_files_that_moved_each_keeps_its_own_name() {
    let before = inventory_of(&tree(&[("a/x.wav", 1), ("a/y.wav", 1)]));
    let plan = compare(&before, &tree(&[("b/y.wav", 1), ("c/x.wav", 1)]));
    assert_eq!(plan.read, [reading("b/y", "a/y", Some("a/y")), reading("c/x", "a/x", Some("a/x"))]);
}

#[test]
fn a_copy_is_a_new_call() {
    let before = inventory_of(&tree(&[("a/x.wav", 1)]));
    let plan = compare(&before, &tree(&[("a/x.wav", 1), ("b/x.wav", 1)]));
    assert_eq!((plan.unchanged, plan.read), (1, vec![reading("b/x", "b/x", None)]));
}

#[test]
fn a_transcript_whose_recording_arrives_in_the_folder_beside_it_stays_the_same_call() {
    let before = inventory_of(&tree(&[("transcripts/x.json", 1)]));
    let plan = compare(&before, &tree(&[("transcripts/x.json", 1), ("recordings/x.wav", 2)]));
    assert_eq!(plan.read, [reading("recordings/x", "transcripts/x", Some("transcripts/x"))]);
    assert_eq!(plan.gone, [] as [String; 0]);
}

#[test]
fn what_cannot_be_seen_now_is_not_gone() {
    let before = inventory_of(&tree(&[("a/x.wav", 1), ("b/y.wav", 2), ("bb/z.wav", 3)]));
    let hidden = ["b".to_owned()];
    let plan = plan(&before, &tree(&[("a/x.wav", 1)]), &hidden, &mut |_| None);
    assert_eq!((plan.unchanged, plan.gone), (2, vec!["bb/z".to_owned()]));
}

#[test]
fn a_group_that_is_being_written_waits_and_is_neither_gone_nor_read() {
    let before = inventory_of(&tree(&[("a/x.wav", 1), ("a/y.wav", 2)]));
    let mut now = tree(&[("a/x.wav", 3), ("a/new.wav", 2)]);
    now.values_mut().flat_map(|group| &mut group.files).for_each(|member| member.settling = true);
    let plan = compare(&before, &now);
    assert_eq!((plan.waiting.len(), plan.unchanged), (2, 2), "y may be what new.wav is becoming");
    assert_eq!((plan.read, plan.gone), (vec![], vec![]));
}

/// A tree of recordings and sidecars; a file's content is a number, which is also its size and time.
fn tree(files: &[(&str, u8)]) -> BTreeMap<String, Group> {
    let member = |(path, content): &(&str, u8)| Member {
        part: if path.ends_with(".wav") { Part::Audio } else { Part::Sidecar },
        file: Found { path: (*path).to_owned(), size: u64::from(*content % 3), modified_ns: i64::from(*content) },
        settling: false,
    };
    pair(&files.iter().map(member).collect::<Vec<_>>(), &BTreeMap::new())
}

fn inventory_of(tree: &BTreeMap<String, Group>) -> Inventory {
    let entry = |(key, group): (&String, &Group)| {
        let fingerprint = group.files.first().map(|member| member.file.modified_ns.to_string());
        let entry = Entry { remote_id: key.clone(), files: stamps(group), fingerprint, is_call: true, claims: vec![] };
        (key.clone(), entry)
    };
    Inventory { entries: tree.iter().map(entry).collect(), ..Inventory::default() }
}

fn compare(before: &Inventory, now: &BTreeMap<String, Group>) -> Plan {
    plan(before, now, &[], &mut |path| print_of(now, path))
}

fn print_of(now: &BTreeMap<String, Group>, path: &str) -> Option<String> {
    let mut files = now.values().flat_map(|group| &group.files);
    files.find(|member| member.file.path == path).map(|member| member.file.modified_ns.to_string())
}

fn reading(key: &str, remote_id: &str, was: Option<&str>) -> Reading {
    Reading { key: key.into(), remote_id: remote_id.into(), was: was.map(str::to_owned) }
}

/// Does what a plan says, as the walk would.
fn apply(before: &Inventory, now: &BTreeMap<String, Group>, plan: &Plan) -> Inventory {
    let mut after = before.clone();
    let fresh = inventory_of(now);
    for reading in &plan.read {
        if let Some(was) = &reading.was {
            after.entries.remove(was);
        }
        let entry = Entry { remote_id: reading.remote_id.clone(), ..fresh.entries[&reading.key].clone() };
        after.keep(&reading.key, entry);
    }
    plan.gone.iter().for_each(|key| drop(after.forget(key)));
    after
}

fn some_tree() -> impl Strategy<Value = BTreeMap<String, Group>> {
    let file = ("[ab]/[xyz]\\.(wav|json)", 1u8..6);
    prop::collection::btree_map(file.0, file.1, 0..8).prop_map(|files| {
        let files: Vec<(&str, u8)> = files.iter().map(|(path, content)| (path.as_str(), *content)).collect();
        tree(&files)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_of_trees_keeps_names_apart_and_ends_in_rest(trees in prop::collection::vec(some_tree(), 1..5)) {
        let mut inventory = Inventory::default();
        for now in &trees {
            let plan = compare(&inventory, now);
            let known: Vec<&String> = inventory.entries.keys().collect();
            for key in &plan.gone {
                prop_assert!(known.contains(&key), "only what was known can be gone");
                prop_assert!(!now.contains_key(key), "what is there is not gone");
            }
            let after = apply(&inventory, now, &plan);
            prop_assert!(after.entries.keys().eq(now.keys()), "afterwards exactly what is there is known");
            let names: HashSet<&String> = after.entries.values().map(|entry| &entry.remote_id).collect();
            prop_assert_eq!(names.len(), after.entries.len(), "two calls never share a name");
            prop_assert_eq!(
                compare(&after, now),
                Plan { unchanged: now.len() as u64, ..Plan::default() },
                "a second look at the same tree finds nothing to do"
            );
            inventory = after;
        }
    }

    #[test]
    fn a_folder_moved_as_a_whole_loses_no_call(files in prop::collection::btree_map("[xyz]", 1u8..6, 1..4)) {
        let at = |folder: &str| -> BTreeMap<String, Group> {
            let paths: Vec<(String, u8)> = files.iter().map(|(name, c)| (format!("{folder}/{name}.wav"), *c)).collect();
            tree(&paths.iter().map(|(path, c)| (path.as_str(), *c)).collect::<Vec<_>>())
        };
        let plan = compare(&inventory_of(&at("old")), &at("new/deep"));
        prop_assert_eq!(plan.gone.len(), 0);
        for reading in &plan.read {
            let name = reading.key.rsplit('/').next().unwrap();
            prop_assert_eq!(reading.remote_id.clone(), format!("old/{name}"));
        }
    }
}
