//! Code: a CPython generator or coroutine, driven with `send` and `throw`, and what it yields, understood.

use machine::{Continuation, Control, Input, Step, Target};
use pyo3::exceptions::PyStopIteration;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::iterator::PySendResult;
use pyo3::types::{PyDict, PyIterator, PyTuple};

use crate::clause::mistaken;
use crate::domain::{Cx, Live};
use crate::drive;
use crate::forgotten::EffectBase;
use crate::handles::{ExternalPromise, Promise, Task};
use crate::k::K;
use crate::names::{Names, names};
use crate::operation::{Kind, Operation, installation};
use crate::outside::{self, Outside};
use crate::place::{Place, Site, shown};
use crate::program::Program;
use crate::reflect::{self, Look};
use crate::request::{self, Asked};
use crate::trace;

/// A resumable computation of CPython.
pub(crate) struct Code {
    state: State,
    role: Role,
    wait: Wait,
    unbegun: Option<Unbegun>,
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
    /// A generator: an iterator with a native `send`.
    Generator(Py<PyIterator>),
    /// A coroutine, or whatever has `send` and `throw`.
    Coroutine(Py<PyAny>),
    /// An effect or an operation that is a whole program.
    Single(Py<PyAny>),
    /// It gives back what it is resumed with.
    Last,
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
            unbegun: None,
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
        self.unbegun = coroutine.map(|coroutine| Unbegun(Some(coroutine)));
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

    /// As the code of a handler that decides about its continuation.
    pub(crate) fn clause(self) -> Self {
        Code {
            role: Role::Clause,
            ..self
        }
    }

    /// As the code of a handler whose value is the answer.
    pub(crate) fn answering(self) -> Self {
        Code {
            role: Role::Answering,
            ..self
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
        let object = match &self.state {
            State::Generator(generator) => {
                let generator = generator.bind(py);
                if let Some(context) = cx.tasks.context() {
                    return within(context.bind(py), generator.as_any(), input);
                }
                let answer = match input {
                    Input::Start => generator.send(py.None().bind(py)),
                    Input::Value(value) => generator.send(value.bind(py)),
                    Input::Error(error) => return throw(generator.as_any(), error),
                };
                return match answer {
                    Ok(PySendResult::Next(yielded)) => Turn::Yielded(yielded),
                    Ok(PySendResult::Return(value)) => Turn::Returned(value),
                    Err(error) => Turn::Raised(error),
                };
            }
            State::Coroutine(coroutine) => coroutine.bind(py),
            State::Call { .. } | State::Single(_) | State::Last => {
                return match input {
                    Input::Start => Turn::Returned(py.None().into_bound(py)),
                    Input::Value(value) => Turn::Returned(value.into_bound(py)),
                    Input::Error(error) => Turn::Raised(error),
                };
            }
        };
        let lent = match Outside::lend(cx) {
            Ok(lent) => lent,
            Err(error) => return Turn::Raised(error),
        };
        let turn = if let Some(context) = cx.tasks.context() {
            within(context.bind(py), object, input)
        } else {
            match input {
                Input::Start => method(py, object.call_method1(intern!(py, "send"), (py.None(),))),
                Input::Value(value) => {
                    method(py, object.call_method1(intern!(py, "send"), (value,)))
                }
                Input::Error(error) => throw(object, error),
            }
        };
        if let Some(lent) = lent
            && let Err(error) = lent.call_method0(intern!(py, "take_back"))
        {
            return Turn::Raised(error);
        }
        turn
    }

    /// Says what a yielded object asks for. An error is raised at the `yield`.
    fn understand<'py>(&mut self, cx: &Cx<'py>, yielded: &Bound<'py, PyAny>) -> PyResult<Meaning> {
        let py = cx.py;
        if let Some(asked) = Asked::of(yielded) {
            return self.ask(cx, yielded, asked);
        }
        if cx.names.is_effect(yielded) {
            if let Ok(base) = yielded.cast::<EffectBase>() {
                base.get().note_performed();
            }
            return Ok(Meaning::Step(Step::Perform(yielded.clone().unbind())));
        }
        if let Ok(operation) = yielded.cast::<Operation>() {
            return self.operate(cx, operation.get().performed());
        }
        if let Ok(program) = yielded.cast::<Program>() {
            return Ok(Meaning::Step(Step::Call(program.get().code(py))));
        }
        if let Ok(k) = yielded.cast::<K>() {
            let answer = K::disarm(k).ok_or_else(|| {
                cx.names.usage(py, "a continuation was yielded\nhelp: write `yield k(value)` or `yield kont.Resume(k, value)`")
            })?;
            if let Err(error) = &answer {
                self.throws(cx, k, error);
            }
            let k = K::take(k, cx, || self.place(py))?;
            return Ok(Meaning::Step(Step::Control(Control::Resume(
                Target::Given(k),
                answer,
            ))));
        }
        if let Some(state) = started(cx.names, yielded) {
            return Ok(Meaning::Step(Step::Call(Self::of(state))));
        }
        if yielded.is_instance_of::<Task>()
            || yielded.is_instance_of::<Promise>()
            || yielded.is_instance_of::<ExternalPromise>()
        {
            let wait = cx.names.wait.bind(py).call1((yielded,))?;
            return Ok(Meaning::Step(Step::Perform(wait.unbind())));
        }
        self.wait_for(cx, yielded)
    }

