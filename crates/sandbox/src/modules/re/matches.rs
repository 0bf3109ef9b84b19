//! What programs see of matches: the methods of `re.Match`, and the attributes of both.

use super::Program;
use super::api::{Subject, bind, expand as fill, piece, program, read_template};
use crate::heap::{Heap, Object, Ref, Type, Value, object::Match};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::Vm;
use std::sync::Arc;

/// The natives of this file.
pub const NATIVES: &[NativeDef] = &[
    NativeDef::method(Type::Match, "group", group),
    NativeDef::method(Type::Match, "__getitem__", get_item),
    NativeDef::method(Type::Match, "groups", groups),
    NativeDef::method(Type::Match, "groupdict", groupdict),
    NativeDef::method(Type::Match, "start", start),
    NativeDef::method(Type::Match, "end", end),
    NativeDef::method(Type::Match, "span", span),
    NativeDef::method(Type::Match, "expand", expand),
];

struct Taken {
    object: Match,
    program: Arc<Program>,
    text: Subject,
}

fn this(vm: &mut Vm, args: Args<'_>) -> Res<Taken> {
    let taken = args
        .pos
        .first()
        .and_then(|v| v.as_ref())
        .and_then(|r| take(vm, r));
    taken.ok_or_else(|| vm.type_error("a match is required"))
}

fn take(vm: &Vm, r: Ref) -> Option<Taken> {
    let Object::Match(object) = vm.heap.get(r) else {
        return None;
    };
    Some(Taken {
        object: (**object).clone(),
        program: program(vm, object.pattern)?,
        text: Subject::of(vm, Value::Ref(object.subject))?,
    })
}

impl Taken {
    fn number(&self, vm: &mut Vm, v: Value) -> Res<usize> {
        let found = match v {
            Value::Int(n) => usize::try_from(n).ok(),
            Value::Bool(b) => Some(usize::from(b)),
            _ => vm.heap.as_str(v).and_then(|name| {
                let known = self.program.names.iter().find(|(n, _)| n == name);
                known.map(|(_, g)| *g as usize)
            }),
        };
        found
            .filter(|g| *g < self.object.spans.len())
            .ok_or_else(|| vm.exception(Type::IndexError, "no such group"))
    }

    fn text_of(&self, vm: &mut Vm, group: usize, absent: Value) -> Res<Value> {
        match self.object.spans[group] {
            Some((from, to)) => piece(vm, self.text, from as usize, to as usize),
            None => Ok(absent),
        }
    }

    /// Start and end of a group in characters, -1 if it did not match.
    fn span(&self, heap: &Heap, group: usize) -> (i64, i64) {
        self.object.spans[group].map_or((-1, -1), |(from, to)| {
            let chars = |at: u32| self.text.chars_before(heap, at as usize) as i64;
            (chars(from), chars(to))
        })
    }
}

fn group(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let this = this(vm, args)?;
    let wanted = &args.pos[1..];
    let value = match wanted {
        [] => this.text_of(vm, 0, Value::None)?,
        [one] => {
            let g = this.number(vm, *one)?;
            this.text_of(vm, g, Value::None)?
        }
        many => {
            let mut items = Vec::with_capacity(many.len());
            for v in many {
                let g = this.number(vm, *v)?;
                items.push(this.text_of(vm, g, Value::None)?);
            }
            vm.new_tuple(items)?
        }
    };
    Ok(Flow::Value(value))
}

fn get_item(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let Some(Value::Ref(r)) = args.pos.first().copied() else {
        return Err(vm.type_error("a match is required"));
    };
    let key = args.pos.get(1).copied().unwrap_or(Value::None);
    item(vm, r, key).map(Flow::Value)
}

/// `match[k]`.
///
/// # Errors
/// `IndexError` if there is no such group.
pub(crate) fn item(vm: &mut Vm, r: Ref, k: Value) -> Res<Value> {
    let args = Args {
        pos: &[Value::Ref(r), k],
        kw: &[],
    };
    let this = this(vm, args)?;
    let g = this.number(vm, k)?;
    this.text_of(vm, g, Value::None)
}

fn default(vm: &mut Vm, args: Args<'_>, name: &str) -> Res<Value> {
    let [default] = bind(vm, args, name, ["default"], 0)?;
    Ok(if default.is_unbound() {
        Value::None
    } else {
        default
    })
}

