use super::*;

fn shown(text: &str) -> String {
    let query = Query::parse(text);
    query.expression().unwrap_or_default().replace(super::super::said::PHONE, "#")
}

fn note(text: &str) -> bool {
    Query::parse(text).note().is_some()
}

#[test]
fn terms_side_by_side_must_all_occur() {
    assert_eq!(shown("Refund policy"), r#"(("refund") AND ("policy"))"#);
    assert_eq!(shown("a OR b c"), r#"(("a" OR "b") AND ("c"))"#);
    assert_eq!(shown(r#""late delivery" -cancel* ref*"#), r#"(("late delivery") AND ("ref" *)) NOT "cancel" *"#);
    assert_eq!(shown("don’t"), r#"(("don t"))"#);
    assert!(!note("Refund policy -x \"y z\" a OR b"));
}

#[test]
fn telephone_numbers_are_one_term_however_they_are_written() {
    let expected = r##"((("#5125550143")))"##;
    for text in ["512-555-0143", "(512) 555 0143", "5125550143", "512 555 0143", "\"512 555 0143\"", "512.555.0143,"] {
        assert_eq!(shown(text), expected, "{text}");
    }
    assert_eq!(shown("+1 512 555 0143"), r##"((("#15125550143" OR "#5125550143")))"##);
    assert_eq!(shown("call 512 555 0143 now"), r##"(("call") AND (("#5125550143")) AND ("now"))"##);
    assert_eq!(shown("2024 2025"), r#"(("2024") AND ("2025"))"#, "numbers side by side are not one number");
}

#[test]
fn what_cannot_be_parsed_is_plain_words_with_a_note() {
    for text in ["\"late delivery", "a OR", "OR a", "a OR OR b", "-only", "speaker:agent", "speaker: x", "a OR -b"] {
        let query = Query::parse(text);
        assert!(query.note().is_some(), "{text} has a note");
        assert!(
            query.excluded.is_empty() && query.required.iter().all(|alternatives| alternatives.len() == 1),
            "{text} is plain words: {query:?}"
        );
    }
    assert_eq!(shown("\"late delivery"), r#"(("late") AND ("delivery"))"#);
    assert_eq!(Query::parse(" -- ").expression(), None, "nothing is searched for");
    assert!(note("") && note("?!"));
}

#[test]
fn a_speaker_is_a_role_or_a_name() {
    let query = Query::parse(r#"speaker:agent refund speaker:"Sarah Lee" hello"#);
    let speakers: Vec<Speaker> = query.terms().filter_map(|term| term.speaker.clone()).collect();
    assert_eq!(speakers[0].role, Some(Role::Agent));
    assert_eq!(speakers[1].words, ["sarah", "lee"]);
    assert_eq!(
        shown("speaker:agent refund -speaker:agent"),
        r#"(("speaker agent") AND ("refund") AND ("speaker agent"))"#
    );
}

#[test]
fn long_searches_are_limited() {
    let query = Query::parse(&"word ".repeat(5_000));
    assert!(query.terms().count() <= MOST_TERMS && query.note().is_some());
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_search(text in "\\PC{0,60}") {
        let query = Query::parse(&text);
        proptest::prop_assert!(query.required.is_empty() == query.expression().is_none());
    }

    #[test]
    fn any_mixture_of_signs_is_a_search(text in "[a1 \"*()+:.OR’手\u{301}-]{0,40}") {
        let query = Query::parse(&text);
        let _ = query.expression();
    }
}