    /// An effect for the scheduler: some take something of the performer with them.
    fn ask<'py>(
        &mut self,
        cx: &Cx<'py>,
        effect: &Bound<'py, PyAny>,
        asked: &Bound<'py, Asked>,
    ) -> PyResult<Meaning> {
        let py = cx.py;
        let asked = asked.get();
        asked.set_out();
        if let Ok(base) = effect.cast::<EffectBase>() {
            base.get().note_performed();
        }
        if effect.is_instance(cx.names.spawn.bind(py))? {
            Code::check(&effect.getattr(intern!(py, "program"))?)?;
            self.wait = Wait::Spawn;
            let site = match &self.state {
                State::Generator(generator) => Site::of(cx.names, generator.bind(py).as_any()).ok(),
                State::Coroutine(coroutine) => Site::of(cx.names, coroutine.bind(py)).ok(),
                State::Call { .. } | State::Single(_) | State::Last => None,
            };
            let effect = effect.clone().unbind();
            return Ok(Meaning::Step(Step::Control(Control::Reflect(Box::new(
                move |mirror, cx| {
                    let around = request::around(mirror.live(), cx.py);
                    if let Some(asked) = Asked::of(effect.bind(cx.py)) {
                        asked.get().surround(around);
                    }
                    let context = cx.names.copy_context.call0(cx.py)?;
                    cx.tasks.spawns(context, site);
                    Ok(effect)
                },
            )))));
        }
        if effect.is_instance(cx.names.enter.bind(py))? {
            let scope = effect.getattr(intern!(py, "scope"))?;
            asked.give_code(self.rest(cx, &scope)?);
        } else if effect.is_instance(cx.names.exit.bind(py))? {
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
            State::Call { .. } | State::Single(_) | State::Last => {
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
        } else if !yielded.hasattr(intern!(py, "__await__"))? {
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
            && let Ok(k) = value.cast::<K>()
            && let Some(answer) = K::disarm(k)
        {
            if let Err(error) = &answer {
                self.throws(cx, k, error);
            }
            return match K::take(k, cx, || self.place(cx.py)) {
                Ok(k) => Step::Control(Control::Transfer(Target::Given(k), answer)),
                Err(error) => self.fail(cx, error),
            };
        }
        let single = matches!(self.state, State::Last);
        if !single && let Some(what) = mistaken(cx, &value) {
            let message = format!(
                "{what} was returned {} and not performed\nhelp: `yield` or `await` it, and return the answer",
                self.place(cx.py).text(cx.py)
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
        let effect = k.borrow().effect(cx.py);
        if let Some(effect) = effect {
            trace::answered(cx.py, cx.names, error, &effect, self.shown(cx.py));
        }
    }

    /// What of it people may look at: a generator, a coroutine, or the function that will be called.
    pub(crate) fn shown(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        match &self.state {
            State::Generator(generator) => Some(generator.clone_ref(py).into_any()),
            State::Coroutine(coroutine) => Some(coroutine.clone_ref(py)),
            State::Call { function, .. } => Some(function.clone_ref(py)),
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
            State::Generator(generator) => visit.call(generator),
            State::Coroutine(object) | State::Single(object) => visit.call(object),
            State::Last => Ok(()),
        }
    }

    /// Where the code stands.
    fn place(&self, py: Python<'_>) -> Place {
        match &self.state {
            State::Generator(generator) => Place::of_generator(generator.bind(py).as_any()),
            State::Coroutine(coroutine) => Place::of_coroutine(coroutine.bind(py)),
            State::Call { function, .. } => Place::Function(function.clone_ref(py)),
            State::Single(_) | State::Last => Place::Words("by the program"),
        }
    }

    /// Calls the function of a program; gives its value if it is a plain function.
    fn begin<'py>(&mut self, cx: &Cx<'py>) -> Result<Option<Bound<'py, PyAny>>, PyErr> {
        let State::Call {
            function,
            args,
            kwargs,
        } = &self.state
        else {
            return Ok(None);
        };
        let kwargs = kwargs.as_ref().map(|kwargs| kwargs.bind(cx.py));
        let function = function.bind(cx.py);
        let made = match cx.tasks.context() {
            None => function.call(args.bind(cx.py), kwargs)?,
            Some(context) => {
                let mut all = vec![function.clone()];
                all.extend(args.bind(cx.py).iter());
                context.bind(cx.py).call_method(
                    intern!(cx.py, "run"),
                    PyTuple::new(cx.py, all)?,
                    kwargs,
                )?
            }
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
    fn resume(&mut self, cx: &mut Cx<'_>, input: Input<Live>) -> Step<Live> {
        if let Some(unbegun) = &mut self.unbegun {
            unbegun.0 = None;
            self.unbegun = None;
        }
        if let Input::Start = input {
            match self.begin(cx) {
                Ok(None) => {}
                Ok(Some(value)) => return self.finish(cx, value),
                Err(error) => return self.fail(cx, error),
            }
            if let State::Single(program) = &self.state {
                let program = program.bind(cx.py).clone();
                let meaning = self.understand(cx, &program);
                self.state = State::Last;
                return match meaning {
                    Ok(Meaning::Step(step)) => step,
                    Ok(Meaning::Value(value)) => Step::Return(value),
                    Err(error) => self.fail(cx, error),
                };
            }
        }
        let mut input = match (std::mem::replace(&mut self.wait, Wait::Plain), input) {
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
        loop {
            input = match self.advance(cx, input) {
                Turn::Returned(value) => return self.finish(cx, value),
                Turn::Raised(error) => return self.fail(cx, error),
                Turn::Yielded(yielded) => match self.understand(cx, &yielded) {
                    Ok(Meaning::Step(step)) => return step,
                    Ok(Meaning::Value(value)) => Input::Value(value),
                    Err(error) => Input::Error(error),
                },
            };
        }
    }
}

/// The state of an object that CPython resumes, if it is one.
fn started(names: &Names, object: &Bound<'_, PyAny>) -> Option<State> {
    let class = object.get_type();
    if class.is(&names.generator) {
        return object
            .cast::<PyIterator>()
            .ok()
            .map(|generator| State::Generator(generator.clone().unbind()));
    }
    class
        .is(&names.coroutine)
        .then(|| State::Coroutine(object.clone().unbind()))
}

/// Resumes a generator or coroutine in the context of its task.
fn within<'py>(
    context: &Bound<'py, PyAny>,
    object: &Bound<'py, PyAny>,
    input: Input<Live>,
) -> Turn<'py> {
    let py = object.py();
    let (name, value) = match input {
        Input::Start => (intern!(py, "send"), py.None()),
        Input::Value(value) => (intern!(py, "send"), value),
        Input::Error(error) => (intern!(py, "throw"), error.into_value(py).into_any()),
    };
    let resume = object.getattr(name);
    method(
        py,
        resume.and_then(|resume| context.call_method1(intern!(py, "run"), (resume, value))),
    )
}

fn is_coroutine(object: &Bound<'_, PyAny>) -> bool {
    names(object.py()).is_ok_and(|names| object.get_type().is(&names.coroutine))
}

fn throw<'py>(object: &Bound<'py, PyAny>, error: PyErr) -> Turn<'py> {
    let py = object.py();
    method(
        py,
        object.call_method1(intern!(py, "throw"), (error.into_value(py),)),
    )
}

/// What a call of `send` or `throw` as a method has done.
fn method<'py>(py: Python<'py>, result: PyResult<Bound<'py, PyAny>>) -> Turn<'py> {
    match result {
        Ok(yielded) => Turn::Yielded(yielded),
        Err(error) => Turn::of_error(py, error),
    }
}

fn not_a_program(names: &Names, object: &Bound<'_, PyAny>) -> PyErr {
    let shown = shown(object);
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
