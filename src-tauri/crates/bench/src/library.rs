//! Import, search page, counts and list, beside a query in the shape Signal Desktop uses.

mod corpus;
mod ingest;
mod list;
mod queries;
mod signal;

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};

use ::library::{Filter, Library, Query, SearchSort};
use model::Cancel;

use crate::figures::Figures;
use corpus::Corpus;
use queries::Class;

/// What a benchmark gives, or why it could not.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

const PAGE: u32 = 50;
/// Each query runs once unmeasured and then so many times.
const REPEATS: usize = 2;

/// Runs the benchmark as the options say.
pub fn run(options: &[String]) -> Outcome<()> {
    let quick = options.iter().any(|option| option == "--quick");
    let calls = number(options, "--calls")?.unwrap_or(if quick { 5_000 } else { 100_000 });
    let rows = number(options, "--rows")?.unwrap_or(if quick { 20_000 } else { 1_000_000 });
    let corpus = Corpus::new(calls);
    let classes = Class::all(&corpus);
    let dir = tempfile::tempdir()?;
    let library = Library::open(&dir.path().join("library"), None)?;
    println!("SQLite {}, {calls} calls, seed fixed, times in ms as p50/p95", ::library::sqlite_version());

    let rate = ingest::all(&library, &corpus)?;
    let processor = rate.processor.map_or(String::new(), |rate| format!(" ({rate:.0} turns/s of processor time)"));
    println!("import, 500 calls a transaction, in random order of date: {:.0} turns/s{processor}", rate.clock);
    let status = library.reader()?.status()?;
    println!("  {} turns, database {} MB", status.turns, status.bytes >> 20);

    let ours = pages(&library, &classes, SearchSort::Newest)?;
    show("page of the newest 50 hits, rows and highlighting", &classes, &ours);
    show("best within the newest 2,000 calls", &classes, &pages(&library, &classes, SearchSort::Best)?);
    let (during, rate) = while_importing(&library, &corpus, &classes)?;
    show(&format!("page during import at {rate:.0} turns/s"), &classes, &during);
    show("exact count of calls and turns", &classes, &counts(&library, &classes)?);
    let (rate, peer) = signal::run(&dir.path().join("peer.db"), &corpus, &classes)?;
    show(&format!("peer in Signal Desktop's shape (import {rate:.0} turns/s)"), &classes, &peer);
    print!("  peer / page at p50:");
    classes.iter().zip(ours.iter().zip(&peer)).for_each(|(class, (ours, peer))| {
        print!("  {} {:.1}x", class.name, peer.p50() / ours.p50());
    });
    println!();
    let tidied = ingest::tidy(&library)?;
    let after = pages(&library, &classes, SearchSort::Newest)?;
    show(&format!("page after tidying the index ({tidied:.1} s in steps)"), &classes, &after);
    list::run(&library, "the same calls")?;
    drop(library);

    let bare = Library::open(&dir.path().join("bare"), None)?;
    ingest::bare(&bare, rows)?;
    list::run(&bare, &format!("{rows} calls without turns"))?;
    println!("not measured here: tantivy, notmuch, ripgrep; a cold page cache; SQLCipher with a key");
    Ok(())
}

fn show(what: &str, classes: &[Class], figures: &[Figures]) {
    println!("{what}:");
    for (class, figures) in classes.iter().zip(figures) {
        print!("  {} {}", class.name, figures.pair());
    }
    println!();
}

/// Makes a library of so many calls in a directory; how many turns they have and how many megabytes they take.
pub fn make(dir: &std::path::Path, calls: u64) -> Outcome<(u64, u64)> {
    let library = Library::open(dir, None)?;
    ingest::all(&library, &Corpus::new(calls))?;
    ingest::tidy(&library)?;
    let status = library.reader()?.status()?;
    Ok((status.turns, status.bytes >> 20))
}

fn pages(library: &Library, classes: &[Class], sort: SearchSort) -> Outcome<Vec<Figures>> {
    let reader = library.reader()?;
    let mut all = Vec::new();
    for class in classes {
        let mut figures = Figures::default();
        for text in &class.queries {
            for repeat in 0..=REPEATS {
                // Parsing belongs to the page.
                let page = || reader.search(&Query::parse(text), &Filter::default(), sort, None, PAGE);
                if repeat == 0 {
                    page()?
                } else {
                    figures.time(page)?
                };
            }
        }
        all.push(figures);
    }
    Ok(all)
}

/// The same pages while another thread imports calls, and its rate.
fn while_importing(library: &Library, corpus: &Corpus, classes: &[Class]) -> Outcome<(Vec<Figures>, f64)> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let importing = scope.spawn(|| ingest::until(library, corpus, &done).map_err(|error| error.to_string()));
        let figures = pages(library, classes, SearchSort::Newest);
        done.store(true, Ordering::Release);
        let rate = importing.join().map_err(|_| "the import panicked")??;
        Ok((figures?, rate))
    })
}

fn counts(library: &Library, classes: &[Class]) -> Outcome<Vec<Figures>> {
    const COUNTED: usize = 3;
    let reader = library.reader()?;
    let mut all = Vec::new();
    for class in classes {
        let mut figures = Figures::default();
        for text in class.queries.iter().take(COUNTED) {
            figures.time(|| reader.search_count(&Query::parse(text), &Filter::default(), &Cancel::new()))?;
        }
        all.push(figures);
    }
    Ok(all)
}

/// The number that follows an option.
pub fn number(options: &[String], name: &str) -> Outcome<Option<u64>> {
    let Some(at) = options.iter().position(|option| option == name) else { return Ok(None) };
    let value = options.get(at + 1).ok_or_else(|| format!("{name} needs a number"))?;
    Ok(Some(value.parse().map_err(|_| format!("{name} needs a number, not {value}"))?))
}
