//! Code objects: modules, functions, lambdas and classes.

use super::super::code::{ClassSpec, Code, CodeKind, FunctionSpec, Params};
use super::super::error::Check;
use super::super::op::{Op, Reg};
use super::super::scope::{ScopeId, ScopeKind, fact, mangle, node_key};
use super::Lower;
use super::emit::{range_of, span};
use super::frame::Frame;
use super::too_large;
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

impl<'a> Lower<'a> {
    pub(super) fn module(&mut self, name: &str, body: &'a [Stmt]) -> Check<()> {
        self.f.code.name = "<module>".to_owned();
        self.f.code.qualname = "<module>".to_owned();
        self.f.code.first_line = 1;
        self.f.code.doc = docstring(body);
        let last = match body.split_last() {
            Some((Stmt::Expr(last), rest)) if name == "__main__" => {
                self.stmts(rest)?;
                Some(last)
            }
            _ => {
                self.stmts(body)?;
                None
            }
        };
        if let Some(last) = last {
            self.f.span = span(last.range);
            let src = self.push_expr(&last.value)?;
            self.emit(Op::Result { src });
            self.reset(src);
        }
        self.return_none()?;
        self.finish();
        self.codes[0] = std::mem::take(&mut self.f.code);
        Ok(())
    }

    pub(super) fn return_none(&mut self) -> Check<()> {
        let src = self.push_none()?;
        self.emit(Op::Return { src });
        self.reset(src);
        Ok(())
    }

    /// The number of a node's code object; lowers it on first sight.
    pub(super) fn code(
        &mut self,
        key: usize,
        start: Code,
        build: impl FnOnce(&mut Self) -> Check<()>,
    ) -> Check<u16> {
        if let Some(code) = self.code_of_node.get(&key) {
            return Ok(*code);
        }
        let number = u16::try_from(self.codes.len())
            .map_err(|_| too_large(range_of(self.f.span), "functions"))?;
        self.codes.push(Code::default());
        let scope = self.scope_of(key);
        let mut frame = Frame::new(self.scopes, scope)?;
        let filled = std::mem::take(&mut frame.code);
        frame.code = Code {
            qualname: self.qualname(&start.name),
            variables: filled.variables,
            registers: filled.registers,
            first_free: filled.first_free,
            free: filled.free,
            ..start
        };
        frame.span = self.f.span;
        let outer = std::mem::replace(&mut self.f, frame);
        self.prologue(scope);
        build(self)?;
        self.finish();
        let done = std::mem::replace(&mut self.f, outer);
        self.codes[usize::from(number)] = done.code;
        self.code_of_node.insert(key, number);
        Ok(number)
    }

    fn qualname(&self, name: &str) -> String {
        let scope = &self.scopes.all[self.f.root];
        if self.scopes.all[self.f.scope].facts(name) & fact::GLOBAL != 0 {
            return name.to_owned();
        }
        match scope.kind {
            ScopeKind::Module => name.to_owned(),
            ScopeKind::Class => format!("{}.{name}", self.f.code.qualname),
            _ => format!("{}.<locals>.{name}", self.f.code.qualname),
        }
    }

    fn prologue(&mut self, scope: ScopeId) {
        if matches!(
            self.f.code.kind,
            CodeKind::Generator | CodeKind::Coroutine | CodeKind::AsyncGenerator
        ) {
            self.emit(Op::MakeGenerator);
        }
        if let Some(reg) = self.f.class_cell {
            self.emit(Op::MakeCell { reg });
        }
        let scopes = self.scopes;
        for (i, name) in scopes.all[scope].names.iter().enumerate() {
            if name.facts & fact::CELL != 0
                && let Some(&reg) = self.f.registers.get(&(scope, i))
            {
                self.emit(Op::MakeCell { reg });
            }
        }
    }

