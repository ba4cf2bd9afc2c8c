use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::AuditEntry;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::bag::hex;
use crate::signature::{PublicKey, SigningKey};

/// The eight leaves of Certificate Transparency's reference tests.
const LEAVES: [&[u8]; 8] = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"];

/// The roots over none, one, two, … of them.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Paths by index and size.
const PATHS: [(u64, usize, &[&str]); 5] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn edge_over(leaves: &[Hash]) -> Edge {
    leaves.iter().fold(Edge::empty(), |mut edge, leaf| {
        edge.push(*leaf);
        edge
    })
}

fn numbered(size: usize) -> Vec<Hash> {
    (0..size).map(|n| leaf_hash(format!("leaf {n}").as_bytes())).collect()
}

/// RFC 6962, 2.1 word for word: split at the largest power of two below the size.
fn recursive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Edge::empty().root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            tree::node_hash(&recursive_root(left), &recursive_root(right))
        }
    }
}

/// RFC 6962, 2.1.1 word for word.
fn recursive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut path, beside) = if index < middle {
        (recursive_path(index, left), right)
    } else {
        (recursive_path(index - middle, right), left)
    };
    path.push(recursive_root(beside));
    path
}

#[test]
fn roots_and_paths_are_those_of_certificate_transparency() {
    let leaves = LEAVES.map(leaf_hash);
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(hex(&edge_over(&leaves[..size]).root()), *root, "{size} leaves");
    }
    for (index, size, expected) in PATHS {
        let mut paths = Paths::new();
        for (place, leaf) in (0..).zip(&leaves[..size]) {
            paths.push(*leaf, place == index);
        }
        let found = paths.finish();
        let path: Vec<_> = found.paths[0].1.iter().map(|hash| hex(hash)).collect();
        assert_eq!(path, expected, "leaf {index} of {size}");
        assert_eq!(hex(&found.root.unwrap()), ROOTS[size]);
    }
}

#[test]
fn roots_and_paths_are_those_of_the_definition_at_every_size() {
    for size in 1..=140 {
        let leaves = numbered(size);
        let root = recursive_root(&leaves);
        assert_eq!(edge_over(&leaves).root(), root);
        let mut paths = Paths::new();
        leaves.iter().for_each(|leaf| paths.push(*leaf, true));
        for (index, (place, path)) in paths.finish().paths.into_iter().enumerate() {
            assert_eq!((place, &path), (index as u64, &recursive_path(index, &leaves)));
            let proves = |leaf: &Hash, index, path: &[Hash]| verify_inclusion(leaf, index, size as u64, path, &root);
            assert!(proves(&leaves[index], place, &path));
            assert!(!proves(&leaves[(index + 1) % size], place, &path) || size == 1);
            assert!(!proves(&leaves[index], place + 1, &path) && !proves(&leaves[index], u64::MAX, &path));
            assert!(!proves(&leaves[index], place, &[path.clone(), vec![root]].concat()));
            assert!(path.is_empty() || !proves(&leaves[index], place, &path[1..]));
        }
    }
}

#[test]
fn only_what_is_wanted_gets_a_path() {
    let leaves = numbered(1_000);
    let mut paths = Paths::new();
    (0..).zip(&leaves).for_each(|(index, leaf)| paths.push(*leaf, [3, 511, 512, 999].contains(&index)));
    let found = paths.finish();
    assert_eq!(found.paths.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [3, 511, 512, 999]);
    for (index, path) in &found.paths {
        assert!(verify_inclusion(&leaves[*index as usize], *index, 1_000, path, &recursive_root(&leaves)));
    }
    let nothing = FoundPaths { size: 0, root: None, paths: vec![] };
    assert_eq!(Paths::new().finish(), nothing);
}

#[test]
fn an_edge_comes_back_from_its_bytes_and_goes_on_from_there() {
    let leaves = numbered(70);
    for size in 0..=70 {
        let edge = edge_over(&leaves[..size]);
        let bytes = edge.to_bytes();
        let again = Edge::from_bytes(size as u64, &bytes).unwrap();
        assert_eq!(again, edge);
        let mut on = again;
        leaves[size..].iter().for_each(|leaf| on.push(*leaf));
        assert_eq!(on.root(), recursive_root(&leaves));
        assert!(Edge::from_bytes(size as u64, &[&bytes[..], &[0; 32]].concat()).is_err());
        assert!(Edge::from_bytes(size as u64, &[&bytes[..], &[0]].concat()).is_err());
        assert!(edge.may_precede(&edge_over(&leaves)));
    }
}

fn entry(detail: &str) -> AuditEntry {
    AuditEntry {
        seq: 12,
        at_ms: 1_765_540_800_005,
        user: "ada \"\\\n\u{1}ü\u{2028}".to_owned(),
        person: None,
        action: "open".to_owned(),
        object: Some("</script>".to_owned()),
        detail: detail.to_owned(),
    }
}

