use super::*;

// Made by minisign 0.11 with `-G -W`, `-S` and `-S -l` over a file with the text below.
const FILE: &[u8] = b"hello bag\n";
const SECRET: &str = "untrusted comment: minisign encrypted secret key\n\
     RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABWdqEOJXyN0ckNYrX5PEOrFyuJcaP641OIjq0Q3pf/b9W1ID1l1m8HJU3qveh20C7xtUUahr34UjWUhONwyOo4QDuMRULrIvAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
const PUBLIC: &str = "untrusted comment: minisign public key DDC857E2106A6705\n\
     RWQFZ2oQ4lfI3XJU3qveh20C7xtUUahr34UjWUhONwyOo4QDuMRULrIv\n";
const SIGNED: &str = "untrusted comment: signature from minisign secret key\n\
     RUQFZ2oQ4lfI3ZgJ/u22r0ueqXBXNKu/Y9r/45ov5Lx4H1TVqBbSyaHtytBMWXpJq+AiYX5W8RvE0QN51ajYyZTaxfo38HJORgA=\n\
     trusted comment: a comment\n\
     1UEm5kzMPOdpAvjv+0pN2obh3/SoarQLTLA5oAZSiCdwWTqauH/DUm/TLtbKToeU5n/I+AwAq+cXqBqPRXPwCA==\n";
const SIGNED_THE_OLD_WAY: &str = "untrusted comment: signature from minisign secret key\n\
     RWQFZ2oQ4lfI3bskUbNyNcgs7Z4c/NeLZXLq4Bl7bGPlq1rLtS3DVm3ZVuGOFutf5a5WLBAbynbLSqc3msoLKDDdaOIZlj0XIAc=\n\
     trusted comment: old\n\
     /IFrh7JIsvnd4/+rqylXvgxlC7RowAQ4HR0irL96el2ggXb5h+cUj9JIeAZamwP8ZbiACkyBeQKtgiAbBsqpBQ==\n";

#[test]
fn a_key_and_a_signature_made_by_minisign_are_understood() {
    let key = SigningKey::parse(SECRET).unwrap();
    let public = PublicKey::parse(PUBLIC).unwrap();
    assert_eq!(key.public(), public);
    assert_eq!(
        (public.text(), public.base64()),
        (PUBLIC.to_owned(), "RWQFZ2oQ4lfI3XJU3qveh20C7xtUUahr34UjWUhONwyOo4QDuMRULrIv".to_owned())
    );
    assert_eq!(public.verify_file(FILE, SIGNED).unwrap(), "a comment");
    assert_eq!(public.verify_file(FILE, SIGNED_THE_OLD_WAY), Err(SignatureError::Wrong));
    assert_eq!(SigningKey::parse(SECRET.lines().nth(1).unwrap()).unwrap().public(), public);
    assert_eq!(PublicKey::parse(&public.base64()).unwrap(), public);
    assert_eq!(public.fingerprint(), "DDC857E2106A6705 8680 7a58 a612 5f0b 3d04 a54b 5f08 bf77");
}

#[test]
fn a_new_key_comes_back_from_its_text_and_signs_both_ways() {
    let key = SigningKey::generate().unwrap();
    let again = SigningKey::parse(&key.text()).unwrap();
    assert_eq!(again.public(), key.public());
    assert_ne!(SigningKey::generate().unwrap().public(), key.public());
    let signed = again.sign_file(FILE, "export of 3 calls").unwrap();
    assert_eq!(key.public().verify_file(FILE, &signed).unwrap(), "export of 3 calls");
    let plain = again.sign(FILE);
    assert!(key.public().verify(FILE, &plain));
    assert!(!key.public().verify(b"hello bog\n", &plain));
}

#[test]
fn any_changed_character_of_a_signature_is_noticed() {
    let public = PublicKey::parse(PUBLIC).unwrap();
    assert_eq!(public.verify_file(b"hello bog\n", SIGNED), Err(SignatureError::Wrong));
    let untrusted = SIGNED.find('\n').unwrap();
    for place in untrusted + 1..SIGNED.len() - 1 {
        let mut changed = SIGNED.to_owned().into_bytes();
        changed[place] = if changed[place] == b'x' { b'y' } else { b'x' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(public.verify_file(FILE, &changed).is_err(), "{changed}");
    }
}

#[test]
fn a_damaged_signature_is_an_error_and_no_crash() {
    let public = PublicKey::parse(PUBLIC).unwrap();
    for end in 0..SIGNED.len() - 1 {
        assert!(public.verify_file(FILE, &SIGNED[..end]).is_err(), "{end}");
    }
    let lines: Vec<&str> = SIGNED.lines().collect();
    let short = format!("{}\n{}\n{}\nAAAA\n", lines[0], lines[1], lines[2]);
    assert_eq!(public.verify_file(FILE, &short), Err(SignatureError::Malformed));
}

#[test]
fn a_signature_by_another_key_says_so() {
    let signed = SigningKey::generate().unwrap().sign_file(FILE, "mine").unwrap();
    let public = PublicKey::parse(PUBLIC).unwrap();
    assert_eq!(public.verify_file(FILE, &signed), Err(SignatureError::OtherKey));
}

#[test]
fn comments_stay_on_their_line() {
    let key = SigningKey::parse(SECRET).unwrap();
    for comment in ["", "  ", "two\nlines", "a\rb", "a\0b", "a\u{85}b"] {
        assert_eq!(key.sign_file(FILE, comment), Err(SignatureError::Comment), "{comment:?}");
    }
    let signed = key.sign_file(FILE, " Aktenzeichen 12/34 – Köln ").unwrap();
    assert_eq!(signed.lines().count(), 4);
    assert_eq!(key.public().verify_file(FILE, &signed).unwrap(), "Aktenzeichen 12/34 – Köln");
}

#[test]
fn a_secret_key_that_cannot_be_used_says_why() {
    let encrypted = with_byte(SECRET, 2, b'S', b'c');
    assert_eq!(SigningKey::parse(&encrypted).unwrap_err(), SignatureError::Encrypted);
    let other_half = with_byte(SECRET, SEED_AT + 40, 1, 2);
    assert_eq!(SigningKey::parse(&other_half).unwrap_err(), SignatureError::SecretKey);
    let damaged = with_byte(&SigningKey::parse(SECRET).unwrap().text(), CHECKSUM_AT, 1, 2);
    assert_eq!(SigningKey::parse(&damaged).unwrap_err(), SignatureError::SecretKey);
    for text in ["", "\n\n", "untrusted comment: x\n", "RWQ=", PUBLIC, &SECRET[..80], "no key"] {
        assert_eq!(SigningKey::parse(text).unwrap_err(), SignatureError::SecretKey, "{text}");
    }
    for text in ["", "RWQ=", SECRET, "no key", SIGNED] {
        assert_eq!(PublicKey::parse(text).unwrap_err(), SignatureError::PublicKey, "{text}");
    }
}

#[test]
fn a_signing_key_is_not_shown() {
    assert_eq!(format!("{:?}", SigningKey::parse(SECRET).unwrap()), "SigningKey(…)");
}

/// The key file with two of its bytes replaced.
fn with_byte(text: &str, place: usize, one: u8, two: u8) -> String {
    let (comment, key) = text.trim().split_once('\n').unwrap();
    let mut bytes = STANDARD.decode(key).unwrap();
    (bytes[place], bytes[place + 1]) = (one, two);
    format!("{comment}\n{}\n", STANDARD.encode(bytes))
}
