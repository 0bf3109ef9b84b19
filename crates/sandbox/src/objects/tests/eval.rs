//! A small evaluator of expressions over the types alone: no compiler, no frames. Operators, displays, calls of
//! natives, methods, `:=`.

use crate::compile::op::{BinOp, CmpOp, UnaryOp};
use crate::heap::{NativeId, Object, Sym, Type, Value};
use crate::objects::{self, class_of, dict, iter, ops, repr, set, slice};
use crate::vm::native::{Args, Flow, NativeDef};
use crate::vm::raise::{Raise, Res};
use crate::vm::state::{Settings, Vm};
use num_bigint::BigInt;
use ruff_python_ast::{self as ast, Expr, Number};
use std::collections::HashMap;

/// The types' part of a run's state.
pub(super) fn vm(steps: u64, memory_bytes: usize) -> Vm {
    Vm::new(&Settings {
        steps,
        memory_bytes,
        hash_key: 7,
        ..Settings::default()
    })
}

/// The representation of an expression's value, or the exception, limit or refusal it ends with.
pub(super) fn show(vm: &mut Vm, source: &str) -> String {
    let parsed = ruff_python_parser::parse_expression(source).expect("an expression");
    let module = parsed.into_syntax();
    let mut scope = Scope {
        names: HashMap::new(),
    };
    let shown = scope
        .eval(vm, &module.body)
        .and_then(|value| repr::repr(vm, value));
    match shown {
        Ok(text) => text,
        Err(Raise::Exception(exception)) => {
            let name = vm.type_name(exception).to_owned();
            let text = repr::str(vm, exception).expect("a plain text");
            format!("{name}: {text}")
        }
        Err(Raise::NeedsPython) => "needs Python".into(),
        Err(Raise::Limit(limit)) => format!("limit {}", limit.kind),
        Err(Raise::Refused(what)) => format!("refused {what}"),
    }
}

fn natives() -> impl Iterator<Item = &'static NativeDef> {
    objects::NATIVES.iter().copied().flatten()
}

fn numbered(wanted: impl Fn(&NativeDef) -> bool) -> Option<Value> {
    let at = natives().position(wanted)?;
    Some(Value::Native(NativeId(at as u16)))
}

struct Scope {
    names: HashMap<String, Value>,
}

