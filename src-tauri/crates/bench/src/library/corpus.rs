//! Invented calls: 60,000 pseudo-words with Zipf frequencies, 13.5 words a turn and 30 turns a call on average.

use model::{Call, CallRecord, Direction, Moment, Party, Role, Timing, Transcript, Turn};

use crate::figures::Seed;

const WORDS: u64 = 60_000;
const ZIPF_EXPONENT: f64 = 1.07;
const ZIPF_SHIFT: f64 = 2.7;
const TWO_YEARS_MS: u64 = 730 * 86_400_000;
/// 2024-01-01T00:00:00Z.
const FIRST_MS: i64 = 1_704_067_200_000;

/// The vocabulary and how many calls there are; every call is made from its number alone.
pub struct Corpus {
    pub calls: u64,
    /// Commonest first.
    pub words: Vec<String>,
    cumulated: Vec<f64>,
}

impl Corpus {
    pub fn new(calls: u64) -> Self {
        let mut seed = Seed(7);
        let mut seen = std::collections::HashSet::new();
        let mut words = Vec::new();
        while words.len() < WORDS as usize {
            let word = pseudo_word(&mut seed);
            if seen.insert(word.clone()) {
                words.push(word);
            }
        }
        let mut sum = 0.0;
        let weight = |rank: usize| 1.0 / (rank as f64 + 1.0 + ZIPF_SHIFT).powf(ZIPF_EXPONENT);
        let cumulated = (0..words.len())
            .map(|rank| {
                sum += weight(rank);
                sum
            })
            .collect();
        Self { calls, words, cumulated }
    }

    pub fn call(&self, number: u64) -> CallRecord {
        let mut seed = Seed(number.wrapping_mul(0x9E37_79B9) ^ 0xCA11);
        let mut record = bare_call(number, &mut seed);
        let turns = 1 + seed.below(59);
        let turn = |at: u64| {
            let words = 1 + seed.below(26);
            let text: Vec<&str> = (0..words).map(|_| self.word(&mut seed)).collect();
            let is_agent = at.is_multiple_of(2);
            Turn {
                speaker: Some(if is_agent { "Agent" } else { "Caller" }.into()),
                role: Some(if is_agent { Role::Agent } else { Role::Customer }),
                text: text.join(" "),
                start_ms: Some(at as i64 * 5_000),
                end_ms: Some(at as i64 * 5_000 + 4_500),
                timing: Timing::Source,
                ..Turn::default()
            }
        };
        let turns = (0..turns).map(turn).collect();
        record.transcript = Some(Transcript { turns, ..Transcript::default() });
        record
    }

    fn word(&self, seed: &mut Seed) -> &str {
        let total = self.cumulated.last().copied().unwrap_or(1.0);
        let share = seed.share() * total;
        let rank = self.cumulated.partition_point(|&sum| sum < share);
        &self.words[rank.min(self.words.len() - 1)]
    }
}

/// A call without turns.
pub fn bare_call(number: u64, seed: &mut Seed) -> CallRecord {
    let party = |number: u64| Some(Party::from_number(format!("+1512{number:07}")));
    CallRecord {
        remote_id: format!("call-{number}"),
        call: Call {
            started_at: Some(Moment::from_utc_ms(FIRST_MS + seed.below(TWO_YEARS_MS) as i64)),
            duration_ms: Some(10_000 + seed.below(600_000) as i64),
            direction: Some(if seed.below(2) == 0 { Direction::Inbound } else { Direction::Outbound }),
            from: party(seed.below(10_000_000)),
            to: party(5_550_143),
            agent: Some(format!("Agent {}", seed.below(40))),
            status: Some("completed".into()),
            ..Call::default()
        },
        ..CallRecord::default()
    }
}

fn pseudo_word(seed: &mut Seed) -> String {
    const ONSETS: [&str; 16] = ["b", "br", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v"];
    const VOWELS: [&str; 6] = ["a", "e", "i", "o", "u", "ea"];
    let pick = |seed: &mut Seed, from: &[&'static str]| from[seed.below(from.len() as u64) as usize];
    let mut word = String::new();
    for _ in 0..2 + seed.below(3) {
        word.push_str(pick(seed, &ONSETS));
        word.push_str(pick(seed, &VOWELS));
    }
    word.push_str(pick(seed, &ONSETS));
    word
}
