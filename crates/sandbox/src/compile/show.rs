//! Disassembly: code objects as text, for tests and for those who work on the interpreter.

use super::code::{Code, Const, Unit};
use super::op::{NO_REG, Op};
use std::fmt;

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, code) in self.codes.iter().enumerate() {
            writeln!(f, "code {i} {}", code.qualname)?;
            show(f, code, &self.globals)?;
        }
        Ok(())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, self, &[])
    }
}

fn show(f: &mut fmt::Formatter<'_>, code: &Code, globals: &[String]) -> fmt::Result {
    for (i, op) in code.ops.iter().enumerate() {
        write!(f, "{i:4} {}", text(op))?;
        let note = note(op, code, globals);
        if note.is_empty() {
            writeln!(f)?;
        } else {
            writeln!(f, "  ; {note}")?;
        }
    }
    for h in &code.handlers {
        writeln!(
            f,
            "     handler {}..{} -> {} exc {} depth {}",
            h.start, h.end, h.target, h.exc, h.depth
        )?;
    }
    Ok(())
}

/// The instruction as `Name a b c`: operands in the order of the table, `-` for no register.
fn text(op: &Op) -> String {
    let debug = format!("{op:?}");
    let none = NO_REG.to_string();
    let mut out = String::new();
    for word in debug.replace(['{', '}', ','], " ").split_whitespace() {
        if word.ends_with(':') {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(if word == none { "-" } else { word });
    }
    out
}

fn note(op: &Op, code: &Code, globals: &[String]) -> String {
    let name = |n: u16| code.names.get(usize::from(n)).cloned().unwrap_or_default();
    match *op {
        Op::Const { k, .. } => code
            .consts
            .get(k as usize)
            .map(constant)
            .unwrap_or_default(),
        Op::LoadGlobal { slot, .. } | Op::StoreGlobal { slot, .. } | Op::DelGlobal { slot } => {
            globals.get(slot as usize).cloned().unwrap_or_default()
        }
        Op::CheckBound { name: n, .. }
        | Op::LoadCell { name: n, .. }
        | Op::DelCell { name: n, .. }
        | Op::LoadName { name: n, .. }
        | Op::StoreName { name: n, .. }
        | Op::DelName { name: n }
        | Op::GetAttr { name: n, .. }
        | Op::SetAttr { name: n, .. }
        | Op::DelAttr { name: n, .. }
        | Op::Import { name: n, .. }
        | Op::ImportFrom { name: n, .. } => name(n),
        Op::CallMethod { site, .. } | Op::CallKw { site, .. } => {
            let Some(site_) = code.call_sites.get(usize::from(site)) else {
                return String::new();
            };
            let method = match op {
                Op::CallMethod { .. } => name(site_.name),
                _ => String::new(),
            };
            format!(
                "{method}({} {})",
                site_.positional,
                site_.keywords.join(" ")
            )
        }
        Op::Function { spec, .. } => code
            .functions
            .get(usize::from(spec))
            .map(|s| format!("code {} cells {}", s.code, s.cells))
            .unwrap_or_default(),
        Op::Class { spec, .. } => code
            .classes
            .get(usize::from(spec))
            .map(|s| format!("{} bases {}", s.name, s.bases))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

fn constant(c: &Const) -> String {
    match c {
        Const::Str(s) => crate::text::str_repr(s),
        Const::Bytes(b) => crate::text::bytes_repr(b),
        Const::Float(x) => crate::text::float_repr(*x),
        Const::BigInt(i) => i.to_string(),
        other => format!("{other:?}"),
    }
}
