//! Code: a CPython generator or coroutine, driven with `send` and `throw`, and what it yields, understood.

use machine::{Continuation, Control, Input, Step, Target};
use pyo3::exceptions::PyStopIteration;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;
use pyo3::types::{PyDict, PyTuple};

use crate::clause::{call, mistaken};
use crate::domain::{Cx, Live};
use crate::drive;
use crate::fields;
use crate::forgotten::forgotten_await;
use crate::k::K;
use crate::names::{Names, names};
use crate::operation::{Kind, Operation, installation};
use crate::outside::{self, Outside};
use crate::place::{Place, Site, shown};
use crate::program::Program;
use crate::quiet::Quiet;
use crate::raw;
use crate::reflect::{self, Look};
use crate::request::{self, Asked};
use crate::sorts::{Ask, Sort};
use crate::trace;

/// A resumable computation of CPython.
pub(crate) struct Code {
    state: State,
    role: Role,
    wait: Wait,
    unbegun: Unbegun,
}

/// A coroutine that nobody will await if its task never begins: CPython would warn of it.
struct Unbegun(Option<Py<PyAny>>);

impl Drop for Unbegun {
    fn drop(&mut self) {
        let Some(coroutine) = self.0.take() else {
            return;
        };
        Python::try_attach(|py| {
            if let Err(error) = coroutine.call_method0(py, intern!(py, "close")) {
                error.write_unraisable(py, None);
            }
        });
    }
}

enum State {
    /// A function to call when it begins.
    Call {
        function: Py<PyAny>,
        args: Py<PyTuple>,
        kwargs: Option<Py<PyDict>>,
    },
    /// A handler's function that was called and has made no generator or coroutine: it has ended with this.
    Called(Box<Called>),
    /// A generator.
    Generator(Py<PyAny>),
    /// A coroutine.
    Coroutine(Py<PyAny>),
    /// An effect or an operation that is a whole program.
    Single(Py<PyAny>),
    /// It gives back what it is resumed with.
    Last,
}

/// A handler's function, and what it gave.
struct Called {
    function: Py<PyAny>,
    given: Option<PyResult<Py<PyAny>>>,
}

/// What ending means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A program returns its value.
    Program,
    /// A handler's code: returning `k(value)` goes on with it.
    Clause,
    /// A handler's code whose value is the answer of the effect.
    Answering,
    /// It runs up to where it leaves this scope.
    Scoped(usize),
}

/// What the next input is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// The code.
    Plain,
    /// An asyncio future that fetches its result itself: it is told that it may.
    Future,
    /// The effect `Spawn`, which has now the handlers around it.
    Spawn,
    /// The operation `Pass`, which needs the effect.
    Pass,
    /// The operation `Delegate`, which needs the effect.
    Delegate,
    /// The operation `GetTraceback`: what runs, to be made places.
    Places,
    /// The operation `GetExecutionContext`: its parts.
    Context,
    /// Nobody: the code has failed with it.
    Failed,
}

/// How one step of CPython ended.
enum Turn<'py> {
    Yielded(Bound<'py, PyAny>),
    Returned(Bound<'py, PyAny>),
    Raised(PyErr),
}

impl<'py> Turn<'py> {
    /// As a method, a generator says with `StopIteration` that it has returned.
    fn of_error(py: Python<'py>, error: PyErr) -> Self {
        if !error.is_instance_of::<PyStopIteration>(py) {
            return Turn::Raised(error);
        }
        match error.value(py).getattr(intern!(py, "value")) {
            Ok(value) => Turn::Returned(value),
            Err(error) => Turn::Raised(error),
        }
    }
}

impl<'py> From<PyResult<PySendResult<'py>>> for Turn<'py> {
    #[inline(always)]
    fn from(sent: PyResult<PySendResult<'py>>) -> Self {
        match sent {
            Ok(PySendResult::Next(yielded)) => Turn::Yielded(yielded),
            Ok(PySendResult::Return(value)) => Turn::Returned(value),
            Err(error) => Turn::Raised(error),
        }
    }
}

