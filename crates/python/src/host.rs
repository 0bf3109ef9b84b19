//! The trusted side of the `kont` command, in CPython: `kont._host.Host` behind the command's trait.

use cli::host::{
    Call, CallId, Execute, Execution, HostError, HostTurn, Progress, Queried, Question, StepAnswer,
    Told, ToolHost, ToolSpec,
};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use sandbox::{Data, Failure, Outcome};
use std::ops::ControlFlow;
use std::path::Path;

use crate::data::{to_data, to_object};
use crate::names::names;

/// A `kont._host.Host`, made when the tools are loaded.
#[derive(Default)]
pub(crate) struct PythonHost {
    host: Option<Py<PyAny>>,
}

impl PythonHost {
    fn host<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.host {
            Some(host) => Ok(host.bind(py).clone()),
            None => Err(names(py)?.usage(py, "the tools have not been loaded")),
        }
    }

    fn make<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.host(py)?.getattr("make")
    }

    fn arguments<'py>(
        &self,
        py: Python<'py>,
        args: &[Data],
        kwargs: &[(String, Data)],
    ) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        let make = self.make(py)?;
        let args = args
            .iter()
            .map(|arg| to_object(py, arg, &make))
            .collect::<PyResult<Vec<_>>>()?;
        let named = PyDict::new(py);
        for (name, value) in kwargs {
            named.set_item(name, to_object(py, value, &make)?)?;
        }
        Ok((PyTuple::new(py, args)?, named))
    }

    fn try_start(&self, py: Python<'_>, call: &Call) -> PyResult<HostTurn> {
        let (args, kwargs) = self.arguments(py, &call.args, &call.kwargs)?;
        turn(
            &self
                .host(py)?
                .call_method1("start", (call.id.0, &call.name, args, kwargs))?,
        )
    }

    fn try_answer(&self, py: Python<'_>, call: CallId, answer: StepAnswer) -> PyResult<HostTurn> {
        let host = self.host(py)?;
        let given = match answer {
            StepAnswer::Executed(Ok(data)) => {
                let value = to_object(py, &data, &self.make(py)?)?;
                host.call_method1("answer", (call.0, value, py.None()))
            }
            StepAnswer::Executed(Err(failure)) => {
                let error = host.call_method1("failure", (failure.type_name, failure.message))?;
                host.call_method1("answer", (call.0, py.None(), error))
            }
            StepAnswer::Approved => host.call_method1("answer", (call.0, true, py.None())),
            StepAnswer::Denied => host.call_method1("denied", (call.0,)),
        };
        turn(&given?)
    }

    fn try_execute(
        &self,
        py: Python<'_>,
        batch: &[Execution],
        report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> PyResult<()> {
        let mut asked = Vec::with_capacity(batch.len());
        for Execution { call, execute, key } in batch {
            let (args, kwargs) = self.arguments(py, &execute.args, &execute.kwargs)?;
            asked.push((call.0, &execute.tool, args, kwargs, key));
        }
        let events = self.host(py)?.call_method1("execute", (asked,))?;
        let mut event = events.call_method1("send", (py.None(),));
        let result = loop {
            let progress = match event {
                Ok(event) => progress(&event)?,
                Err(error) if error.is_instance_of::<pyo3::exceptions::PyStopIteration>(py) => {
                    break Ok(());
                }
                Err(error) => break Err(error),
            };
            // The driver waits for its disk here; nothing of Python is needed meanwhile, but the tools' threads may be.
            let goes_on = report(progress).is_continue();
            event = events.call_method1("send", (goes_on,));
        };
        events.call_method0("close")?;
        result
    }
}

fn progress(event: &Bound<'_, PyAny>) -> PyResult<Progress> {
    let call = CallId(event.get_item(1)?.extract()?);
    let word: String = event.get_item(0)?.extract()?;
    if word == "starting" {
        return Ok(Progress::Starting(call));
    }
    let value = event.get_item(2)?;
    let failed = event.py().import("kont._execute")?.getattr("Failed")?;
    if value.is_instance(&failed)? {
        return Ok(Progress::Ended(call, Err(describe(&value))));
    }
    Ok(Progress::Ended(
        call,
        to_data(&value).map_err(|error| describe(error.value(event.py()).as_any())),
    ))
}

fn turn(turn: &Bound<'_, PyAny>) -> PyResult<HostTurn> {
    let word: String = turn.get_item(0)?.extract()?;
    let outcome = |value: Bound<'_, PyAny>| -> Outcome {
        to_data(&value).map_err(|error| describe(error.value(value.py()).as_any()))
    };
    Ok(match word.as_str() {
        "done" => HostTurn::Done(outcome(turn.get_item(1)?)),
        "failed" => HostTurn::Done(Err(describe(&turn.get_item(1)?))),
        "question" => {
            let data = outcome(turn.get_item(2)?);
            match data {
                Ok(data) => HostTurn::Question(Question {
                    text: turn.get_item(1)?.extract()?,
                    data,
                }),
                Err(failure) => HostTurn::Done(Err(failure)),
            }
        }
        _ => {
            let args = turn
                .get_item(2)?
                .try_iter()?
                .map(|arg| to_data(&arg?))
                .collect::<PyResult<_>>()?;
            let mut kwargs = Vec::new();
            for (name, value) in turn
                .get_item(3)?
                .cast::<PyDict>()
                .map_err(PyErr::from)?
                .iter()
            {
                kwargs.push((name.extract()?, to_data(&value)?));
            }
            HostTurn::Execute(Execute {
                tool: turn.get_item(1)?.extract()?,
                args,
                kwargs,
                place: turn.get_item(4)?.extract()?,
            })
        }
    })
}