impl Scope {
    fn eval(&mut self, vm: &mut Vm, e: &Expr) -> Res<Value> {
        match e {
            Expr::NoneLiteral(_) => Ok(Value::None),
            Expr::EllipsisLiteral(_) => Ok(Value::Ellipsis),
            Expr::BooleanLiteral(b) => Ok(Value::Bool(b.value)),
            Expr::NumberLiteral(n) => match &n.value {
                Number::Int(i) => {
                    let i: BigInt = i.to_string().parse().expect("digits");
                    vm.new_int(i)
                }
                Number::Float(x) => Ok(Value::Float(*x)),
                Number::Complex { .. } => panic!("no complex numbers"),
            },
            Expr::StringLiteral(s) => vm.new_str(s.value.to_str()),
            Expr::BytesLiteral(b) => {
                let bytes: Vec<u8> = b.value.bytes().collect();
                vm.alloc(Object::Bytes(bytes.into())).map(Value::Ref)
            }
            Expr::List(l) => {
                let items = self.all(vm, &l.elts)?;
                vm.new_list(items)
            }
            Expr::Tuple(t) => {
                let items = self.all(vm, &t.elts)?;
                vm.new_tuple(items)
            }
            Expr::Set(s) => {
                let made = set::new(vm, false)?;
                for item in self.all(vm, &s.elts)? {
                    set::add(vm, made, item)?;
                }
                Ok(made.into())
            }
            Expr::Dict(d) => {
                let made = dict::new(vm)?;
                for item in &d.items {
                    let key = self.eval(vm, item.key.as_ref().expect("a key"))?;
                    let value = self.eval(vm, &item.value)?;
                    dict::insert(vm, made, key, value)?;
                }
                Ok(made.into())
            }
            Expr::Named(n) => {
                let value = self.eval(vm, &n.value)?;
                let Expr::Name(name) = &*n.target else {
                    panic!("a name")
                };
                self.names.insert(name.id.to_string(), value);
                Ok(value)
            }
            Expr::Name(n) => Ok(self.name(&n.id)),
            Expr::UnaryOp(u) => {
                let v = self.eval(vm, &u.operand)?;
                let op = match u.op {
                    ast::UnaryOp::Not => return Ok(Value::Bool(!ops::truth(vm, v)?)),
                    ast::UnaryOp::USub => UnaryOp::Neg,
                    ast::UnaryOp::UAdd => UnaryOp::Pos,
                    ast::UnaryOp::Invert => UnaryOp::Invert,
                };
                match ops::unary(vm, op, v)? {
                    Some(v) => Ok(v),
                    None => Err(ops::unsupported_unary(vm, op, v)),
                }
            }
            Expr::BinOp(b) => {
                let left = self.eval(vm, &b.left)?;
                let right = self.eval(vm, &b.right)?;
                let op = binop(b.op);
                match ops::binary(vm, op, left, right)? {
                    Some(v) => Ok(v),
                    None => Err(ops::unsupported(vm, op, left, right)),
                }
            }
            Expr::Compare(c) => {
                let left = self.eval(vm, &c.left)?;
                let right = self.eval(vm, &c.comparators[0])?;
                self.compare(vm, c.ops[0], left, right)
            }
            Expr::Slice(s) => {
                let mut parts = [Value::None; 3];
                for (part, e) in parts.iter_mut().zip([&s.lower, &s.upper, &s.step]) {
                    if let Some(e) = e {
                        *part = self.eval(vm, e)?;
                    }
                }
                slice::new(vm, parts[0], parts[1], parts[2])
            }
            Expr::Subscript(s) => {
                let o = self.eval(vm, &s.value)?;
                let k = self.eval(vm, &s.slice)?;
                match ops::get_item(vm, o, k)? {
                    Some(v) => Ok(v),
                    None => Err(ops::not_subscriptable(vm, o)),
                }
            }
            Expr::Call(c) => self.call(vm, c),
            other => panic!("not in the tests' language: {other:?}"),
        }
    }

    fn all(&mut self, vm: &mut Vm, list: &[Expr]) -> Res<Vec<Value>> {
        list.iter().map(|e| self.eval(vm, e)).collect()
    }

    fn name(&self, name: &str) -> Value {
        if let Some(v) = self.names.get(name) {
            return *v;
        }
        if let Some(t) = Type::ALL.iter().find(|t| t.name() == name) {
            return t.value();
        }
        numbered(|def| def.owner.is_none() && def.name == name)
            .unwrap_or_else(|| panic!("no `{name}`"))
    }

    fn compare(&self, vm: &mut Vm, op: ast::CmpOp, a: Value, b: Value) -> Res<Value> {
        let op = match op {
            ast::CmpOp::Eq => CmpOp::Eq,
            ast::CmpOp::NotEq => CmpOp::Ne,
            ast::CmpOp::Lt => CmpOp::Lt,
            ast::CmpOp::LtE => CmpOp::Le,
            ast::CmpOp::Gt => CmpOp::Gt,
            ast::CmpOp::GtE => CmpOp::Ge,
            ast::CmpOp::Is => return Ok(Value::Bool(a.is(b))),
            ast::CmpOp::IsNot => return Ok(Value::Bool(!a.is(b))),
            ast::CmpOp::In | ast::CmpOp::NotIn => {
                let found = ops::contains(vm, b, a)?;
                let Some(found) = found else {
                    let name = vm.type_name(b).to_owned();
                    return Err(vm.type_error(format!("argument of type '{name}' is not iterable")));
                };
                return Ok(Value::Bool(found == (op == ast::CmpOp::In)));
            }
        };
        match ops::compare(vm, op, a, b)? {
            Some(v) => Ok(v),
            None => Err(ops::unordered(vm, op, a, b)),
        }
    }

