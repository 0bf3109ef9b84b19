//! Tracebacks as text, as CPython prints them: places, source lines, carets, causes, suggestions.

use super::state::Vm;
use crate::compile::op::{BinOp, Op};
use crate::heap::{Object, Ref, Type, Value, object::TracebackEntry, sym::sym};
use std::fmt::Write as _;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";

impl Vm {
    /// The text that CPython prints for an exception that nobody caught.
    pub fn traceback_text(&mut self, e: Value) -> String {
        let mut chain: Vec<(Ref, &str)> = Vec::new();
        let mut at = e;
        let mut link = "";
        while let Value::Ref(r) = at {
            let Object::Exception(x) = self.heap.get(r) else {
                break;
            };
            if chain.iter().any(|(seen, _)| *seen == r) || chain.len() > 20 {
                break;
            }
            chain.push((r, link));
            if !x.cause.is_none() {
                at = x.cause;
                link = CAUSE;
            } else if x.suppress_context {
                break;
            } else {
                at = x.context;
                link = CONTEXT;
            }
        }
        let mut out = String::new();
        for (r, link) in chain.into_iter().rev() {
            self.write_one(&mut out, r);
            out.push_str(link);
        }
        out
    }

    fn write_one(&mut self, out: &mut String, r: Ref) {
        let entries = self.heap.exception(r).traceback.clone();
        let shown: Vec<TracebackEntry> = entries
            .into_iter()
            .rev()
            .filter(|e| !self.table[e.code.unit.0 as usize].unit.is_library)
            .collect();
        if !shown.is_empty() {
            out.push_str("Traceback (most recent call last):\n");
        }
        let mut i = 0;
        while i < shown.len() {
            let same = shown[i..].iter().take_while(|e| **e == shown[i]).count();
            for entry in &shown[i..i + same.min(3)] {
                self.write_entry(out, *entry);
            }
            if same > 3 {
                let more = same - 3;
                let plural = if more == 1 { "" } else { "s" };
                writeln!(out, "  [Previous line repeated {more} more time{plural}]")
                    .unwrap_or_default();
            }
            i += same;
        }
        let line = self.exception_line(Value::Ref(r));
        out.push_str(&line);
        out.push('\n');
        if let Some(Value::Ref(notes)) = self.heap.exception(r).attrs.get(sym::NOTES)
            && let Object::List(notes) = self.heap.get(notes)
        {
            for note in notes.clone() {
                if let Some(text) = self.heap.as_str(note) {
                    out.push_str(text);
                    out.push('\n');
                }
            }
        }
    }

    pub(crate) fn write_entry(&self, out: &mut String, entry: TracebackEntry) {
        let code = self.code(entry.code);
        let unit = &self.table[entry.code.unit.0 as usize].unit;
        let span = code
            .spans
            .get(entry.pc as usize)
            .copied()
            .unwrap_or_default();
        let (line, column) = unit.position(span.start);
        let (end_line, end_column) = unit.position(span.end);
        let name = match code.kind {
            crate::compile::code::CodeKind::Module => "<module>",
            _ => self.heap.name(code.name),
        };
        writeln!(out, "  File \"{}\", line {line}, in {name}", unit.filename).unwrap_or_default();
        let text = unit.line_text(line);
        let trimmed = text.trim_start();
        if trimmed.is_empty() {
            return;
        }
        writeln!(out, "    {trimmed}").unwrap_or_default();
        let indent = text.chars().count() - trimmed.chars().count();
        let start = (column as usize).saturating_sub(1 + indent);
        let end = if end_line == line {
            (end_column as usize).saturating_sub(1 + indent)
        } else {
            trimmed.trim_end().chars().count()
        };
        let text: Vec<char> = trimmed.trim_end().chars().collect();
        let end = end.min(text.len());
        if start >= end {
            return;
        }
        let op = code.ops.get(entry.pc as usize).copied();
        let anchor = op
            .filter(|_| end_line == line)
            .and_then(|op| anchor(op, &text[start..end]));
        // CPython leaves the carets out where they would mark the whole line and nothing in it.
        if anchor.is_none() && start == 0 && end == text.len() {
            return;
        }
        let (from, to) = anchor.unwrap_or((0, end - start));
        let marks: String = (0..end - start)
            .map(|i| if (from..to).contains(&i) { '^' } else { '~' })
            .collect();
        writeln!(out, "    {}{marks}", " ".repeat(start)).unwrap_or_default();
    }

