//! A program that is killed at any moment leaves a whole library, and the next one goes on where it was.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use app::{App, Filter, Options};
use model::{CallId, Cancel};
use testkit::CallFolder;

use crate::desk::Desk;
use crate::importing::fill;

/// Names the library that the process to be killed works on.
const LIBRARY: &str = "TURNSTONE_TEST_LIBRARY";
const CALLS: u64 = 1_600;

#[test]
fn an_import_that_is_killed_keeps_its_pages_and_the_next_one_brings_in_the_rest_once() {
    for pages in [1, 4, 7] {
        let desk = killed_while("import", CALLS, &|_| {}, pages);
        assert_eq!(desk.app.check_library().unwrap(), [] as [&str; 0], "killed after {pages} pages");
        let kept = desk.app.count_calls(&Filter::default()).unwrap();
        let told = pages as u64 * 200;
        assert!((told..=CALLS).contains(&kept), "what was told to be kept is kept: {kept} of {told}");
        let rest = desk.sync();
        assert_eq!((rest.run.added, rest.run.updated, rest.run.unchanged), (CALLS - kept, 0, kept));
        assert_eq!(desk.sync().run.unchanged, CALLS, "then nothing is left to do");
    }
}

#[test]
fn a_fetch_that_is_killed_leaves_only_whole_files_behind_its_rows() {
    const FEW: u64 = 60;
    let bring_in = |app: &App| {
        let source = app.sources().unwrap().remove(0).id;
        app.sync(source, false, &Cancel::new(), &mut |_| {}).unwrap();
    };
    for files in [1, 20, 40] {
        let desk = killed_while("fetch", FEW, &bring_in, files);
        assert_eq!(desk.app.check_library().unwrap(), [] as [&str; 0], "no row may point at a file that is not whole");
        assert!(desk.app.cache_status().unwrap().files >= files as u64, "what was told to be cached is cached");
        let all: Vec<CallId> = desk.app.calls_with_audio(&Filter::default()).unwrap();
        let totals = desk.app.fetch(&all, 2, &Cancel::new(), &mut |_| {}).unwrap();
        assert_eq!((totals.total, totals.cached), (FEW, FEW));
        assert_eq!(desk.cached_files().len() as u64, FEW, "nothing of the killed program lies about");
        for id in desk.remote_ids() {
            let call = desk.call(&id);
            let file = desk.fetch(call.row.id).file.unwrap();
            let at_source = desk.folder.place(call.recordings[0].record.storage_path.as_deref().unwrap());
            assert!(std::fs::read(file).unwrap() == std::fs::read(at_source).unwrap(), "every copy is exact");
        }
    }
}

/// Not a test by itself: the import that another test starts as a process of its own and kills.
#[test]
fn process_import() {
    let Some(app) = library_of_this_process() else { return };
    let source = app.sources().unwrap().remove(0).id;
    let done = app.sync(source, false, &Cancel::new(), &mut |event| {
        if matches!(event, app::SyncEvent::Progress { .. }) {
            println!("\nstep");
        }
    });
    assert!(done.unwrap().run.complete);
}

/// Not a test by itself: the fetch that another test starts as a process of its own and kills.
#[test]
fn process_fetch() {
    let Some(app) = library_of_this_process() else { return };
    let all = app.calls_with_audio(&Filter::default()).unwrap();
    app.fetch(&all, 2, &Cancel::new(), &mut |_| println!("\nstep")).unwrap();
}

fn library_of_this_process() -> Option<App> {
    let dir = std::env::var_os(LIBRARY)?;
    Some(App::open(Options::to_change(dir.into())).unwrap())
}

/// Has another process work on a folder of calls and kills it after so many steps of its work.
fn killed_while(work: &str, calls: u64, before: &dyn Fn(&App), steps: usize) -> Desk {
    let Desk { app, folder, source, home } = Desk::new();
    fill(&folder, calls);
    before(&app);
    let dir = app.library_dir().to_owned();
    drop(app);
    kill_after(start(work, &dir, &folder), steps);
    Desk { app: App::open(Options::to_change(dir)).unwrap(), folder, source, home }
}

fn start(work: &str, library: &Path, folder: &CallFolder) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", &format!("killed::process_{work}")]);
    command.env(LIBRARY, library).current_dir(folder.path()).stdout(Stdio::piped()).spawn().unwrap()
}

fn kill_after(mut process: Child, steps: usize) {
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let steps_seen = lines.map_while(Result::ok).filter(|line| line == "step").take(steps).count();
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(steps_seen, steps, "the process ended by itself before it was to be killed");
}