fn groups(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let this = this(vm, args)?;
    let default = default(vm, args, "groups")?;
    let all = 1..this.object.spans.len();
    let items = all
        .map(|g| this.text_of(vm, g, default))
        .collect::<Res<Vec<_>>>()?;
    vm.new_tuple(items).map(Flow::Value)
}

fn named(vm: &mut Vm, pairs: Vec<(String, Value)>) -> Res<Value> {
    let dict = vm.alloc(Object::Dict(Box::default()))?;
    for (name, value) in pairs {
        let key = vm.new_str(name)?;
        crate::objects::dict::insert(vm, dict, key, value)?;
    }
    Ok(Value::Ref(dict))
}

fn groupdict(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let this = this(vm, args)?;
    let default = default(vm, args, "groupdict")?;
    let mut pairs = Vec::new();
    for (name, g) in this.program.names.clone() {
        pairs.push((name, this.text_of(vm, g as usize, default)?));
    }
    named(vm, pairs).map(Flow::Value)
}

fn span_of(vm: &mut Vm, args: Args<'_>) -> Res<(i64, i64)> {
    let this = this(vm, args)?;
    let g = this.number(vm, args.pos.get(1).copied().unwrap_or(Value::Int(0)))?;
    Ok(this.span(&vm.heap, g))
}

fn start(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    span_of(vm, args).map(|(start, _)| Flow::Value(Value::Int(start)))
}

fn end(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    span_of(vm, args).map(|(_, end)| Flow::Value(Value::Int(end)))
}

fn span(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let (start, end) = span_of(vm, args)?;
    vm.new_tuple(vec![Value::Int(start), Value::Int(end)])
        .map(Flow::Value)
}

fn expand(vm: &mut Vm, args: Args<'_>) -> Res<Flow> {
    let this = this(vm, args)?;
    let [template] = bind(vm, args, "expand", ["template"], 1)?;
    let parts = read_template(vm, &this.program, template)?;
    let spans = this.object.spans.iter();
    let spans: Vec<_> = spans
        .map(|s| s.map(|(a, b)| (a as usize, b as usize)))
        .collect();
    fill(vm, &parts, this.text, &spans).map(Flow::Value)
}

/// A data attribute of a pattern or a match, if it has one of that name.
///
/// # Errors
/// [`Raise::Limit`] if memory is used up.
pub fn attribute(vm: &mut Vm, r: Ref, name: &str) -> Res<Option<Value>> {
    match vm.heap.get(r) {
        Object::Pattern(pattern) => {
            let (source, flags) = (pattern.source, pattern.flags);
            let Some(program) = program(vm, r) else {
                return Err(Raise::Refused("a pattern that does not compile".into()));
            };
            Ok(Some(match name {
                "pattern" => source,
                "flags" => Value::Int(i64::from(flags)),
                "groups" => Value::Int(i64::from(program.groups)),
                "groupindex" => {
                    let names = program.names.iter();
                    let pairs = names.map(|(n, g)| (n.clone(), Value::Int(i64::from(*g))));
                    named(vm, pairs.collect())?
                }
                _ => return Ok(None),
            }))
        }
        Object::Match(_) => {
            let Some(this) = take(vm, r) else {
                return Ok(None);
            };
            let last = this.object.last_group;
            Ok(Some(match name {
                "re" => Value::Ref(this.object.pattern),
                "string" => Value::Ref(this.object.subject),
                "pos" => Value::Int(i64::from(this.object.range.0)),
                "endpos" => Value::Int(i64::from(this.object.range.1)),
                "lastindex" => last.map_or(Value::None, |g| Value::Int(i64::from(g))),
                "lastgroup" => {
                    let known = this.program.names.iter().find(|(_, g)| Some(*g) == last);
                    match known {
                        Some((name, _)) => vm.new_str(name.as_str())?,
                        None => Value::None,
                    }
                }
                "regs" => {
                    let mut spans = Vec::new();
                    for g in 0..this.object.spans.len() {
                        let (a, b) = this.span(&vm.heap, g);
                        spans.push(vm.new_tuple(vec![Value::Int(a), Value::Int(b)])?);
                    }
                    vm.new_tuple(spans)?
                }
                _ => return Ok(None),
            }))
        }
        _ => Ok(None),
    }
}
