//! JSON on the command line, as Python's `json.loads` reads it: the order of keys stays.

use num_bigint::BigInt;
use sandbox::Data;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

#[cfg(test)]
mod tests;

/// From here on a float may stand for an integer that did not fit.
const INTEGERS_END: f64 = 18_446_744_073_709_551_616.0;

/// A value from its JSON text.
///
/// # Errors
/// In words, what is wrong with the text.
pub(crate) fn data(text: &str) -> Result<Data, String> {
    let parsed = serde_json::from_str::<Json>(text);
    parsed
        .map(|json| json.0)
        .map_err(|err| format!("`--value {text}` is not JSON: {err}"))
}

struct Json(Data);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Self)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Data, E> {
        Ok(Data::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Data, E> {
        Ok(Data::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Data, E> {
        Ok(i64::try_from(value).map_or_else(|_| Data::BigInt(BigInt::from(value)), Data::Int))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Data, E> {
        if value.abs() >= INTEGERS_END {
            return Err(E::custom("numbers beyond 64 bits cannot be given here"));
        }
        Ok(Data::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Data, E> {
        Ok(Data::Str(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        let mut items = Vec::new();
        while let Some(Json(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Data::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut pairs: Vec<(Data, Data)> = Vec::new();
        while let Some((key, Json(value))) = map.next_entry::<String, Json>()? {
            let key = Data::Str(key);
            match pairs.iter_mut().find(|(known, _)| *known == key) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key, value)),
            }
        }
        Ok(Data::Dict(pairs))
    }
}
