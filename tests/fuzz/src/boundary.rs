//! Values across the boundary: whatever the host gives a program comes back equal, prints as Python prints it, and
//! what cannot enter is refused by name.

use crate::entropy::Entropy;
use crate::host::{MEMORY_BYTES, config};
use num_bigint::BigInt;
use sandbox::{Data, Event, Failure, PendingRequest, Program, Run};

/// Asks for values and gives them back: as it is, in containers, by keyword, after a copy, and as text.
const ECHO: &str = "\
while True:
    try:
        x = tool()
    except Exception as e:
        tool('refused', type(e).__name__, str(e))
        continue
    if x == 'stop':
        break
    tool('same', x, again=[x, {'x': x}], pair=(x, x))
    tool('text', repr(x))
    import copy
    y = copy.deepcopy(x)
    tool('copy', y, x == y or x != x or repr(x) == repr(y))
";

/// A value that has any shape.
pub fn value(e: &mut Entropy, depth: usize) -> Data {
    let most = if depth == 0 { 8 } else { 14 };
    let many = |e: &mut Entropy| -> Vec<Data> {
        let n = e.below(5);
        (0..n).map(|_| value(e, depth.saturating_sub(1))).collect()
    };
    match e.below(most) {
        0 => Data::None,
        1 => Data::Bool(e.one_in(2)),
        2 => Data::Int(e.edge() as i64),
        3 => Data::BigInt(big(e)),
        4 => Data::Float(float(e)),
        5 | 6 => Data::Str(text(e)),
        7 => Data::Bytes((0..e.below(40)).map(|_| e.edge() as u8).collect()),
        8 | 9 => Data::List(many(e)),
        10 => Data::Tuple(many(e)),
        11 => Data::Dict(
            (0..e.below(5))
                .map(|_| (key(e, 2), value(e, depth.saturating_sub(1))))
                .collect(),
        ),
        12 => Data::Set((0..e.below(12)).map(|_| key(e, 2)).collect()),
        _ => Data::FrozenSet((0..e.below(12)).map(|_| key(e, 2)).collect()),
    }
}

/// A value that can be hashed.
fn key(e: &mut Entropy, depth: usize) -> Data {
    match e.below(if depth == 0 { 6 } else { 8 }) {
        0 => Data::Int(e.below(10) as i64),
        1 => Data::Int(e.edge() as i64),
        2 => Data::Str(text(e)),
        3 => Data::Float(float(e)),
        4 => Data::Bool(e.one_in(2)),
        5 => Data::None,
        6 => Data::Tuple((0..e.below(4)).map(|_| key(e, depth - 1)).collect()),
        _ => Data::FrozenSet((0..e.below(4)).map(|_| key(e, depth - 1)).collect()),
    }
}

/// An integer that does not fit 64 bits.
fn big(e: &mut Entropy) -> BigInt {
    let wide = BigInt::from(e.number()) + BigInt::from(1u8);
    let shifted: BigInt = wide << (64 + e.below(300));
    if e.one_in(2) { shifted } else { -shifted }
}

fn float(e: &mut Entropy) -> f64 {
    match e.below(4) {
        0 => e.below(1000) as f64 / 8.0,
        1 => *e.pick(&[
            0.0,
            -0.0,
            1.0,
            f64::INFINITY,
            f64::NAN,
            f64::MIN_POSITIVE,
            1e16,
            1e22,
        ]),
        _ => f64::from_bits(e.number()),
    }
}

fn text(e: &mut Entropy) -> String {
    let n = if e.one_in(10) {
        e.below(200)
    } else {
        e.below(12)
    };
    let all = "ab'\"\\\n\t\0{}é漢\u{1f600}\u{ad}\u{300}\u{2028} 0%";
    let all: Vec<char> = all.chars().collect();
    (0..n).map(|_| *e.pick(&all)).collect()
}

/// A value as Python sees it: keys that are equal are one, and sets have no order that matters here.
fn seen(data: &Data) -> Data {
    let all = |items: &[Data]| items.iter().map(seen).collect::<Vec<_>>();
    match data {
        Data::List(items) => Data::List(all(items)),
        Data::Tuple(items) => Data::Tuple(all(items)),
        Data::Set(items) => Data::Set(distinct(all(items))),
        Data::FrozenSet(items) => Data::FrozenSet(distinct(all(items))),
        Data::Dict(pairs) => {
            let mut seen_pairs: Vec<(Data, Data)> = Vec::new();
            for (key, value) in pairs {
                let key = seen(key);
                if seen_pairs.iter().all(|(k, _)| !same_key(k, &key)) {
                    seen_pairs.push((key, seen(value)));
                }
            }
            Data::Dict(seen_pairs)
        }
        data => data.clone(),
    }
}

