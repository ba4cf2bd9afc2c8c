//! What a server corrects without telling: asked for everything, everything is read again.

use model::Cancel;
use testkit::sandbox::Truth;

use crate::served::{Served, assert_same};

const CALLS: usize = 3;

#[test]
fn what_was_corrected_where_no_list_tells_comes_in_when_everything_is_asked_for() {
    for kind in ["supabase-backend", "ringcentral-backend", "vapi-backend"] {
        let served = Served::new(kind, Truth::small(CALLS));
        served.sync();
        let before = served.content();
        let everything = || served.app.sync(served.source, true, &Cancel::new(), &mut |_| {}).unwrap().run;
        let run = everything();
        assert_eq!((run.unchanged, run.updated), (CALLS as u64, 0), "{kind}: the same again changes nothing");
        assert_same(&served.content(), &before, kind);
        served.truth.change(|truth| {
            let said = truth.calls[0].turns.last_mut().unwrap();
            said.text = "Corrected at last.".into();
        });
        assert_eq!(everything().updated, 1, "{kind}");
        assert!(served.content().iter().any(|call| call.contains("Corrected at last.")), "{kind}");
        served.assert_truth(kind);
    }
}