/// What an exception, or a `Failed`, is for a sandboxed program.
fn describe(error: &Bound<'_, PyAny>) -> Failure {
    let told = || -> PyResult<(String, String)> {
        error
            .py()
            .import("kont._host")?
            .call_method1("describe", (error,))?
            .extract()
    };
    match told() {
        Ok((type_name, message)) => Failure::new(type_name, message),
        Err(second) => Failure::new(
            "RuntimeError",
            format!("an exception without a message: {second}"),
        ),
    }
}

fn failure(py: Python<'_>, error: &PyErr) -> Failure {
    describe(error.value(py).as_any())
}

fn host_error(py: Python<'_>, error: &PyErr) -> HostError {
    if error.is_instance_of::<PyKeyboardInterrupt>(py) {
        return HostError::Interrupted;
    }
    let text = py
        .import("traceback")
        .and_then(|traceback| traceback.call_method1("format_exception", (error.value(py),)))
        .and_then(|lines| lines.extract::<Vec<String>>());
    HostError::Internal(text.map_or_else(|_| error.to_string(), |lines| lines.concat()))
}

impl ToolHost for PythonHost {
    fn load(
        &mut self,
        tools: Option<&Path>,
        policy: Option<&Path>,
    ) -> Result<Vec<ToolSpec>, HostError> {
        Python::attach(|py| {
            let mut load = || -> PyResult<Vec<ToolSpec>> {
                let host = py.import("kont._host")?.getattr("Host")?.call0()?;
                let found = host.call_method1("load", (tools, policy))?;
                self.host = Some(host.unbind());
                found.try_iter()?.map(|tool| spec(&tool?)).collect()
            };
            load().map_err(|error| match host_error(py, &error) {
                HostError::Internal(_) if is_load_error(py, &error) => {
                    HostError::Load(error.value(py).to_string())
                }
                other => other,
            })
        })
    }

    fn start(&mut self, call: &Call) -> Result<HostTurn, HostError> {
        Python::attach(|py| {
            self.try_start(py, call)
                .map_err(|error| host_error(py, &error))
        })
    }

    fn answer(&mut self, call: CallId, answer: StepAnswer) -> Result<HostTurn, HostError> {
        Python::attach(|py| {
            self.try_answer(py, call, answer)
                .map_err(|error| host_error(py, &error))
        })
    }

    fn execute(
        &mut self,
        batch: Vec<Execution>,
        report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), HostError> {
        Python::attach(|py| {
            self.try_execute(py, &batch, report)
                .map_err(|error| host_error(py, &error))
        })
    }

    fn query(&mut self, tool: &str, key: &str) -> Result<Queried, Failure> {
        Python::attach(|py| {
            let ask = || -> PyResult<Queried> {
                let value = self.host(py)?.call_method1("query", (tool, key))?;
                Ok(if value.is_none() {
                    Queried::NotHappened
                } else {
                    Queried::Happened(to_data(&value)?)
                })
            };
            ask().map_err(|error| failure(py, &error))
        })
    }

    fn interrupted(&mut self) -> bool {
        Python::attach(|py| py.check_signals().is_err())
    }

    fn summary(&mut self, calls: &[Told]) -> Result<Option<String>, Failure> {
        // A run without tools has nobody to ask.
        if self.host.is_none() {
            return Ok(None);
        }
        Python::attach(|py| {
            let ask = || -> PyResult<Option<String>> {
                let mut told = Vec::with_capacity(calls.len());
                for Told { call, outcome } in calls {
                    let (args, kwargs) = self.arguments(py, &call.args, &call.kwargs)?;
                    let (result, error) = match outcome {
                        Ok(data) => (to_object(py, data, &self.make(py)?)?, None),
                        Err(failure) => (py.None().into_bound(py), Some(failure.type_name.clone())),
                    };
                    told.push((call.id.0, &call.name, args, kwargs, result, error));
                }
                self.host(py)?.call_method1("summary", (told,))?.extract()
            };
            ask().map_err(|error| failure(py, &error))
        })
    }
}

fn is_load_error(py: Python<'_>, error: &PyErr) -> bool {
    let class = py
        .import("kont._host")
        .and_then(|host| host.getattr("LoadError"));
    class.is_ok_and(|class| error.value(py).is_instance(&class).unwrap_or(false))
}

fn spec(tool: &Bound<'_, PyAny>) -> PyResult<ToolSpec> {
    Ok(ToolSpec {
        name: tool.getattr("name")?.extract()?,
        is_async: tool.getattr("is_async")?.extract()?,
        signature: Some(tool.call_method0("text_signature")?.extract()?),
        doc: tool.getattr("doc")?.extract()?,
        can_query: !tool.getattr("query")?.is_none(),
        retry_in_doubt: tool.getattr("retry_in_doubt")?.extract()?,
    })
}
