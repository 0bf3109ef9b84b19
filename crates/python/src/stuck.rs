//! What a program that can never go on is told: who waits for what, at which line, and where it was spawned.

use std::collections::HashMap;

use machine::Machine;
use pyo3::intern;
use pyo3::prelude::*;
use scheduler::{Deadlock, Id, Next};

use crate::domain::{Cx, Live};

/// A deadlock, and the error that tells of it.
pub(crate) struct Stuck {
    error: PyErr,
    deadlock: Deadlock,
}

/// The error for a deadlock. It does not yet say at which lines the tasks wait.
pub(crate) fn error(cx: &mut Cx<'_>, deadlock: &Deadlock) -> PyErr {
    let message = message(cx, deadlock, &HashMap::new());
    let error = cx.error(&cx.names.deadlock, message);
    cx.tasks.stuck = Some(Stuck {
        error: error.clone_ref(cx.py),
        deadlock: deadlock.clone(),
    });
    error
}

/// Adds to that error where the tasks wait. `next` is the one that will find it.
pub(crate) fn add_places(cx: &mut Cx<'_>, machine: &Machine<Live>, next: &Next<Live>) {
    let Some(stuck) = cx.tasks.stuck.take() else {
        return;
    };
    let mut codes = HashMap::new();
    for blocked in &stuck.deadlock.blocked {
        let scheduler = &cx.tasks.scheduler;
        let k = match (next, scheduler.current() == Some(blocked.task)) {
            (Next::Resume(k, _) | Next::Unwind(k, _), true) => Some(k),
            _ => scheduler.continuation(blocked.task),
        };
        if let Some(Ok(view)) = k.map(|k| machine.inspect(k)) {
            let shown: Vec<_> = view.codes().filter_map(|code| code.shown(cx.py)).collect();
            codes.insert(blocked.task, shown);
        }
    }
    let place = |codes| -> PyResult<Option<String>> {
        let place_of_wait = cx.names.place_of_wait.get(cx.py)?;
        place_of_wait.call1((codes,))?.extract()
    };
    let places = codes
        .into_iter()
        .filter_map(|(id, codes)| Some((id, place(codes).ok()??)))
        .collect();
    let message = message(cx, &stuck.deadlock, &places);
    let error = stuck.error.value(cx.py);
    // Without it the message still says who waits for whom.
    let _ = error.setattr(intern!(cx.py, "args"), (message,));
}

fn message(cx: &Cx<'_>, deadlock: &Deadlock, places: &HashMap<Id, String>) -> String {
    let mut told = deadlock.to_string();
    for blocked in &deadlock.blocked {
        let line = format!("\n  {blocked}");
        let mut more = String::new();
        if let Some(place) = places.get(&blocked.task) {
            more = format!(", in {place}");
        }
        if let Some(site) = cx
            .tasks
            .spawned(blocked.task)
            .and_then(|it| it.site.as_ref())
            && let Ok(place_of_site) = cx.names.place_of_site.get(cx.py)
            && let Ok(place) = place_of_site.call1(site.parts(cx.py))
        {
            more = format!("{more}; it was spawned in {place}");
        }
        told = told.replacen(&line, &format!("{line}{more}"), 1);
    }
    format!(
        "{told}\nhelp: nothing is left that could end these waits; a promise that a thread completes is made with \
         `CreateExternalPromise`"
    )
}