    /// The last line: class and text, and what may have been meant.
    pub fn exception_line(&mut self, e: Value) -> String {
        let class = self.class_of(e);
        let name = self.qualified_name(class);
        let text = self.text_of(e);
        let mut line = if text.is_empty() {
            name
        } else {
            format!("{name}: {text}")
        };
        if let Some(meant) = self.suggestion(e) {
            write!(line, ". Did you mean: '{meant}'?").unwrap_or_default();
        }
        line
    }

    fn qualified_name(&self, class: Ref) -> String {
        let c = self.heap.class(class);
        let attr = |name| c.attrs.get(name).and_then(|v| self.heap.as_str(v));
        let name = attr(sym::QUALNAME).unwrap_or_else(|| self.heap.name(c.name));
        match attr(sym::MODULE) {
            Some(module) if module != "__main__" && module != "builtins" => {
                format!("{module}.{name}")
            }
            _ => name.to_string(),
        }
    }

    /// `str(value)`, at once: Python code that it needs runs on a thread of its own.
    pub fn text_of(&mut self, v: Value) -> String {
        if let Ok(text) = crate::objects::repr::str(self, v) {
            return text;
        }
        match self.call_library_now("text_of", &[v]) {
            Ok(text) => self.heap.as_str(text).unwrap_or_default().to_string(),
            Err(_) => "<exception str() failed>".to_string(),
        }
    }

    fn suggestion(&self, e: Value) -> Option<String> {
        let Value::Ref(r) = e else { return None };
        let Object::Exception(x) = self.heap.get(r) else {
            return None;
        };
        let mro = &self.heap.class(x.class).mro;
        let wanted = x.attrs.get(self.heap.symbols.find("name")?)?;
        let wanted = self.heap.as_str(wanted)?;
        let mut names: Vec<String> = Vec::new();
        if mro.contains(&Type::AttributeError.r()) {
            let object = x.attrs.get(sym::OBJ)?;
            let mut class = self.class_of(object);
            if let Value::Ref(o) = object {
                match self.heap.get(o) {
                    Object::Instance(i) => {
                        names.extend(i.attrs.iter().map(|(n, _)| self.heap.name(n).to_string()));
                    }
                    Object::Module(n) => names.extend(
                        self.module_dict(*n)
                            .iter()
                            .map(|(n, _)| self.heap.name(*n).to_string()),
                    ),
                    Object::Class(_) => class = o,
                    _ => {}
                }
            }
            for c in &self.heap.class(class).mro {
                let attrs = &self.heap.class(*c).attrs;
                names.extend(attrs.iter().map(|(n, _)| self.heap.name(n).to_string()));
                let natives = self.lookup.methods_of(*c);
                names.extend(natives.iter().map(|n| self.heap.name(*n).to_string()));
            }
        } else if mro.contains(&Type::NameError.r()) {
            for entry in x.traceback.iter().take(1) {
                names.extend(self.code(entry.code).variables.iter().cloned());
                let unit = &self.table[entry.code.unit.0 as usize];
                for (name, v) in unit.globals.iter().zip(&self.units[unit.home].globals) {
                    if !v.is_unbound() {
                        names.push(self.heap.name(*name).to_string());
                    }
                }
            }
            names.extend(self.lookup.names().map(|n| self.heap.name(n).to_string()));
        } else {
            return None;
        }
        names.sort_unstable();
        names.dedup();
        if names.iter().any(|n| n == wanted) {
            return None;
        }
        closest(wanted, &names)
    }
}