/// What a yielded object means.
enum Meaning {
    Step(Step<Live>),
    /// The same code goes on with this at once.
    Value(Py<PyAny>),
}

impl Code {
    fn of(state: State) -> Self {
        Code {
            state,
            role: Role::Program,
            wait: Wait::Plain,
            unbegun: Unbegun(None),
        }
    }

    /// As the code of a task, which may be cancelled before it begins.
    pub(crate) fn of_task(mut self, py: Python<'_>) -> Self {
        let coroutine = match &self.state {
            State::Coroutine(coroutine) => Some(coroutine.clone_ref(py)),
            // `Await(coroutine())`.
            State::Single(effect) => effect
                .getattr(py, intern!(py, "awaitable"))
                .ok()
                .filter(|awaitable| is_coroutine(awaitable.bind(py))),
            _ => None,
        };
        self.unbegun = Unbegun(coroutine);
        self
    }

    /// A function's program: what it returns, or what the generator or coroutine that it returns returns.
    pub(crate) fn call(function: Py<PyAny>, args: Py<PyTuple>, kwargs: Option<Py<PyDict>>) -> Self {
        Self::of(State::Call {
            function,
            args,
            kwargs,
        })
    }

    /// The code of a handler that decides about its continuation. Its function is called here: one that makes a generator
    /// or coroutine does nothing yet.
    pub(crate) fn clause<'py>(
        cx: &Cx<'py>,
        function: &Bound<'py, PyAny>,
        effect: &Py<PyAny>,
        k: &Bound<'py, K>,
    ) -> Self {
        let given = call(cx, function, effect, Some(k));
        Self::called(cx, function, given, Role::Clause)
    }

    /// The code of a handler whose value is the answer.
    pub(crate) fn answering<'py>(
        cx: &Cx<'py>,
        function: &Bound<'py, PyAny>,
        effect: &Py<PyAny>,
    ) -> Self {
        let given = call(cx, function, effect, None);
        Self::called(cx, function, given, Role::Answering)
    }

    #[inline]
    fn called<'py>(
        cx: &Cx<'py>,
        function: &Bound<'py, PyAny>,
        given: PyResult<Bound<'py, PyAny>>,
        role: Role,
    ) -> Self {
        let (state, unbegun) = match given {
            Ok(object) if object.get_type().is(&cx.names.generator) => {
                (State::Generator(object.unbind()), None)
            }
            Ok(object) if object.get_type().is(&cx.names.coroutine) => {
                let coroutine = object.unbind();
                let unbegun = coroutine.clone_ref(cx.py);
                (State::Coroutine(coroutine), Some(unbegun))
            }
            given => {
                let called = Called {
                    function: function.clone().unbind(),
                    given: Some(given.map(Bound::unbind)),
                };
                (State::Called(Box::new(called)), None)
            }
        };
        Code {
            state,
            role,
            wait: Wait::Plain,
            unbegun: Unbegun(unbegun),
        }
    }

    /// The code of anything that is a program.
    pub(crate) fn new(program: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = program.py();
        let names = names(py)?;
        if let Ok(program) = program.cast::<Program>() {
            return Ok(program.get().code(py));
        }
        if let Some(state) = started(names, program) {
            return Ok(Self::of(state));
        }
        if names.is_effect(program) || program.is_instance_of::<Operation>() {
            return Ok(Self::of(State::Single(program.clone().unbind())));
        }
        Err(not_a_program(names, program))
    }

    /// Checks that something is a program, without running it.
    pub(crate) fn check(program: &Bound<'_, PyAny>) -> PyResult<()> {
        Self::new(program).map(drop)
    }

    fn advance<'py>(&mut self, cx: &Cx<'py>, input: Input<Live>) -> Turn<'py> {
        let py = cx.py;
        let (object, is_coroutine) = match &self.state {
            State::Generator(generator) => (generator.bind(py), false),
            State::Coroutine(coroutine) => (coroutine.bind(py), true),
            State::Call { .. } | State::Called(_) | State::Single(_) | State::Last => {
                return match input {
                    Input::Start => Turn::Returned(py.None().into_bound(py)),
                    Input::Value(value) => Turn::Returned(value.into_bound(py)),
                    Input::Error(error) => Turn::Raised(error),
                };
            }
        };
        let lent = match is_coroutine.then(|| Outside::lend(cx)) {
            None | Some(Ok(None)) => None,
            Some(Ok(lent)) => lent,
            Some(Err(error)) => return Turn::Raised(error),
        };
        let turn = match cx.tasks.context() {
            None => step(object, input),
            Some(context) => {
                raw::within(context.bind(py), || step(object, input)).unwrap_or_else(Turn::Raised)
            }
        };
        if let Some(lent) = lent
            && let Err(error) = lent.take_back()
        {
            return Turn::Raised(error);
        }
        turn
    }

    /// Says what a yielded object asks for. An error is raised at the `yield`.
    fn understand<'py>(&mut self, cx: &Cx<'py>, yielded: Bound<'py, PyAny>) -> PyResult<Meaning> {
        let py = cx.py;
        match cx.keys.sorts.of(cx.names, &yielded) {
            Sort::Effect => {
                raw::effect_base(&yielded).note_performed();
                return Ok(Meaning::Step(Step::Perform(yielded.unbind())));
            }
            Sort::Asked(asks) => {
                if let Some(asked) = Asked::of(&yielded) {
                    return self.ask(cx, &yielded, asked, asks);
                }
            }
            Sort::Operation => {
                let operation = yielded.cast::<Operation>()?;
                return self.operate(cx, operation.get().performed());
            }
            Sort::Program => {
                let program = yielded.cast::<Program>()?;
                return Ok(Meaning::Step(Step::Call(program.get().code(py))));
            }
            Sort::K => {
                let control = self.wait_for_rest(cx, &yielded)?;
                return Ok(Meaning::Step(Step::Control(control)));
            }
            Sort::Generator | Sort::Coroutine => {
                if let Some(state) = started(cx.names, &yielded) {
                    return Ok(Meaning::Step(Step::Call(Self::of(state))));
                }
            }
            Sort::Awaited => {
                let wait = cx.names.wait.bind(py).call1((yielded,))?;
                raw::effect_base(&wait).note_performed();
                return Ok(Meaning::Step(Step::Perform(wait.unbind())));
            }
            Sort::Other => {}
        }
        self.wait_for(cx, &yielded)
    }

    /// `yield k(value)`: goes on with the continuation, and waits for what the rest of the program returns.
    #[inline]
    fn wait_for_rest(&self, cx: &Cx<'_>, yielded: &Bound<'_, PyAny>) -> PyResult<Control<Live>> {
        let k = yielded.cast::<K>()?;
        let Some(fired) = K::fire(k, cx, 0, || self.place(cx.py)) else {
            let message = "a continuation was yielded\nhelp: write `yield k(value)` or `yield kont.Resume(k, value)`";
            return Err(cx.names.usage(cx.py, message));
        };
        let (continuation, answer) = fired?;
        if let Err(error) = &answer {
            self.throws(cx, k, error);
        }
        Ok(Control::Resume(Target::Given(continuation), answer))
    }

    /// `return k(value)` of a handler's code: goes on with the continuation in its place. `None` if it was something else.
    #[inline]
    fn go_on_at_last(&mut self, cx: &Cx<'_>, value: &Bound<'_, PyAny>) -> Option<Step<Live>> {
        let k = value.cast::<K>().ok()?;
        // It is known here, and where the machine keeps it for the handler.
        let fired = K::fire(k, cx, 2, || self.ended_place(cx.py))?;
        Some(match fired {
            Ok((continuation, answer)) => {
                match &answer {
                    Ok(_) => self.let_go(cx.py),
                    Err(error) => self.throws(cx, k, error),
                }
                Step::Control(Control::Transfer(Target::Given(continuation), answer))
            }
            Err(error) => self.fail(cx, error),
        })
    }

    /// An effect for the scheduler: some take something of the performer with them.
    fn ask<'py>(
        &mut self,
        cx: &Cx<'py>,
        effect: &Bound<'py, PyAny>,
        asked: &Bound<'py, Asked>,
        asks: Ask,
    ) -> PyResult<Meaning> {
        let py = cx.py;
        let asked = asked.get();
        asked.set_out(cx.machine);
        raw::effect_base(effect).note_performed();
        if asks == Ask::Spawn {
            let program = fields::read(effect, intern!(py, "program"))?;
            if cx.keys.sorts.of(cx.names, &program) != Sort::Coroutine {
                Code::check(&program)?;
            }
            self.wait = Wait::Spawn;
            let site = match &self.state {
                State::Generator(generator) => Site::of(cx.names, generator.bind(py)),
                State::Coroutine(coroutine) => Site::of(cx.names, coroutine.bind(py)),
                State::Call { .. } | State::Called(_) | State::Single(_) | State::Last => None,
            };
            let effect = effect.clone().unbind();
            return Ok(Meaning::Step(Step::Control(Control::Reflect(Box::new(
                move |mirror, cx| {
                    let around = request::around(mirror.live(), cx.py);
                    if let Some(asked) = Asked::of(effect.bind(cx.py)) {
                        asked.get().surround(cx.machine, around);
                    }
                    let context = raw::copy_context(cx.py)?;
                    cx.tasks.spawns(context.unbind(), site);
                    Ok(effect)
                },
            )))));
        }
        if asks == Ask::Scope && effect.is_instance(cx.names.enter.bind(py))? {
            let scope = effect.getattr(intern!(py, "scope"))?;
            asked.give_code(cx.machine, self.rest(cx, &scope)?);
        } else if asks == Ask::Exit {
            let scope = effect.getattr(intern!(py, "scope"))?;
            if self.role != Role::Scoped(scope.as_ptr() as usize) {
                return Err(cx.names.usage(
                    py,
                    "a scope ends while one that was opened in it is open\nhelp: `async with` in one function, not in an \
                     async generator that is left early",
                ));
            }
            let error = effect.getattr(intern!(py, "error"))?;
            return Ok(Meaning::Step(if error.is_none() {
                Step::Return(py.None())
            } else {
                Step::Raise(PyErr::from_value(error))
            }));
        }
        Ok(Meaning::Step(Step::Perform(effect.clone().unbind())))
    }

    /// What this code does from here on until it leaves the scope, as the program of that scope. This code goes on
    /// after that.
    fn rest(&self, cx: &Cx<'_>, scope: &Bound<'_, PyAny>) -> PyResult<Self> {
        let state = match &self.state {
            State::Generator(generator) => State::Generator(generator.clone_ref(cx.py)),
            State::Coroutine(coroutine) => State::Coroutine(coroutine.clone_ref(cx.py)),
            State::Call { .. } | State::Called(_) | State::Single(_) | State::Last => {
                return Err(cx.names.usage(cx.py, "a scope is opened with `async with`"));
            }
        };
        Ok(Code {
            role: Role::Scoped(scope.as_ptr() as usize),
            ..Self::of(state)
        })
    }

    fn operate(&mut self, cx: &Cx<'_>, kind: &Kind) -> PyResult<Meaning> {
        let py = cx.py;
        let take = |k: &Py<K>| K::take(k.bind(py), cx, || self.place(py)).map(Target::Given);
        let control: Control<Live> = match kind {
            Kind::Resume(k, value) => Control::Resume(take(k)?, Ok(value.clone_ref(py))),
            Kind::ResumeThrow(k, error) => {
                self.throws(cx, k.bind(py), error);
                Control::Resume(take(k)?, Err(error.clone_ref(py)))
            }
            Kind::Transfer(k, value) => Control::Transfer(take(k)?, Ok(value.clone_ref(py))),
            Kind::TransferThrow(k, error) => {
                self.throws(cx, k.bind(py), error);
                Control::Transfer(take(k)?, Err(error.clone_ref(py)))
            }
            Kind::ResumeWith(k, program) => {
                let code = Code::new(program.bind(py))?;
                Control::ResumeWith(take(k)?, code)
            }
            Kind::TransferWith(k, program) => {
                let code = Code::new(program.bind(py))?;
                Control::TransferWith(take(k)?, code)
            }
            Kind::Pass => {
                self.wait = Wait::Pass;
                Control::Reflect(reflect::handled_effect())
            }
            Kind::Delegate => {
                self.wait = Wait::Delegate;
                Control::Reflect(reflect::handled_effect())
            }
            Kind::GetOuterHandlers => Control::Reflect(reflect::outer_handlers()),
            Kind::GetExecutionContext => {
                self.wait = Wait::Context;
                Control::Reflect(reflect::context())
            }
            Kind::Look(look, k) => {
                if *look == Look::Codes {
                    self.wait = Wait::Places;
                }
                let k = k.as_ref().map(|k| k.clone_ref(py));
                Control::Reflect(reflect::of_continuation(*look, k))
            }
            Kind::CreateContinuation(program, boundaries) => {
                let around = drive::boundaries(cx.names, boundaries.bind(py))?;
                let k = Continuation::new(around, Code::new(program.bind(py))?);
                return Ok(Meaning::Value(Py::new(py, K::unstarted(k))?.into_any()));
            }
            Kind::Perform(effect) => return Ok(Meaning::Step(Step::Perform(effect.clone_ref(py)))),
            Kind::Pure(value) => return Ok(Meaning::Value(value.clone_ref(py))),
            Kind::WithHandler(..) | Kind::WithObserve(..) => {
                let Some((boundary, program)) = installation(py, kind) else {
                    return Err(cx.names.usage(py, "an installation without a boundary"));
                };
                let body = Code::new(program.bind(py))?;
                return Ok(Meaning::Step(Step::Install { boundary, body }));
            }
        };
        Ok(Meaning::Step(Step::Control(control)))
    }

    /// A thing of another library: an asyncio future, or anything that can be awaited.
    fn wait_for(&mut self, cx: &Cx<'_>, yielded: &Bound<'_, PyAny>) -> PyResult<Meaning> {
        let py = cx.py;
        let is_coroutine = matches!(self.state, State::Coroutine(_));
        let blocking = intern!(py, "_asyncio_future_blocking");
        if yielded.is_none() && is_coroutine {
            // What `asyncio.sleep(0)` yields: others may run.
            self.wait = Wait::Future;
        } else if yielded.hasattr(blocking)? {
            if yielded.getattr(blocking)?.is_truthy()? {
                yielded.setattr(blocking, false)?;
                self.wait = Wait::Future;
            }
        } else if is_coroutine && outside::is_of_trio(yielded) {
            if !cx.tasks.outside.is_trio(py) {
                return Err(cx.names.usage(
                    py,
                    "a function of trio was awaited, and trio does not run this program\nhelp: `await kont.run_async(...)` \
                     in `trio.run`",
                ));
            }
        } else if !yielded.get_type().hasattr(intern!(py, "__await__"))? {
            return Err(self.not_performable(cx, yielded));
        }
        let effect = cx.names.awaiting.bind(py).call1((yielded,))?;
        Ok(Meaning::Step(Step::Perform(effect.unbind())))
    }

    fn not_performable(&self, cx: &Cx<'_>, yielded: &Bound<'_, PyAny>) -> PyErr {
        let shown = shown(yielded);
        let help = if yielded.is_callable() {
            format!("call it: `yield {}(...)`", call_name(yielded))
        } else {
            "yield an effect or a program; a value is returned with `return`".to_owned()
        };
        let message = format!(
            "{shown} was yielded {}, and is neither an effect nor a program\nhelp: {help}",
            self.place(cx.py).text(cx.py)
        );
        cx.names.usage(cx.py, message)
    }

    fn finish(&mut self, cx: &Cx<'_>, value: Bound<'_, PyAny>) -> Step<Live> {
        if self.role == Role::Clause
            && let Some(step) = self.go_on_at_last(cx, &value)
        {
            return step;
        }
        let single = matches!(self.state, State::Last);
        if !single
            && let Some(what) = mistaken(cx, &value).or_else(|| forgotten_await(cx.names, &value))
        {
            let place = self.place(cx.py).at_its_return(cx.py, cx.names);
            let message = format!(
                "{what} was returned {} and not performed\nhelp: `yield` or `await` it, and return the answer",
                place.text(cx.py)
            );
            let error = cx.names.usage(cx.py, message);
            return self.fail(cx, error);
        }
        match self.role {
            Role::Scoped(_) => {
                let error = cx.names.usage(
                    cx.py,
                    "a program ended inside of a scope that it had opened\nhelp: `async with` in one function, not in an \
                     async generator that is left early",
                );
                self.fail(cx, error)
            }
            Role::Program | Role::Clause => Step::Return(value.unbind()),
            Role::Answering => Step::Control(Control::Transfer(Target::Own, Ok(value.unbind()))),
        }
    }

    /// Lets go of the generator or coroutine, which has ended: here, where the interpreter's lock is known to be held.
    #[inline]
    fn let_go(&mut self, py: Python<'_>) {
        if let State::Generator(ended) | State::Coroutine(ended) =
            std::mem::replace(&mut self.state, State::Last)
        {
            drop(ended.into_bound(py));
        }
    }

    /// It has ended with an exception: what is around it is noted before it is gone.
    fn fail(&mut self, cx: &Cx<'_>, error: PyErr) -> Step<Live> {
        let answers = matches!(self.role, Role::Clause | Role::Answering);
        if !trace::is_worth_a_look(cx, &error, answers) {
            return Step::Raise(error);
        }
        self.wait = Wait::Failed;
        let by = if answers { self.shown(cx.py) } else { None };
        Step::Control(Control::Reflect(trace::look(error, by)))
    }

    /// It raises an exception where an effect was performed.
    fn throws(&self, cx: &Cx<'_>, k: &Bound<'_, K>, error: &PyErr) {
        let effect = k.get().effect(cx.py);
        if let Some(effect) = effect {
            trace::answered(cx.py, cx.names, error, &effect, self.shown(cx.py));
        }
    }

    /// What of it people may look at: a generator, a coroutine, or the function that will be called.
    pub(crate) fn shown(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        match &self.state {
            State::Generator(generator) => Some(generator.clone_ref(py)),
            State::Coroutine(coroutine) => Some(coroutine.clone_ref(py)),
            State::Call { function, .. } => Some(function.clone_ref(py)),
            State::Called(called) => Some(called.function.clone_ref(py)),
            State::Single(_) | State::Last => None,
        }
    }

    /// Shows the collector of cycles what this owns.
    pub(crate) fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.state {
            State::Call {
                function,
                args,
                kwargs,
            } => {
                visit.call(function)?;
                visit.call(args)?;
                visit.call(kwargs)
            }
            State::Called(called) => {
                if let Some(Ok(value)) = &called.given {
                    visit.call(value)?;
                }
                visit.call(&called.function)
            }
            State::Generator(generator) => visit.call(generator),
            State::Coroutine(object) | State::Single(object) => visit.call(object),
            State::Last => Ok(()),
        }
    }

    /// Where the code stood that has ended.
    fn ended_place(&self, py: Python<'_>) -> Place {
        match &self.state {
            State::Generator(generator) => Place::Ended(generator.clone_ref(py)),
            State::Coroutine(coroutine) => Place::Ended(coroutine.clone_ref(py)),
            _ => self.place(py),
        }
    }

    /// Where the code stands.
    fn place(&self, py: Python<'_>) -> Place {
        match &self.state {
            State::Generator(object) | State::Coroutine(object) => Place::of(object.bind(py)),
            State::Call { function, .. } => Place::Function(function.clone_ref(py)),
            State::Called(called) => Place::Function(called.function.clone_ref(py)),
            State::Single(_) | State::Last => Place::Words("by the program"),
        }
    }

    /// Calls the function of a program; gives its value if it is a plain function.
    fn begin<'py>(&mut self, cx: &Cx<'py>) -> Result<Option<Bound<'py, PyAny>>, PyErr> {
        let py = cx.py;
        if let State::Called(called) = &mut self.state {
            let given = called.given.take();
            return given
                .transpose()
                .map(|given| given.map(|given| given.into_bound(py)));
        }
        let call = || match &self.state {
            State::Call {
                function,
                args,
                kwargs,
            } => {
                let kwargs = kwargs.as_ref().map(|kwargs| kwargs.bind(py));
                function.bind(py).call(args.bind(py), kwargs).map(Some)
            }
            _ => Ok(None),
        };
        let made = match cx.tasks.context() {
            None => call()?,
            Some(context) => raw::within(context.bind(py), call)??,
        };
        let Some(made) = made else {
            return Ok(None);
        };
        match started(cx.names, &made) {
            Some(state) => {
                self.state = state;
                Ok(None)
            }
            None => Ok(Some(made)),
        }
    }
}

