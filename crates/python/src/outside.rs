//! The event loop around a run: one of its own, made when it is needed, or the one that runs already.

use std::cell::OnceCell;
use std::time::Duration;

use machine::Answer;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use scheduler::Mailbox;

use crate::domain::{Cx, Live};
use crate::lend::{Lender, Lent};
use crate::names::Names;
use crate::tasks::Asking;

/// How long a thread without an event loop sleeps between two looks at the signals.
const LOOK: Duration = Duration::from_millis(50);

/// Waits that have ended: their numbers and their outcomes.
pub(crate) type Ended = Vec<(u64, Answer<Live>)>;

/// Where the awaitables of a run are awaited.
#[derive(Default)]
pub(crate) struct Outside {
    /// The loop's side of the run, one of `kont._loops`: that of the loop that runs it, or a `kont._loops.own.Own` once
    /// something looks for one.
    side: OnceCell<Py<PyAny>>,
    is_running: bool,
    lender: Lender,
}

impl Outside {
    /// On a loop that runs.
    pub(crate) fn running(side: Py<PyAny>) -> Self {
        Outside {
            side: OnceCell::from(side),
            is_running: true,
            lender: Lender::default(),
        }
    }

    /// The loop's side of the run, if there is one yet.
    pub(crate) fn get<'py>(&self, py: Python<'py>) -> Option<&Bound<'py, PyAny>> {
        self.side.get().map(|side| side.bind(py))
    }

    /// The loop's side of the run. The loop itself is made when it is first used.
    pub(crate) fn make<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        if let Some(side) = self.side.get() {
            return Ok(side.bind(py));
        }
        let made = py.import("kont._loops.own")?.getattr("Own")?.call0()?;
        Ok(self.side.get_or_init(|| made.unbind()).bind(py))
    }

    /// Whether libraries could look for a loop while a coroutine runs.
    pub(crate) fn may_lend(cx: &Cx<'_>) -> bool {
        let outside = &cx.tasks.outside;
        if outside.is_running {
            // The main task is the one that has called `run_async`.
            return cx.tasks.other().is_some();
        }
        let modules = cx.names.modules.bind(cx.py);
        // What cannot be told is told when the loop is lent.
        outside.side.get().is_some() || modules.contains(intern!(cx.py, "asyncio")).unwrap_or(true)
    }

    /// Shows libraries the loop, and which of its tasks runs, while a coroutine does.
    pub(crate) fn lend<'a, 'py>(cx: &'a Cx<'py>) -> PyResult<Option<Lent<'a, 'py>>> {
        if !Self::may_lend(cx) {
            return Ok(None);
        }
        let outside = &cx.tasks.outside;
        let side = match outside.get(cx.py) {
            Some(side) => side,
            None => outside.make(cx.py)?,
        };
        outside.lender.lend(cx, side)
    }

    /// Whether the awaitables of this run are awaited by trio.
    pub(crate) fn is_trio(&self, py: Python<'_>) -> bool {
        let is_trio = self
            .get(py)
            .map(|running| running.getattr(intern!(py, "is_trio")));
        is_trio.is_some_and(|is| is.is_ok_and(|is| is.is_truthy().unwrap_or(false)))
    }

    /// Waits for what the tasks of a run wait for, on this thread.
    pub(crate) fn wait(
        &self,
        py: Python<'_>,
        mailbox: &Mailbox<Live>,
        asking: Asking,
        awaits: bool,
    ) -> PyResult<News> {
        let asks = awaits || !asking.begin.is_empty();
        let loop_ = match self.get(py) {
            Some(loop_) => Some(loop_).filter(|own| asks || is_open(own)),
            None if asks => Some(self.make(py)?),
            None => None,
        };
        let Some(loop_) = loop_ else {
            let time = asking.timeout.map_or(LOOK, |timeout| timeout.min(LOOK));
            py.detach(|| mailbox.wait(Some(time)));
            py.check_signals()?;
            return Ok(News::default());
        };
        let tell = loop_.getattr(intern!(py, "tell"))?.unbind();
        notify(mailbox, tell);
        let idle = Idle::of(py, asking)?;
        News::of(
            &loop_.call_method1(intern!(py, "wait"), (idle,))?,
            &loop_.call_method0(intern!(py, "cancels"))?,
        )
    }

    /// The answer to an effect that the run itself gives.
    pub(crate) fn answer(&self, names: &Names, effect: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = effect.py();
        let is_await = effect.is_instance(names.awaiting.bind(py))?;
        let is_sleep = effect.is_instance(names.sleep.bind(py))?;
        let loop_ = match self.get(py) {
            Some(loop_) if is_await || (is_sleep && is_open(loop_)) => loop_,
            None if is_await => self.make(py)?,
            _ => return Ok(names.default_answer.get(py)?.call1((effect,))?.unbind()),
        };
        Ok(loop_
            .call_method1(intern!(py, "answer"), (effect,))?
            .unbind())
    }

    /// The run has ended: a loop of its own is closed.
    pub(crate) fn close(&self, py: Python<'_>) -> PyResult<()> {
        if let Some(side) = self.get(py)
            && !self.is_running
        {
            side.call_method0(intern!(py, "close"))?;
        }
        Ok(())
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let Some(side) = self.side.take().filter(|_| !self.is_running) else {
            return;
        };
        // A run that has ended has closed it; this one was left in the middle.
        Python::try_attach(|py| {
            if let Err(error) = side.call_method0(py, intern!(py, "abandon")) {
                error.write_unraisable(py, None);
            }
        });
    }
}