    /// What the interpreter itself does when it is called.
    fn call_interpreter(&mut self, vm: &mut Vm, name: &str, args: &[Expr]) -> Option<Res<Value>> {
        if !matches!(name, "iter" | "next" | "bool") || args.is_empty() {
            return None;
        }
        let args = match self.all(vm, args) {
            Ok(args) => args,
            Err(raise) => return Some(Err(raise)),
        };
        Some(match name {
            "bool" => ops::truth(vm, args[0]).map(Value::Bool),
            "iter" => match iter::iter(vm, args[0]) {
                Ok(Some(made)) => Ok(made),
                Ok(None) => Err(iter::not_native(vm, args[0])),
                Err(raise) => Err(raise),
            },
            _ => {
                let Value::Ref(r) = args[0] else {
                    panic!("an iterator")
                };
                match iter::next(vm, r) {
                    Ok(Some(item)) => Ok(item),
                    Ok(None) => args.get(1).copied().map_or_else(
                        || {
                            let stop = vm.new_exception(Type::StopIteration.r(), &[])?;
                            Err(Raise::Exception(stop))
                        },
                        Ok,
                    ),
                    Err(raise) => Err(raise),
                }
            }
        })
    }

    fn call(&mut self, vm: &mut Vm, call: &ast::ExprCall) -> Res<Value> {
        if let Expr::Name(name) = &*call.func
            && let Some(done) = self.call_interpreter(vm, &name.id, &call.arguments.args)
        {
            return done;
        }
        let mut pos = Vec::new();
        let name;
        let owner;
        match &*call.func {
            Expr::Attribute(a) => {
                let this = self.eval(vm, &a.value)?;
                name = a.attr.to_string();
                match this {
                    Value::Ref(r) if Type::of_ref(r).is_some() => owner = Type::of_ref(r),
                    _ => {
                        owner = Type::of_ref(class_of(&vm.heap, this));
                        pos.push(this);
                    }
                }
            }
            func => match self.eval(vm, func)? {
                Value::Native(id) => {
                    let def = natives().nth(usize::from(id.0)).expect("a native");
                    name = def.name.to_string();
                    owner = None;
                }
                class @ Value::Ref(r) => {
                    name = "__new__".to_string();
                    owner = Type::of_ref(r);
                    pos.push(class);
                }
                other => panic!("cannot call {other:?}"),
            },
        }
        pos.extend(self.all(vm, &call.arguments.args)?);
        let mut kw: Vec<(Sym, Value)> = Vec::new();
        for keyword in &call.arguments.keywords {
            let word = keyword.arg.as_ref().expect("a name").to_string();
            let value = self.eval(vm, &keyword.value)?;
            kw.push((vm.sym(&word), value));
        }
        let def = natives()
            .find(|def| def.owner == owner && def.name == name)
            .unwrap_or_else(|| panic!("no `{name}` of {owner:?}"));
        let args = Args { pos: &pos, kw: &kw };
        match (def.run)(vm, args)? {
            Flow::Value(v) => Ok(v),
            other => panic!("not a value: {other:?}"),
        }
    }
}

fn binop(op: ast::Operator) -> BinOp {
    match op {
        ast::Operator::Add => BinOp::Add,
        ast::Operator::Sub => BinOp::Sub,
        ast::Operator::Mult => BinOp::Mul,
        ast::Operator::Div => BinOp::TrueDiv,
        ast::Operator::FloorDiv => BinOp::FloorDiv,
        ast::Operator::Mod => BinOp::Mod,
        ast::Operator::Pow => BinOp::Pow,
        ast::Operator::LShift => BinOp::LShift,
        ast::Operator::RShift => BinOp::RShift,
        ast::Operator::BitAnd => BinOp::And,
        ast::Operator::BitOr => BinOp::Or,
        ast::Operator::BitXor => BinOp::Xor,
        ast::Operator::MatMult => BinOp::MatMul,
    }
}