    /// Makes a function in `dst`: defaults, keyword-only defaults and cells lie in temporaries.
    pub(super) fn function(
        &mut self,
        dst: Reg,
        code: u16,
        scope: ScopeId,
        parameters: Option<&'a ast::Parameters>,
    ) -> Check<()> {
        let mark = self.f.temp;
        let span = self.f.span;
        let mut spec = FunctionSpec {
            code,
            defaults: 0,
            kw_defaults: Vec::new(),
            cells: 0,
        };
        if let Some(parameters) = parameters {
            for p in parameters.posonlyargs.iter().chain(&parameters.args) {
                if let Some(default) = p.default() {
                    self.push_expr(default)?;
                    spec.defaults += 1;
                }
            }
            for (i, p) in parameters.kwonlyargs.iter().enumerate() {
                if let Some(default) = p.default() {
                    self.push_expr(default)?;
                    spec.kw_defaults.push(i as u16);
                }
            }
        }
        let scopes = self.scopes;
        for name in &scopes.all[scope].free {
            let src = self.cell_for(scope, name);
            let cell = self.push()?;
            self.emit(Op::Move { dst: cell, src });
            spec.cells += 1;
        }
        let number = self.table(self.f.code.functions.len(), "functions")?;
        self.f.code.functions.push(spec);
        self.f.span = span;
        self.emit(Op::Function {
            dst,
            first: mark,
            spec: number,
        });
        self.reset(mark);
        Ok(())
    }

    /// The register that holds the cell of a free variable of an inner scope.
    fn cell_for(&self, inner: ScopeId, name: &str) -> Reg {
        let found = self.scopes.owner_above(inner, name).and_then(|owner| {
            let scope = &self.scopes.all[owner];
            if scope.frame != self.f.root {
                return None;
            }
            if scope.kind == ScopeKind::Class {
                return self.f.class_cell;
            }
            let i = scope.find(name)?;
            self.f.registers.get(&(owner, i)).copied()
        });
        found
            .or_else(|| self.f.free.get(name).copied())
            .unwrap_or_default()
    }

    fn params(&self, parameters: &ast::Parameters) -> Params {
        let class = self.scopes.all[self.f.scope].class.as_deref();
        let positional = parameters.posonlyargs.len() + parameters.args.len();
        Params {
            names: parameters
                .iter_non_variadic_params()
                .map(|p| &p.parameter)
                .chain(parameters.vararg.as_deref())
                .chain(parameters.kwarg.as_deref())
                .map(|p| mangle(class, p.name.as_str()).into_owned())
                .collect(),
            positional_only: parameters.posonlyargs.len() as u16,
            positional: positional as u16,
            keyword_only: parameters.kwonlyargs.len() as u16,
            has_args: parameters.vararg.is_some(),
            has_kwargs: parameters.kwarg.is_some(),
        }
    }

    /// Decorators in consecutive temporaries.
    fn decorators(&mut self, list: &'a [ast::Decorator]) -> Check<()> {
        for decorator in list {
            self.push_expr(&decorator.expression)?;
        }
        Ok(())
    }

    /// Calls the decorators on what lies in the temporary after them, and gives where the result is.
    fn decorate(&mut self, list: &'a [ast::Decorator], made: Reg) -> Reg {
        let mut result = made;
        for decorator in list.iter().rev() {
            result -= 1;
            self.f.span = span(decorator.expression.range());
            self.emit(Op::Call {
                dst: result,
                func: result,
                argc: 1,
            });
        }
        result
    }

    pub(super) fn function_def(&mut self, f: &'a ast::StmtFunctionDef) -> Check<()> {
        self.decorators(&f.decorator_list)?;
        let dst = self.push()?;
        let key = node_key(f);
        let scope = self.scope_of(key);
        let facts = &self.scopes.all[scope];
        let kind = match (f.is_async, facts.has_yield) {
            (false, false) => CodeKind::Function,
            (false, true) => CodeKind::Generator,
            (true, false) => CodeKind::Coroutine,
            (true, true) => CodeKind::AsyncGenerator,
        };
        self.f.span = span(f.name.range);
        let start = Code {
            name: f.name.to_string(),
            params: self.params(&f.parameters),
            kind,
            doc: docstring(&f.body),
            first_line: self.line(f.name.range.start().into()),
            ..Code::default()
        };
        let code = self.code(key, start, |this| {
            this.stmts(&f.body)?;
            // Also after code that cannot be reached, which may end in the air.
            let ends = matches!(this.f.code.ops.last(), Some(Op::Return { .. }));
            if this.f.bound.is_some() || !ends || this.is_target() {
                this.return_none()?;
            }
            Ok(())
        })?;
        self.function(dst, code, scope, Some(&f.parameters))?;
        let result = self.decorate(&f.decorator_list, dst);
        self.f.span = span(f.name.range);
        self.store_name(f.name.as_str(), result)
    }