/// Whether a loop of a run's own is more than a promise to make one.
fn is_open(own: &Bound<'_, PyAny>) -> bool {
    own.getattr(intern!(own.py(), "is_open"))
        .is_ok_and(|open| open.is_truthy().unwrap_or(false))
}

/// Lets a completion from another thread end a wait.
pub(crate) fn notify(mailbox: &Mailbox<Live>, tell: Py<PyAny>) {
    mailbox.set_notify(Some(std::sync::Arc::new(move || {
        Python::attach(|py| {
            if let Err(error) = tell.call0(py) {
                error.write_unraisable(py, None);
            }
        });
    })));
}

/// What has happened outside.
#[derive(Default)]
pub(crate) struct News {
    pub(crate) ended: Ended,
    /// Tasks that were cancelled as tasks of the loop, and why; `None` is the main one.
    pub(crate) cancels: Vec<(Option<u64>, PyErr)>,
}

impl News {
    /// From lists of `(number, value, error)` and of `(task, error)`.
    pub(crate) fn of(ended: &Bound<'_, PyAny>, cancels: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut news = News::default();
        for one in ended.try_iter()? {
            let (token, value, error): (u64, Bound<'_, PyAny>, Bound<'_, PyAny>) =
                one?.extract()?;
            let answer = match error.is_none() {
                true => Ok(value.unbind()),
                false => Err(PyErr::from_value(error)),
            };
            news.ended.push((token, answer));
        }
        for one in cancels.try_iter()? {
            let (task, error): (Option<u64>, Bound<'_, PyAny>) = one?.extract()?;
            news.cancels.push((task, PyErr::from_value(error)));
        }
        Ok(news)
    }
}

/// Whether an error is the one with which asyncio or trio cancels.
pub(crate) fn is_cancelled(py: Python<'_>, names: &Names, error: &PyErr) -> bool {
    let is = |library: &str, class: &str| -> PyResult<bool> {
        let modules = names.modules.bind(py);
        if !modules.contains(library)? {
            return Ok(false);
        }
        let class = modules.get_item(library)?.getattr(class)?;
        Ok(error.is_instance(py, &class))
    };
    is("asyncio", "CancelledError").unwrap_or(false) || is("trio", "Cancelled").unwrap_or(false)
}

/// Whether this is what a coroutine of trio says to trio's own loop.
pub(crate) fn is_of_trio(yielded: &Bound<'_, PyAny>) -> bool {
    let module = yielded.getattr(intern!(yielded.py(), "__module__"));
    module.is_ok_and(|module| {
        module
            .cast::<pyo3::types::PyString>()
            .is_ok_and(|module| module.to_str().is_ok_and(|name| name.starts_with("trio.")))
    })
}

/// What the owner of a program does while every task of it waits.
#[pyclass(module = "kont", frozen)]
pub(crate) struct Idle {
    /// What is to be awaited: a number, the task (`None` is the main one), an effect, and the context of the task.
    #[pyo3(get)]
    begin: Py<PyTuple>,
    /// The numbers of those that nobody waits for any more.
    #[pyo3(get)]
    give_up: Py<PyAny>,
    /// After how many seconds the program goes on anyway.
    #[pyo3(get)]
    timeout: Option<f64>,
    /// Whether a task is in the middle of its work, and only lets others run.
    #[pyo3(get)]
    paused: bool,
    /// The tasks that have ended.
    #[pyo3(get)]
    left: Py<PyAny>,
    /// Whether a task could run, and has to be run from its own task of the loop.
    #[pyo3(get)]
    switch: bool,
    /// Which one; `None` is the main one.
    #[pyo3(get)]
    next: Option<u64>,
}

impl Idle {
    pub(crate) fn of(py: Python<'_>, asking: Asking) -> PyResult<Self> {
        let begin = asking.begin.into_iter().map(|external| {
            let task = (!external.is_main).then_some(external.task.0);
            (external.token, task, external.effect, external.context)
        });
        Ok(Idle {
            begin: PyTuple::new(py, begin.collect::<Vec<_>>())?.unbind(),
            give_up: asking.give_up.into_pyobject(py)?.unbind(),
            timeout: asking.timeout.map(|timeout| timeout.as_secs_f64()),
            paused: asking.paused,
            switch: asking.switch.is_some(),
            next: asking.switch.flatten(),
            left: asking.left.into_pyobject(py)?.unbind(),
        })
    }
}