impl machine::Code<Live> for Code {
    /// The usual step is done here, so that what it gives stays in registers: a program goes on with a value, and
    /// yields an effect or returns.
    #[inline(always)]
    fn resume(&mut self, cx: &mut Cx<'_>, input: Input<Live>) -> Step<Live> {
        let object = match &self.state {
            State::Generator(generator) => generator.bind(cx.py),
            State::Coroutine(coroutine) if self.unbegun.0.is_none() && !Outside::may_lend(cx) => {
                coroutine.bind(cx.py)
            }
            _ => return self.go_on(cx, input),
        };
        if self.wait != Wait::Plain || cx.tasks.context().is_some() {
            return self.go_on(cx, input);
        }
        let sent = match input {
            // Let go of here, where the interpreter's lock is known to be held: anywhere else that is looked up.
            Input::Value(value) => raw::send(object, &value.into_bound(cx.py)),
            Input::Start => raw::send(object, cx.py.None().bind(cx.py)),
            Input::Error(_) => return self.go_on(cx, input),
        };
        match sent {
            Ok(PySendResult::Next(yielded)) => match cx.keys.sorts.of(cx.names, &yielded) {
                Sort::Effect => {
                    raw::effect_base(&yielded).note_performed();
                    Step::Perform(yielded.unbind())
                }
                Sort::Generator => Step::Call(Self::of(State::Generator(yielded.unbind()))),
                Sort::K => match self.wait_for_rest(cx, &yielded) {
                    Ok(control) => Step::Control(control),
                    Err(error) => {
                        let turn = self.advance(cx, Input::Error(error));
                        self.resumed(cx, turn)
                    }
                },
                _ => self.resumed(cx, Turn::Yielded(yielded)),
            },
            Ok(PySendResult::Return(value))
                if matches!(self.role, Role::Program | Role::Clause | Role::Answering)
                    && cx.keys.sorts.of(cx.names, &value) == Sort::Other =>
            {
                self.let_go(cx.py);
                match self.role {
                    Role::Answering => {
                        Step::Control(Control::Transfer(Target::Own, Ok(value.unbind())))
                    }
                    _ => Step::Return(value.unbind()),
                }
            }
            Ok(PySendResult::Return(value)) if self.role == Role::Clause => {
                match self.go_on_at_last(cx, &value) {
                    Some(step) => step,
                    None => self.resumed(cx, Turn::Returned(value)),
                }
            }
            sent => self.resumed(cx, sent.into()),
        }
    }
}

