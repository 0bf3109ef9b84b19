//! What an object refers to: the collector's view, and the check of loaded snapshots. ORDER: `Object`.

use super::{
    Object, Text, Value,
    attrs::Attrs,
    object::{GeneratorState, Iter},
};
use crate::vm::frame::{PyFrame, Saved};

/// Calls `see` with every value that an object holds.
pub fn children(object: &Object, see: &mut impl FnMut(Value)) {
    match object {
        Object::Str(Text::Start { buffer, .. }) => see(Value::Ref(*buffer)),
        Object::Free(_)
        | Object::Str(_)
        | Object::Buffer(_)
        | Object::Bytes(_)
        | Object::BigInt(_)
        | Object::Range(_)
        | Object::Module(_)
        | Object::HostFunction(_)
        | Object::Traceback(_) => {}
        Object::List(items) => items.iter().for_each(|v| see(*v)),
        Object::Tuple(items) => items.iter().for_each(|v| see(*v)),
        Object::Dict(d) => {
            d.shows.into_iter().for_each(|r| see(Value::Ref(r)));
            d.iter().for_each(|e| {
                see(e.key);
                see(e.value);
            });
        }
        Object::Set(s) => s.iter().for_each(|(_, key)| see(key)),
        Object::Slice(parts) => parts.iter().for_each(|v| see(*v)),
        Object::Property(parts) => parts.iter().for_each(|v| see(*v)),
        Object::Cell(v) | Object::ClassMethod(v) | Object::StaticMethod(v) => see(*v),
        Object::Function(f) => {
            f.defaults
                .iter()
                .chain(f.kw_defaults.iter())
                .for_each(|v| see(*v));
            f.closure.iter().for_each(|r| see(Value::Ref(*r)));
            attrs(&f.attrs, see);
        }
        Object::Method { func, this } => {
            see(*func);
            see(*this);
        }
        Object::Class(c) => {
            c.bases
                .iter()
                .chain(&c.mro)
                .for_each(|r| see(Value::Ref(*r)));
            attrs(&c.attrs, see);
        }
        Object::Instance(i) => {
            see(Value::Ref(i.class));
            see(i.native);
            attrs(&i.attrs, see);
        }
        Object::Exception(e) => {
            see(Value::Ref(e.class));
            see(Value::Ref(e.args));
            see(e.cause);
            see(e.context);
            attrs(&e.attrs, see);
        }
        Object::Generator(g) => match &g.state {
            GeneratorState::Created(s) | GeneratorState::Suspended(s) => saved(s, see),
            GeneratorState::Running | GeneratorState::Finished => {}
        },
        Object::Iter(i) => iter(i, see),
        Object::Super { class, this } => {
            see(Value::Ref(*class));
            see(*this);
        }
        Object::DictView { dict, .. } => see(Value::Ref(*dict)),
        Object::Namespace(n) => attrs(n, see),
        Object::MappingProxy(r) => see(Value::Ref(*r)),
        Object::HostCall(call) => {
            if let Some(call) = call {
                call.args.iter().for_each(|v| see(*v));
                call.kwargs.iter().for_each(|(_, v)| see(*v));
            }
        }
        Object::Pattern(p) => see(p.source),
        Object::Match(m) => {
            see(Value::Ref(m.pattern));
            see(Value::Ref(m.subject));
        }
        Object::Alias { origin, args } => {
            see(*origin);
            see(Value::Ref(*args));
        }
    }
}

fn attrs(attrs: &Attrs, see: &mut dyn FnMut(Value)) {
    attrs.iter().for_each(|(_, v)| see(v));
}

fn saved(saved: &Saved, see: &mut dyn FnMut(Value)) {
    frame(&saved.frame, see);
    saved.registers.iter().for_each(|v| see(*v));
}

/// Calls `see` with every value that a frame itself holds, its registers not included.
pub fn frame(frame: &PyFrame, see: &mut dyn FnMut(Value)) {
    for r in [frame.generator, frame.made].into_iter().flatten() {
        see(Value::Ref(r));
    }
    if let Some(rare) = &frame.rare {
        rare.handled.iter().for_each(|v| see(*v));
        rare.after.iter().for_each(|after| after.children(see));
    }
}

fn iter(iter: &Iter, see: &mut dyn FnMut(Value)) {
    match iter {
        Iter::List(r, _)
        | Iter::Tuple(r, _)
        | Iter::Str(r, _)
        | Iter::Bytes(r, _)
        | Iter::Dict(r, ..)
        | Iter::Set(r, ..)
        | Iter::ListReversed(r, _)
        | Iter::DictReversed(r, ..)
        | Iter::Enumerate(r, _) => see(Value::Ref(*r)),
        Iter::Zip(parts, _) => parts.iter().for_each(|r| see(Value::Ref(*r))),
        Iter::Values(values, _) => values.iter().for_each(|v| see(*v)),
        Iter::Range(..) | Iter::Done => {}
    }
}