fn distinct(items: Vec<Data>) -> Vec<Data> {
    let mut kept: Vec<Data> = Vec::new();
    for item in items {
        if kept.iter().all(|k| !same_key(k, &item)) {
            kept.push(item);
        }
    }
    kept.sort_by_key(Data::repr);
    kept
}

/// Whether two keys are one for the sandbox: `1 == 1.0 == True`. A NaN is one with a NaN of the same bits.
fn same_key(a: &Data, b: &Data) -> bool {
    let number = |data: &Data| match data {
        Data::Bool(b) => Some(BigInt::from(u8::from(*b))),
        Data::Int(i) => Some(BigInt::from(*i)),
        Data::BigInt(i) => Some(i.clone()),
        Data::Float(x) if x.is_finite() && x.trunc() == *x => exact(*x),
        _ => None,
    };
    match (a, b) {
        (Data::Float(x), Data::Float(y)) => x == y || x.to_bits() == y.to_bits(),
        (Data::Tuple(x), Data::Tuple(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same_key(a, b))
        }
        (Data::FrozenSet(x), Data::FrozenSet(y)) => {
            x.len() == y.len() && x.iter().all(|a| y.iter().any(|b| same_key(a, b)))
        }
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        },
    }
}

/// The integer that a float is.
fn exact(x: f64) -> Option<BigInt> {
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64;
    if x == 0.0 {
        return Some(BigInt::from(0));
    }
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let shift = exponent - 1075;
    let value = if shift >= 0 {
        BigInt::from(mantissa) << shift
    } else {
        BigInt::from(mantissa) >> -shift
    };
    Some(if x < 0.0 { -value } else { value })
}

/// Whether two values are the same, a NaN the same as any NaN, and 0.0 not the same as -0.0.
fn same(a: &Data, b: &Data) -> bool {
    let all =
        |x: &[Data], y: &[Data]| x.len() == y.len() && x.iter().zip(y).all(|(a, b)| same(a, b));
    match (a, b) {
        (Data::Float(x), Data::Float(y)) => x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan(),
        (Data::List(x), Data::List(y))
        | (Data::Tuple(x), Data::Tuple(y))
        | (Data::Set(x), Data::Set(y))
        | (Data::FrozenSet(x), Data::FrozenSet(y)) => all(x, y),
        (Data::Dict(x), Data::Dict(y)) => {
            x.len() == y.len()
                && x.iter()
                    .zip(y)
                    .all(|((a, b), (c, d))| same(a, c) && same(b, d))
        }
        _ => a == b,
    }
}

fn has_nan(data: &Data) -> bool {
    match data {
        Data::Float(x) => x.is_nan(),
        Data::List(items) | Data::Tuple(items) | Data::Set(items) | Data::FrozenSet(items) => {
            items.iter().any(has_nan)
        }
        Data::Dict(pairs) => pairs.iter().any(|(k, v)| has_nan(k) || has_nan(v)),
        _ => false,
    }
}

fn has_set(data: &Data) -> bool {
    match data {
        Data::Set(items) | Data::FrozenSet(items) => items.len() > 1 || items.iter().any(has_set),
        Data::List(items) | Data::Tuple(items) => items.iter().any(has_set),
        Data::Dict(pairs) => pairs.iter().any(|(k, v)| has_set(k) || has_set(v)),
        _ => false,
    }
}

/// Something that cannot enter: too deep, a key that has no hash, an object of the host's.
fn refused(e: &mut Entropy) -> Data {
    match e.below(4) {
        0 => {
            let deep = Data::DEPTH_MAX + 1 + e.below(400);
            (0..deep).fold(Data::None, |inner, i| match i % 3 {
                0 => Data::List(vec![inner]),
                1 => Data::Tuple(vec![inner]),
                _ => Data::Dict(vec![(Data::None, inner)]),
            })
        }
        1 => Data::Set(vec![Data::List(vec![value(e, 1)])]),
        2 => Data::Dict(vec![(Data::Tuple(vec![Data::Dict(vec![])]), Data::None)]),
        _ => Data::List(vec![Data::Object {
            class: text(e),
            fields: vec![(text(e), value(e, 1))],
        }]),
    }
}