#[test]
fn the_line_of_an_entry_is_canonical_json() {
    let line = entry_line(&entry(r#"{"a": 1}"#));
    let expected = "{\"seq\":12,\"at\":\"2025-12-12T12:00:00.005Z\",\"user\":\"ada \\\"\\\\\\n\\u0001ü\u{2028}\",\
                    \"person\":null,\"action\":\"open\",\"object\":\"</script>\",\"detail\":{\"a\": 1}}";
    assert_eq!(line, expected);
    let read: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(read["user"], entry("").user);
    assert!(!line.contains('\n'));
}

#[test]
fn facts_become_an_object_on_one_line() {
    let facts = json!({"z": 1, "a\n": ["x\n", null], "b": {"c": "\u{7f}"}});
    let text = detail_text(facts.as_object().unwrap());
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), facts);
    assert!(is_detail(&text) && is_detail(&detail_text(&serde_json::Map::new())));
    for text in ["", "[]", "null", "{\"a\":1", "{}\n", "{\n}", "{} {}", "{\"a\":1}}"] {
        assert!(!is_detail(text), "{text:?}");
    }
}

fn checkpoint() -> Checkpoint {
    let origin = Origin(Uuid::parse_str("0d6b4f0e-37a5-4a58-9f44-6a1f3c1de001").unwrap());
    Checkpoint { origin, size: 20_852_163, root: leaf_hash(b"root") }
}

#[test]
fn a_note_is_that_of_the_reference_implementation() {
    // The example key and note of golang.org/x/mod/sumdb/note.
    let public = STANDARD.decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
    let seed = STANDARD.decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap();
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let signed = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    let key = SigningKey::parse(&minisign_key(&seed[1..], &public[1..])).unwrap();
    assert_eq!(hex(&note::key_id("PeterNeumann", &key.public())), "c74f20a3");
    let written = note::with_signature(text, "PeterNeumann", &key.public(), &key.sign(text.as_bytes()));
    assert_eq!(written, format!("{text}\n\u{2014} PeterNeumann {signed}\n"));
    let (read, signatures) = note::parse(&written).unwrap();
    assert_eq!((read, signatures[0].name.as_str()), (text, "PeterNeumann"));
    assert!(key.public().verify(read.as_bytes(), signatures[0].bytes[..].try_into().unwrap()));
}

/// An Ed25519 key as minisign keeps it.
fn minisign_key(seed: &[u8], public: &[u8]) -> String {
    STANDARD.encode([b"Ed\0\0B2", &[0; 48][..], &[7; 8], seed, public, &[0; 32]].concat())
}

#[test]
fn a_checkpoint_comes_back_from_its_note() {
    let key = SigningKey::generate().unwrap();
    let text = checkpoint().text();
    assert!(text.starts_with("turnstone/0d6b4f0e-37a5-4a58-9f44-6a1f3c1de001\n20852163\n") && text.len() > 90);
    let note = checkpoint().note(&key);
    assert!(note.starts_with(&format!("{text}\n\u{2014} turnstone/0d6b4f0e-37a5-4a58-9f44-6a1f3c1de001 ")));
    let read = CheckpointNote::parse(&note).unwrap();
    assert_eq!(read.checkpoint, checkpoint());
    assert_eq!(read.signed_by(&key.public()), Signed::Valid);
    assert_eq!(read.signed_by(&SigningKey::generate().unwrap().public()), Signed::Absent);
    assert_eq!(checkpoint().note_with(&key.public(), &checkpoint().sign(&key)), note);
    let bare = CheckpointNote::parse(&text).unwrap();
    assert_eq!((bare.checkpoint, bare.signed_by(&key.public())), (checkpoint(), Signed::Absent));
}

#[test]
fn a_changed_checkpoint_is_not_believed() {
    let key = SigningKey::generate().unwrap();
    let note = checkpoint().note(&key);
    let larger = CheckpointNote::parse(&note.replace("20852163", "20852164")).unwrap();
    assert_eq!(larger.signed_by(&key.public()), Signed::Wrong);
    let witness = format!("{note}\u{2014} example.com/witness AAAAAAAA\n");
    assert_eq!(CheckpointNote::parse(&witness).unwrap().signed_by(&key.public()), Signed::Valid);
    let text = checkpoint().text();
    let spoilt = [
        String::new(),
        text.replace("turnstone/", "turnstone/{") + "\n",
        text.replace("20852163", "020852163"),
        text.replace("20852163", "+20852163"),
        text.replace("0d6b4f0e-", "0D6B4F0E-"),
        text.replace('=', ""),
        text.replace('\n', "\r\n"),
        text.trim_end().to_owned(),
        text.clone() + "more\n",
        note.replace('\u{2014}', "-"),
        note.trim_end().to_owned(),
        note.replace("\n\n", "\n\n\n"),
        note.replace(" turnstone", " turn+stone"),
    ];
    for spoilt in spoilt {
        assert_eq!(CheckpointNote::parse(&spoilt), Err(InvalidCheckpoint), "{spoilt:?}");
    }
}

#[test]
fn a_public_key_is_enough_to_check_a_checkpoint() {
    let key = SigningKey::generate().unwrap();
    let public = PublicKey::parse(&key.public().text()).unwrap();
    assert!(checkpoint().is_signed(&public, &checkpoint().sign(&key)));
}