impl Code {
    /// Goes on from whatever it waits for.
    #[inline(never)]
    fn go_on(&mut self, cx: &mut Cx<'_>, input: Input<Live>) -> Step<Live> {
        self.unbegun.0 = None;
        if let Input::Start = input {
            match self.begin(cx) {
                Ok(None) => {}
                Ok(Some(value)) => return self.finish(cx, value),
                Err(error) => return self.fail(cx, error),
            }
            if let State::Single(program) = &self.state {
                let program = program.bind(cx.py).clone();
                let meaning = self.understand(cx, program);
                self.state = State::Last;
                return match meaning {
                    Ok(Meaning::Step(step)) => step,
                    Ok(Meaning::Value(value)) => Step::Return(value),
                    Err(error) => self.fail(cx, error),
                };
            }
        }
        let input = match (std::mem::replace(&mut self.wait, Wait::Plain), input) {
            (Wait::Future, Input::Value(_)) => Input::Value(cx.py.None()),
            (Wait::Spawn, Input::Value(effect)) => return Step::Perform(effect),
            (Wait::Failed, Input::Error(error)) => return Step::Raise(error),
            (Wait::Pass, Input::Value(effect)) => return Step::Control(Control::Pass(effect)),
            (Wait::Delegate, Input::Value(effect)) => {
                return Step::Control(Control::Delegate(effect));
            }
            (Wait::Places, Input::Value(codes)) => {
                reflect::finished(&cx.names.places, cx.py, codes).into()
            }
            (Wait::Context, Input::Value(parts)) => {
                reflect::finished(&cx.names.execution_context, cx.py, parts).into()
            }
            (_, input) => input,
        };
        let turn = self.advance(cx, input);
        self.resumed(cx, turn)
    }