/// A call's number, its arguments, and those with keywords.
type Call = (u64, Vec<Data>, Vec<(String, Data)>);

fn next_call(run: &mut Run) -> Result<Call, String> {
    loop {
        match run.advance() {
            Event::Paused => {}
            Event::Suspended => break,
            event => return Err(format!("it ended: {event:?}")),
        }
    }
    let pending = run.pending().first().cloned().ok_or("nothing is open")?;
    match pending.request {
        PendingRequest::Call { args, kwargs, .. } => Ok((pending.id, args, kwargs)),
        PendingRequest::Host(host) => Err(format!("it asked for {host:?}")),
    }
}

/// Sends some values in and looks at what comes back.
///
/// # Errors
/// What must hold and does not.
///
/// # Panics
/// If the program that gives values back does not compile.
pub fn check(e: &mut Entropy) -> Result<(), String> {
    let mut config = config();
    config.limits.calls = 1000;
    config.limits.memory_bytes = MEMORY_BYTES;
    let program = Program::compile(ECHO, "echo.py").expect("it is Python");
    let mut run = Run::new(program, config);
    for _ in 0..8 {
        let (id, ..) = next_call(&mut run)?;
        let answer = |run: &mut Run, id, with: &Result<Data, Failure>| {
            run.answer(id, with).map_err(|e| e.to_string())
        };
        if e.one_in(6) {
            let bad = if e.one_in(2) {
                Ok(refused(e))
            } else {
                let names = ["ValueError", "KeyError", "Nobody", "", "Exception", "type"];
                Err(Failure::new(*e.pick(&names), text(e)))
            };
            answer(&mut run, id, &bad)?;
            let (id, args, _) = next_call(&mut run)?;
            let named = matches!(args.as_slice(), [Data::Str(what), Data::Str(name), _] if what == "refused" && !name.is_empty());
            if !named {
                return Err(format!("{bad:?} was not refused: {args:?}"));
            }
            answer(&mut run, id, &Ok(Data::None))?;
            continue;
        }
        let sent = value(e, 4);
        if sent == Data::Str("stop".into()) {
            continue;
        }
        answer(&mut run, id, &Ok(sent.clone()))?;
        if e.one_in(3) {
            next_call(&mut run)?;
            run = crate::host::through_a_snapshot(run)?;
        }
        let want = seen(&sent);
        let (id, args, kwargs) = next_call(&mut run)?;
        let back = args.get(1).map(seen).ok_or("it gave nothing back")?;
        if !same(&want, &back) {
            return Err(format!("sent {sent:?}\ngot  {back:?}"));
        }
        let [(again, list), (pair, tuple)] = kwargs.as_slice() else {
            return Err(format!("keywords: {kwargs:?}"));
        };
        let dict = Data::Dict(vec![(Data::Str("x".into()), want.clone())]);
        let good = again == "again"
            && pair == "pair"
            && same(&seen(list), &Data::List(vec![want.clone(), dict]))
            && same(&seen(tuple), &Data::Tuple(vec![want.clone(), want.clone()]));
        if !good {
            return Err(format!("sent {sent:?}\ngot  {kwargs:?}"));
        }
        answer(&mut run, id, &Ok(Data::None))?;
        let (id, args, _) = next_call(&mut run)?;
        let text = args.get(1).cloned().ok_or("no text")?;
        if !has_set(&want) && text != Data::Str(want.repr()) {
            return Err(format!("{} prints as {text:?}", want.repr()));
        }
        answer(&mut run, id, &Ok(Data::None))?;
        let (id, args, _) = next_call(&mut run)?;
        let copied = args.get(1).map(seen).ok_or("no copy")?;
        let equal = has_nan(&want) || args.get(2) == Some(&Data::Bool(true));
        if !same(&want, &copied) || !equal {
            return Err(format!("copied {want:?}\ngot    {copied:?}"));
        }
        answer(&mut run, id, &Ok(Data::None))?;
    }
    Ok(())
}
