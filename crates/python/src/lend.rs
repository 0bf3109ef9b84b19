//! What the libraries of asyncio are shown while a coroutine of a program runs: the loop, and the task that runs.

use std::cell::{OnceCell, RefCell};

use pyo3::intern;
use pyo3::prelude::*;

use crate::domain::Cx;

/// Shows a loop and its tasks. What it needs is asked of the loop's side of the run once: it happens at every step.
#[derive(Default)]
pub(crate) struct Lender {
    /// `None`: there is nothing to show.
    ways: OnceCell<Option<Ways>>,
    /// What the spawned task that ran last is to asyncio.
    last: RefCell<Option<(u64, Py<PyAny>)>>,
}

/// How it is done: what `Waits.ways` gives.
struct Ways {
    loop_: Py<PyAny>,
    /// `asyncio._set_running_loop`, if the loop does not run already.
    set_loop: Option<Py<PyAny>>,
    enter: Py<PyAny>,
    leave: Py<PyAny>,
    /// What the main task is to asyncio, unless it is the task that runs already.
    main: Option<Py<PyAny>>,
    /// The task that runs already.
    caller: Option<Py<PyAny>>,
}

type Given = (
    Py<PyAny>,
    Option<Py<PyAny>>,
    Py<PyAny>,
    Py<PyAny>,
    Option<Py<PyAny>>,
    Option<Py<PyAny>>,
);

/// What is shown, until it is taken back.
pub(crate) struct Lent<'a, 'py> {
    ways: &'a Ways,
    task: Bound<'py, PyAny>,
}

impl Lent<'_, '_> {
    pub(crate) fn take_back(self) -> PyResult<()> {
        let Lent { ways, task } = self;
        let py = task.py();
        ways.leave.bind(py).call1((&ways.loop_, task))?;
        if let Some(caller) = &ways.caller {
            ways.enter.bind(py).call1((&ways.loop_, caller))?;
        }
        if let Some(set_loop) = &ways.set_loop {
            set_loop.bind(py).call1((py.None(),))?;
        }
        Ok(())
    }
}

impl Lender {
    /// Shows the task that runs. `side` is the loop's side of the run.
    pub(crate) fn lend<'a, 'py>(
        &'a self,
        cx: &Cx<'py>,
        side: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Lent<'a, 'py>>> {
        let py = cx.py;
        let ways = match self.ways.get() {
            Some(ways) => ways,
            None => {
                let given: Option<Given> = side.call_method0(intern!(py, "ways"))?.extract()?;
                let ways = given.map(|(loop_, set_loop, enter, leave, main, caller)| Ways {
                    loop_,
                    set_loop,
                    enter,
                    leave,
                    main,
                    caller,
                });
                self.ways.get_or_init(|| ways)
            }
        };
        let Some(ways) = ways else {
            return Ok(None);
        };
        let task = match cx.tasks.other() {
            Some(id) => self.stand(cx, side, id.0)?,
            None => match &ways.main {
                Some(main) => main.bind(py).clone(),
                None => return Ok(None),
            },
        };
        if let Some(set_loop) = &ways.set_loop {
            set_loop.bind(py).call1((&ways.loop_,))?;
        }
        if let Some(caller) = &ways.caller {
            ways.leave.bind(py).call1((&ways.loop_, caller))?;
        }
        ways.enter.bind(py).call1((&ways.loop_, &task))?;
        Ok(Some(Lent { ways, task }))
    }

    /// What a spawned task is to asyncio.
    fn stand<'py>(
        &self,
        cx: &Cx<'py>,
        side: &Bound<'py, PyAny>,
        id: u64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = cx.py;
        if let Some((last, stand)) = &*self.last.borrow()
            && *last == id
        {
            return Ok(stand.bind(py).clone());
        }
        let context = cx.tasks.context();
        let stand = side.call_method1(intern!(py, "stand"), (id, context))?;
        *self.last.borrow_mut() = Some((id, stand.clone().unbind()));
        Ok(stand)
    }
}