    pub(super) fn lambda(&mut self, l: &'a ast::ExprLambda, dst: Reg) -> Check<()> {
        let key = node_key(l);
        let scope = self.scope_of(key);
        let kind = if self.scopes.all[scope].has_yield {
            CodeKind::Generator
        } else {
            CodeKind::Function
        };
        self.f.span = span(l.range);
        let start = Code {
            name: "<lambda>".to_owned(),
            params: l
                .parameters
                .as_deref()
                .map(|p| self.params(p))
                .unwrap_or_default(),
            kind,
            first_line: self.line(l.range.start().into()),
            ..Code::default()
        };
        let code = self.code(key, start, |this| {
            let src = this.operand(&l.body)?;
            this.emit_at(&*l.body, Op::Return { src });
            Ok(())
        })?;
        self.function(dst, code, scope, l.parameters.as_deref())
    }

    pub(super) fn class_def(&mut self, c: &'a ast::StmtClassDef) -> Check<()> {
        self.decorators(&c.decorator_list)?;
        let dst = self.push()?;
        let key = node_key(c);
        let scope = self.scope_of(key);
        self.f.span = span(c.name.range);
        let start = Code {
            name: c.name.to_string(),
            kind: CodeKind::Class,
            doc: docstring(&c.body),
            first_line: self.line(c.name.range.start().into()),
            ..Code::default()
        };
        let code = self.code(key, start, |this| this.class_body(c))?;
        let first = self.push()?;
        self.function(first, code, scope, None)?;
        let spec = self.class_arguments(c)?;
        let number = self.table(self.f.code.classes.len(), "classes")?;
        self.f.code.classes.push(spec);
        self.f.span = span(c.name.range);
        self.emit(Op::Class {
            dst,
            first,
            spec: number,
        });
        self.reset(first);
        let result = self.decorate(&c.decorator_list, dst);
        self.f.span = span(c.name.range);
        self.store_name(c.name.as_str(), result)
    }

    fn class_body(&mut self, c: &'a ast::StmtClassDef) -> Check<()> {
        let mark = self.f.temp;
        if self.scopes.all[self.f.root].annotations {
            let dst = self.push()?;
            self.emit(Op::Dict {
                dst,
                first: dst,
                n: 0,
            });
            let name = self.name("__annotations__")?;
            self.emit(Op::StoreName { src: dst, name });
            self.reset(mark);
        }
        self.stmts(&c.body)?;
        if let Some(src) = self.f.class_cell {
            let name = self.name("__classcell__")?;
            self.emit(Op::StoreName { src, name });
        }
        self.return_none()
    }

    fn class_arguments(&mut self, c: &'a ast::StmtClassDef) -> Check<ClassSpec> {
        let mut spec = ClassSpec {
            name: c.name.to_string(),
            bases: 0,
            keywords: Vec::new(),
            spread: false,
        };
        let Some(arguments) = &c.arguments else {
            return Ok(spec);
        };
        spec.spread = arguments.args.iter().any(Expr::is_starred_expr)
            || arguments.keywords.iter().any(|k| k.arg.is_none())
            || arguments.len() > 200;
        if spec.spread {
            self.spread_arguments(arguments, arguments.range)?;
            return Ok(spec);
        }
        for base in &arguments.args {
            self.push_expr(base)?;
            spec.bases += 1;
        }
        for keyword in &arguments.keywords {
            self.push_expr(&keyword.value)?;
            spec.keywords
                .extend(keyword.arg.as_ref().map(|k| self.mangled(k.as_str())));
        }
        Ok(spec)
    }
}

/// The docstring of a body, cleaned of its indentation as CPython does since 3.13.
fn docstring(body: &[Stmt]) -> Option<String> {
    let Some(Stmt::Expr(first)) = body.first() else {
        return None;
    };
    let Expr::StringLiteral(s) = &*first.value else {
        return None;
    };
    let text = s.value.to_str();
    if !text.contains('\n') {
        return Some(text.trim_start_matches(' ').to_owned());
    }
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().trim_start_matches(' ');
    let margin = lines
        .clone()
        .filter(|line| !line.trim_matches(' ').is_empty())
        .map(indent)
        .min()
        .unwrap_or(usize::MAX);
    let rest = lines.map(|line| &line[indent(line).min(margin)..]);
    let all: Vec<&str> = std::iter::once(first).chain(rest).collect();
    Some(all.join("\n"))
}
