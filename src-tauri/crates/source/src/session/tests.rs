use std::sync::Barrier;
use std::sync::atomic::AtomicUsize;
use std::thread;

use super::*;
use crate::http::Refusal;
use crate::secret::Secret;

/// Gives `token 1`, `token 2`, … and counts; signing in ends when everybody who is expected is waiting for it.
struct Counting {
    times: AtomicUsize,
    refuses: bool,
}

impl SignIn for Counting {
    fn sign_in(&self, _: Option<&[Credential]>, cancel: &Cancel) -> Result<Vec<Credential>, SourceError> {
        let time = self.times.fetch_add(1, Ordering::SeqCst) + 1;
        // Long enough for the others to come and wait.
        cancel.wait(Duration::from_millis(60))?;
        if self.refuses {
            return Err(SourceError::Credentials("the password is refused".into()));
        }
        Ok(vec![Credential::header("authorization", &Secret::new(format!("token {time}")))])
    }
}

fn session(refuses: bool) -> Session<Counting> {
    Session::new(Counting { times: AtomicUsize::new(0), refuses })
}

fn refusal(status: u16) -> HttpError {
    HttpError::Status(Refusal {
        status,
        body: String::new(),
        headers: Default::default(),
        elsewhere: false,
        at: "calls.example.com/calls".into(),
    })
}

/// What is sent, given the credentials.
fn sent(credentials: &[Credential]) -> String {
    credentials.iter().map(|credential| credential.value().reveal().to_owned()).collect()
}

/// Does this on sixteen threads that begin at the same moment.
fn sixteen<T: Send>(job: impl Fn() -> T + Sync) -> Vec<T> {
    let start = Barrier::new(16);
    let job = || {
        start.wait();
        job()
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..16).map(|_| scope.spawn(job)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn sixteen_who_need_a_session_sign_in_once() {
    let session = session(false);
    let answers = sixteen(|| session.with(&Cancel::new(), |credentials| Ok(sent(credentials))).unwrap());
    assert_eq!(answers, vec!["token 1"; 16]);
    assert_eq!(session.how().times.load(Ordering::SeqCst), 1);
}

#[test]
fn sixteen_whose_session_ran_out_renew_it_once() {
    let session = session(false);
    session.with(&Cancel::new(), |_| Ok(())).unwrap();
    let all_refused = Barrier::new(16);
    let answers = sixteen(|| {
        session.with(&Cancel::new(), |credentials| match sent(credentials).as_str() {
            "token 1" => {
                all_refused.wait();
                Err(refusal(401))
            }
            renewed => Ok(renewed.to_owned()),
        })
    });
    assert!(answers.into_iter().all(|answer| answer.unwrap() == "token 2"));
    assert_eq!(session.how().times.load(Ordering::SeqCst), 2);
}

#[test]
fn a_renewed_session_that_is_refused_too_is_an_error_and_not_renewed_again() {
    let session = session(false);
    let error = session.with(&Cancel::new(), |_| Err::<(), _>(refusal(401))).unwrap_err();
    assert!(matches!(error, SessionError::Http(HttpError::Status(refusal)) if refusal.status == 401));
    assert_eq!(session.how().times.load(Ordering::SeqCst), 2);
}

#[test]
fn other_refusals_renew_nothing() {
    let session = session(false);
    session.with(&Cancel::new(), |_| Err::<(), _>(refusal(403))).unwrap_err();
    assert_eq!(session.how().times.load(Ordering::SeqCst), 1);
}

#[test]
fn a_password_that_is_refused_is_not_tried_once_for_everybody_who_waited() {
    let session = session(true);
    let answers = sixteen(|| session.with(&Cancel::new(), |_| Ok(())).unwrap_err());
    assert!(answers.iter().all(|error| error.to_string() == "the password is refused"));
    let times = session.how().times.load(Ordering::SeqCst);
    assert!(times < 4, "signed in {times} times");
}

#[test]
fn a_password_that_is_refused_is_not_tried_again_for_the_next_recording_but_after_a_while() {
    let refused = |session: &Session<Counting>| {
        for _ in 0..3 {
            let error = session.with(&Cancel::new(), |_| Ok(())).unwrap_err();
            assert_eq!(error.to_string(), "the password is refused");
        }
        session.how().times.load(Ordering::SeqCst)
    };
    assert_eq!(refused(&session(true)), 1);
    assert_eq!(refused(&Session { refused_for: Duration::ZERO, ..session(true) }), 3);
}

#[test]
fn whoever_waits_for_a_session_can_stop_waiting() {
    let session = session(false);
    let (cancel, asked) = (Cancel::new(), Barrier::new(2));
    thread::scope(|scope| {
        let _held = session.kept.lock().unwrap();
        let waiting = scope.spawn(|| {
            asked.wait();
            session.with(&cancel, |_| Ok(()))
        });
        asked.wait();
        cancel.cancel();
        let error = waiting.join().unwrap().unwrap_err();
        assert!(matches!(error, SessionError::SignIn(SourceError::Cancelled(_))));
    });
}
