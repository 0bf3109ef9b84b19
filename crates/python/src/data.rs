//! Data of sandboxed programs as Python objects, and back.

use num_bigint::BigInt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString,
    PyTuple,
};
use sandbox::Data;

use crate::names::names;

/// The fields with which dates and times cross, by class, in the order of their constructors.
const TIMES: &[(&str, &[&str])] = &[
    // A datetime is a date, so it is looked at first.
    (
        "datetime",
        &[
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "second",
            "microsecond",
        ],
    ),
    ("date", &["year", "month", "day"]),
    ("time", &["hour", "minute", "second", "microsecond"]),
    ("timedelta", &["days", "seconds", "microseconds"]),
];

/// Copies an object into data.
///
/// # Errors
/// `TypeError` for what is no plain data, `ValueError` for what is nested too deeply; both say where.
pub(crate) fn to_data(object: &Bound<'_, PyAny>) -> PyResult<Data> {
    copy(object, 0)
}

fn copy(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Data> {
    if depth > Data::DEPTH_MAX {
        let text = format!(
            "data is nested more than {} levels deep, or contains itself",
            Data::DEPTH_MAX
        );
        return Err(PyValueError::new_err(text));
    }
    if object.is_none() {
        return Ok(Data::None);
    }
    if let Ok(value) = object.cast::<PyBool>() {
        return Ok(Data::Bool(value.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return Ok(match object.extract::<i64>() {
            Ok(value) => Data::Int(value),
            Err(_) => Data::BigInt(object.extract::<BigInt>()?),
        });
    }
    if let Ok(value) = object.cast::<PyFloat>() {
        return Ok(Data::Float(value.value()));
    }
    if let Ok(value) = object.cast::<PyString>() {
        return match value.to_str() {
            Ok(text) => Ok(Data::Str(text.to_owned())),
            Err(_) => Err(PyTypeError::new_err(format!(
                "{} is not valid Unicode text",
                value.repr()?
            ))),
        };
    }
    if let Ok(value) = object.cast::<PyBytes>() {
        return Ok(Data::Bytes(value.as_bytes().to_vec()));
    }
    if let Ok(value) = object.cast::<PyByteArray>() {
        return Ok(Data::Bytes(value.to_vec()));
    }
    if let Ok(items) = object.cast::<PyList>() {
        return Ok(Data::List(copy_all(items.iter(), depth)?));
    }
    if let Ok(items) = object.cast::<PyTuple>() {
        return Ok(Data::Tuple(copy_all(items.iter(), depth)?));
    }
    if let Ok(pairs) = object.cast::<PyDict>() {
        let mut copied = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            copied.push((copy(&key, depth + 1)?, copy(&value, depth + 1)?));
        }
        return Ok(Data::Dict(copied));
    }
    if let Ok(items) = object.cast::<PySet>() {
        return Ok(Data::Set(sorted(copy_all(items.iter(), depth)?)));
    }
    if let Ok(items) = object.cast::<PyFrozenSet>() {
        return Ok(Data::FrozenSet(sorted(copy_all(items.iter(), depth)?)));
    }
    instance(object, depth)
}

fn copy_all<'py>(
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    depth: usize,
) -> PyResult<Vec<Data>> {
    items.map(|item| copy(&item, depth + 1)).collect()
}

/// A set's order differs from process to process: text is hashed with a random key.
fn sorted(mut items: Vec<Data>) -> Vec<Data> {
    items.sort_by_cached_key(Data::repr);
    items
}

fn instance(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Data> {
    let py = object.py();
    let datetime = py.import(pyo3::intern!(py, "datetime"))?;
    for (class, names) in TIMES {
        if !object.is_instance(&datetime.getattr(*class)?)? {
            continue;
        }
        if object.getattr("tzinfo").is_ok_and(|zone| !zone.is_none()) {
            return Err(PyTypeError::new_err(format!(
                "{} has a time zone, which does not cross into the sandbox\nhelp: give it as text: `.isoformat()`",
                object.repr()?
            )));
        }
        let fields = names.iter().map(|name| {
            Ok((
                (*name).to_owned(),
                copy(&object.getattr(*name)?, depth + 1)?,
            ))
        });
        return Ok(Data::Object {
            class: (*class).to_owned(),
            fields: fields.collect::<PyResult<_>>()?,
        });
    }
    let class = object.get_type();
    if let Ok(names) = class.getattr(pyo3::intern!(py, "__dataclass_fields__")) {
        let mut fields = Vec::new();
        for field in py
            .import("dataclasses")?
            .call_method1("fields", (object,))?
            .try_iter()?
        {
            let name: String = field?.getattr("name")?.extract()?;
            let value = copy(&object.getattr(name.as_str())?, depth + 1)?;
            fields.push((name, value));
        }
        drop(names);
        return Ok(Data::Object {
            class: class.name()?.to_string(),
            fields,
        });
    }
    if object.is_instance(names(py)?.record.get(py)?)? {
        let class = object.getattr("class_name")?.extract()?;
        let mut fields = Vec::new();
        for (name, value) in object
            .getattr("fields")?
            .cast::<PyDict>()
            .map_err(PyErr::from)?
            .iter()
        {
            fields.push((name.extract()?, copy(&value, depth + 1)?));
        }
        return Ok(Data::Object { class, fields });
    }
    Err(PyTypeError::new_err(format!(
        "a value of type `{}` cannot cross into or out of the sandbox\nhelp: plain data and dataclasses can; give a \
         dict or a text in its place",
        class.fully_qualified_name()?
    )))
}

/// Makes the objects of data.
///
/// * `make` – called with a class's name and a dict of its fields, for objects that are no dates or times.
pub(crate) fn to_object<'py>(
    py: Python<'py>,
    data: &Data,
    make: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let all = |items: &[Data]| -> PyResult<Vec<_>> {
        items.iter().map(|item| to_object(py, item, make)).collect()
    };
    Ok(match data {
        Data::None => py.None().into_bound(py),
        Data::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
        Data::Int(value) => value.into_pyobject(py)?.into_any(),
        Data::BigInt(value) => value.into_pyobject(py)?.into_any(),
        Data::Float(value) => value.into_pyobject(py)?.into_any(),
        Data::Str(text) => PyString::new(py, text).into_any(),
        Data::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        Data::List(items) => PyList::new(py, all(items)?)?.into_any(),
        Data::Tuple(items) => PyTuple::new(py, all(items)?)?.into_any(),
        Data::Set(items) => PySet::new(py, all(items)?)?.into_any(),
        Data::FrozenSet(items) => PyFrozenSet::new(py, all(items)?)?.into_any(),
        Data::Dict(pairs) => {
            let dict = PyDict::new(py);
            for (key, value) in pairs {
                dict.set_item(to_object(py, key, make)?, to_object(py, value, make)?)?;
            }
            dict.into_any()
        }
        Data::Object { class, fields } => {
            let given = PyDict::new(py);
            for (name, value) in fields {
                given.set_item(name, to_object(py, value, make)?)?;
            }
            match time(py, class, &given)? {
                Some(time) => time,
                None => make.call1((class, given))?,
            }
        }
    })
}

/// The date or time of a class and its fields, if it is one. One with a time zone is not: it would lose the zone.
fn time<'py>(
    py: Python<'py>,
    class: &str,
    fields: &Bound<'py, PyDict>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some((class, names)) = TIMES.iter().find(|(name, _)| *name == class) else {
        return Ok(None);
    };
    let datetime = py.import("datetime")?;
    // The sandbox keeps a duration as one number of microseconds.
    if let ("timedelta", Some(us)) = (*class, fields.get_item("us")?) {
        let named = PyDict::new(py);
        named.set_item("microseconds", us)?;
        return datetime.getattr(*class)?.call((), Some(&named)).map(Some);
    }
    let zone = fields.get_item("tzinfo")?;
    if zone.is_some_and(|zone| !zone.is_none()) {
        return Ok(None);
    }
    let mut values = Vec::with_capacity(names.len());
    for name in *names {
        match fields.get_item(name)? {
            Some(value) => values.push(value),
            None => return Ok(None),
        }
    }
    datetime
        .getattr(*class)?
        .call1(PyTuple::new(py, values)?)
        .map(Some)
}