    /// Says what a step of CPython means.
    #[inline(never)]
    fn resumed<'py>(&mut self, cx: &mut Cx<'py>, mut turn: Turn<'py>) -> Step<Live> {
        loop {
            let input = match turn {
                Turn::Returned(value) => return self.finish(cx, value),
                Turn::Raised(error) => return self.fail(cx, error),
                Turn::Yielded(yielded) => match self.understand(cx, yielded) {
                    Ok(Meaning::Step(step)) => return step,
                    Ok(Meaning::Value(value)) => Input::Value(value),
                    Err(error) => Input::Error(error),
                },
            };
            turn = self.advance(cx, input);
        }
    }
}

/// The state of an object that CPython resumes, if it is one.
fn started(names: &Names, object: &Bound<'_, PyAny>) -> Option<State> {
    let class = object.get_type();
    if class.is(&names.generator) {
        return Some(State::Generator(object.clone().unbind()));
    }
    class
        .is(&names.coroutine)
        .then(|| State::Coroutine(object.clone().unbind()))
}

/// Resumes a generator or a coroutine.
#[inline]
fn step<'py>(object: &Bound<'py, PyAny>, input: Input<Live>) -> Turn<'py> {
    let py = object.py();
    let sent = match input {
        Input::Start => raw::send(object, py.None().bind(py)),
        Input::Value(value) => raw::send(object, value.bind(py)),
        Input::Error(error) => {
            let error = error.into_value(py);
            return match object.call_method1(intern!(py, "throw"), (error,)) {
                Ok(yielded) => Turn::Yielded(yielded),
                Err(error) => Turn::of_error(py, error),
            };
        }
    };
    sent.into()
}

fn is_coroutine(object: &Bound<'_, PyAny>) -> bool {
    names(object.py()).is_ok_and(|names| object.get_type().is(&names.coroutine))
}

fn not_a_program(names: &Names, object: &Bound<'_, PyAny>) -> PyErr {
    let shown = shown(object);
    if object.is_instance_of::<Quiet>() {
        return names.usage(
            object.py(),
            "`kont.run_async(...)` is a run of its own, and not a part of this one\n\
             help: give the program itself, as in `kont.Spawn(program())`; a run of its own is awaited, as in \
             `await kont.run_async(program())`",
        );
    }
    let help = if object.is_callable() {
        format!("call it: `{}(...)`", call_name(object))
    } else {
        "a program is an effect, a coroutine, or what a `@kont.do` function gives".to_owned()
    };
    names.usage(
        object.py(),
        format!("{shown} is not a program\nhelp: {help}"),
    )
}

fn call_name(function: &Bound<'_, PyAny>) -> String {
    function
        .getattr("__qualname__")
        .map_or_else(|_| "it".to_owned(), |name| name.to_string())
}