/// Which part of an expression the carets mark: the arguments of a call, the subscript, the operator.
fn anchor(op: Op, text: &[char]) -> Option<(usize, usize)> {
    match op {
        Op::Call { .. }
        | Op::CallKw { .. }
        | Op::CallMethod { .. }
        | Op::CallSpread { .. }
        | Op::ListExtend { call: true, .. }
        | Op::DictMerge { call: true, .. } => opening(text, '(', ')').map(|at| (at, text.len())),
        Op::GetItem { .. } | Op::GetSlice { .. } | Op::SetItem { .. } | Op::DelItem { .. } => {
            opening(text, '[', ']').map(|at| (at, text.len()))
        }
        Op::Binary { .. }
        | Op::BinaryInt { .. }
        | Op::Add {
            in_place: false, ..
        }
        | Op::Sub {
            in_place: false, ..
        }
        | Op::Mul {
            in_place: false, ..
        }
        | Op::AddInt {
            in_place: false, ..
        }
        | Op::SubInt {
            in_place: false, ..
        } => {
            let op = match op {
                Op::Binary { op, .. } | Op::BinaryInt { op, .. } => op,
                Op::Mul { .. } => BinOp::Mul,
                Op::Sub { .. } | Op::SubInt { .. } => BinOp::Sub,
                _ => BinOp::Add,
            };
            let symbol: Vec<char> = crate::objects::ops::symbol(op)
                .split(' ')
                .next()
                .unwrap_or_default()
                .chars()
                .collect();
            operator(text, &symbol)
        }
        _ => None,
    }
}

/// Where the bracket opens that the last character closes.
fn opening(text: &[char], open: char, close: char) -> Option<usize> {
    let mut depth = 0;
    if *text.last()? != close {
        return None;
    }
    for (i, c) in text.iter().enumerate().rev() {
        if *c == close {
            depth += 1;
        } else if *c == open {
            depth -= 1;
            if depth == 0 {
                return Some(i).filter(|i| *i > 0);
            }
        }
    }
    None
}

/// The last operator of this kind outside of brackets and quotes that stands between two operands.
fn operator(text: &[char], symbol: &[char]) -> Option<(usize, usize)> {
    let mut depth = 0;
    let mut quote = None;
    let mut found = None;
    let mut operand = false;
    let mut i = 0;
    while i < text.len() {
        let c = text[i];
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => {
                quote = Some(c);
                operand = true;
            }
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => {
                depth -= 1;
                operand = true;
            }
            (None, c) if depth == 0 && operand && text[i..].starts_with(symbol) => {
                let doubled = text.get(i + symbol.len()) == Some(&c)
                    && symbol.len() == 1
                    && matches!(c, '*' | '/');
                if !doubled {
                    found = Some((i, i + symbol.len()));
                }
                i += symbol.len() + usize::from(doubled);
                operand = false;
                continue;
            }
            (None, c) if c.is_alphanumeric() || c == '_' => operand = true,
            (None, c) if !c.is_whitespace() && c != '.' => operand = false,
            _ => {}
        }
        i += 1;
    }
    found
}

/// The name nearest to the wanted one, by CPython's costs (`Python/suggestions.c`): a move is 2, a change of case 1.
fn closest(wanted: &str, names: &[String]) -> Option<String> {
    if names.len() > 750 || wanted.len() > 40 {
        return None;
    }
    let mut best: Option<(usize, &String)> = None;
    for name in names {
        if name.starts_with("__") && !wanted.starts_with('_') {
            continue;
        }
        let most = (wanted.chars().count() + name.chars().count() + 3) * 2 / 6;
        let cost = distance(wanted, name);
        if cost <= most && best.is_none_or(|(b, _)| cost < b) {
            best = Some((cost, name));
        }
    }
    best.map(|(_, name)| name.clone())
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).map(|i| i * 2).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = (i + 1) * 2;
        for (j, y) in b.iter().enumerate() {
            let change = if x == *y {
                0
            } else if x.eq_ignore_ascii_case(y) {
                1
            } else {
                2
            };
            let next = (before + change).min(row[j] + 2).min(row[j + 1] + 2);
            before = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}
