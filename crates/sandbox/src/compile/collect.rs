//! The first pass over the tree: builds the scopes, and finds the errors that CPython's symbol table finds.

use super::error::{Check, Refusal};
use super::scope::{ScopeId, ScopeKind, Scopes, fact, mangle, node_key};
use ruff_python_ast::{self as ast, Expr, ExprContext, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange};

/// Builds the scopes of a module.
pub(crate) fn collect(body: &[Stmt]) -> Check<Scopes> {
    let mut collector = Collector {
        scopes: Scopes::default(),
        at: 0,
        loops: 0,
        type_params: Vec::new(),
        iterable: 0,
    };
    collector.scopes.add(ScopeKind::Module, None, None);
    collector.body(body)?;
    collector.scopes.resolve()?;
    Ok(collector.scopes)
}

/// Runs a step of a recursive pass with enough native stack: source text must never overflow it.
pub(crate) fn with_stack<R>(run: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(128 * 1024, 1024 * 1024, run)
}

pub(super) struct Collector {
    pub(super) scopes: Scopes,
    pub(super) at: ScopeId,
    /// How many loops are around the statement in this frame.
    pub(super) loops: u32,
    /// Type parameters that are in scope: accepted in annotations only.
    pub(super) type_params: Vec<String>,
    /// Whether we are in the iterable of a comprehension.
    pub(super) iterable: u32,
}

impl Collector {
    fn class(&self) -> Option<&str> {
        self.scopes.all[self.at].class.as_deref()
    }

    pub(super) fn note(&mut self, name: &str, facts: u16, range: TextRange) {
        let name = mangle(self.class(), name).into_owned();
        self.scopes.all[self.at].note(&name, facts, range);
    }

    pub(super) fn bind(&mut self, name: &ast::Identifier) -> Check<()> {
        self.bind_name(name.as_str(), name.range)
    }

    fn bind_name(&mut self, name: &str, range: TextRange) -> Check<()> {
        if name == "__debug__" {
            return Err(Refusal::syntax(range, "cannot assign to __debug__"));
        }
        self.note(name, fact::BOUND, range);
        Ok(())
    }

    /// The nearest scope that is not a comprehension's.
    pub(super) fn frame_scope(&self) -> ScopeId {
        self.scopes.all[self.at].frame
    }

    pub(super) fn body(&mut self, body: &[Stmt]) -> Check<()> {
        for stmt in body {
            with_stack(|| self.stmt(stmt))?;
        }
        Ok(())
    }

    fn looped(&mut self, body: &[Stmt]) -> Check<()> {
        let outside = self.loops;
        self.loops += 1;
        let result = self.body(body);
        self.loops = outside;
        result
    }

    fn stmt(&mut self, stmt: &Stmt) -> Check<()> {
        match stmt {
            Stmt::FunctionDef(f) => self.function(f),
            Stmt::ClassDef(c) => self.class_def(c),
            Stmt::Return(r) => {
                let scope = &self.scopes.all[self.at];
                if scope.kind != ScopeKind::Function {
                    return Err(Refusal::syntax(r.range, "'return' outside function"));
                }
                self.maybe(r.value.as_deref())
            }
            Stmt::Delete(d) => {
                for target in &d.targets {
                    self.expr(target)?;
                }
                Ok(())
            }
            Stmt::TypeAlias(t) => Err(Refusal::unsupported(
                t.range,
                "the `type` statement",
                Some("write `Name = ...` without `type`"),
            )),
            Stmt::Assign(a) => {
                self.expr(&a.value)?;
                for target in &a.targets {
                    self.target(target)?;
                }
                Ok(())
            }
            Stmt::AugAssign(a) => {
                if let Expr::Name(name) = &*a.target {
                    self.note(name.id.as_str(), fact::USED, name.range);
                }
                self.expr(&a.value)?;
                self.expr(&a.target)
            }
            Stmt::AnnAssign(a) => self.annotated(a),
            Stmt::For(f) => {
                if f.is_async {
                    self.async_only(f.range, "'async for'")?;
                }
                self.expr(&f.iter)?;
                self.target(&f.target)?;
                self.looped(&f.body)?;
                self.body(&f.orelse)
            }
            Stmt::While(w) => {
                self.expr(&w.test)?;
                self.looped(&w.body)?;
                self.body(&w.orelse)
            }
            Stmt::If(i) => {
                self.expr(&i.test)?;
                self.body(&i.body)?;
                for clause in &i.elif_else_clauses {
                    self.maybe(clause.test.as_ref())?;
                    self.body(&clause.body)?;
                }
                Ok(())
            }
            Stmt::With(w) => {
                if w.is_async {
                    self.async_only(w.range, "'async with'")?;
                }
                for item in &w.items {
                    self.expr(&item.context_expr)?;
                    if let Some(target) = &item.optional_vars {
                        self.target(target)?;
                    }
                }
                self.body(&w.body)
            }
            Stmt::Match(m) => self.match_stmt(m),
            Stmt::Raise(r) => {
                self.maybe(r.exc.as_deref())?;
                self.maybe(r.cause.as_deref())
            }
            Stmt::Try(t) => self.try_stmt(t),
            Stmt::Assert(a) => {
                self.expr(&a.test)?;
                self.maybe(a.msg.as_deref())
            }
            Stmt::Import(i) => {
                for alias in &i.names {
                    let name = match &alias.asname {
                        Some(name) => name.as_str(),
                        None => alias.name.as_str().split('.').next().unwrap_or(""),
                    };
                    self.bind_name(name, alias.range)?;
                }
                Ok(())
            }
            Stmt::ImportFrom(i) => self.import_from(i),
            Stmt::Global(g) => self.declare(&g.names, fact::GLOBAL, g.range),
            Stmt::Nonlocal(n) => self.declare(&n.names, fact::NONLOCAL, n.range),
            Stmt::Expr(e) => self.expr(&e.value),
            Stmt::Pass(_) => Ok(()),
            Stmt::Break(b) => {
                if self.loops == 0 {
                    return Err(Refusal::syntax(b.range, "'break' outside loop"));
                }
                Ok(())
            }
            Stmt::Continue(c) => {
                if self.loops == 0 {
                    return Err(Refusal::syntax(c.range, "'continue' not properly in loop"));
                }
                Ok(())
            }
            Stmt::IpyEscapeCommand(c) => Err(Refusal::syntax(c.range, "invalid syntax")),
        }
    }

    fn async_only(&self, range: TextRange, what: &str) -> Check<()> {
        let frame = &self.scopes.all[self.frame_scope()];
        if frame.kind == ScopeKind::Function && frame.is_async {
            return Ok(());
        }
        Err(Refusal::syntax(
            range,
            format!("{what} outside async function"),
        ))
    }

    fn annotated(&mut self, a: &ast::StmtAnnAssign) -> Check<()> {
        self.maybe(a.value.as_deref())?;
        let Expr::Name(name) = &*a.target else {
            return self.target(&a.target);
        };
        if !a.simple {
            return self.target(&a.target);
        }
        let mangled = mangle(self.class(), name.id.as_str()).into_owned();
        let scope = &mut self.scopes.all[self.at];
        let facts = scope.facts(&mangled);
        for (bit, word) in [(fact::GLOBAL, "global"), (fact::NONLOCAL, "nonlocal")] {
            if facts & bit != 0 && scope.kind != ScopeKind::Module {
                return Err(Refusal::syntax(
                    a.range,
                    format!("annotated name '{mangled}' can't be {word}"),
                ));
            }
        }
        if scope.kind == ScopeKind::Class {
            scope.annotations = true;
        }
        self.bind_name(name.id.as_str(), name.range)?;
        self.note(name.id.as_str(), fact::ANNOTATED, name.range);
        Ok(())
    }

    fn declare(&mut self, names: &[ast::Identifier], fact: u16, range: TextRange) -> Check<()> {
        let word = if fact == fact::GLOBAL {
            "global"
        } else {
            "nonlocal"
        };
        let is_module = self.scopes.all[self.at].kind == ScopeKind::Module;
        if is_module && fact == fact::NONLOCAL {
            return Err(Refusal::syntax(
                range,
                "nonlocal declaration not allowed at module level",
            ));
        }
        for ident in names {
            let name = mangle(self.class(), ident.as_str()).into_owned();
            let facts = self.scopes.all[self.at].facts(&name);
            let problem = if facts & fact::PARAM != 0 {
                Some(format!("name '{name}' is parameter and {word}"))
            } else if facts & (fact::GLOBAL | fact::NONLOCAL) & !fact != 0 {
                Some(format!("name '{name}' is nonlocal and global"))
            } else if facts & fact::ANNOTATED != 0 {
                Some(format!("annotated name '{name}' can't be {word}"))
            } else if facts & fact::USED != 0 {
                Some(format!("name '{name}' is used prior to {word} declaration"))
            } else if facts & fact::BOUND != 0 && facts & fact == 0 {
                Some(format!(
                    "name '{name}' is assigned to before {word} declaration"
                ))
            } else {
                None
            };
            if let Some(message) = problem {
                return Err(Refusal::syntax(range, message));
            }
            self.scopes.all[self.at].note(&name, fact, ident.range);
        }
        Ok(())
    }

    fn import_from(&mut self, i: &ast::StmtImportFrom) -> Check<()> {
        let module = i.module.as_ref().map_or("", |m| m.as_str());
        if module == "__future__" && i.level == 0 {
            return future(i);
        }
        if i.level > 0 {
            return Err(Refusal::unsupported(
                i.range,
                "a relative import",
                Some("a sandboxed program is one file; import library modules by their full name"),
            ));
        }
        for alias in &i.names {
            if alias.name.as_str() == "*" {
                return Err(Refusal::unsupported(
                    i.range,
                    "`import *`",
                    Some("import the names that you use"),
                ));
            }
            self.bind(alias.asname.as_ref().unwrap_or(&alias.name))?;
        }
        Ok(())
    }

    fn try_stmt(&mut self, t: &ast::StmtTry) -> Check<()> {
        if t.is_star {
            let range = t.handlers.first().map_or(t.range, |h| {
                TextRange::at(
                    h.range().start(),
                    "except*".len().try_into().unwrap_or_default(),
                )
            });
            return Err(Refusal::unsupported(
                range,
                "`except*`",
                Some("catch `ExceptionGroup` with `except` and look at its `exceptions`"),
            ));
        }
        self.body(&t.body)?;
        for (i, handler) in t.handlers.iter().enumerate() {
            let ast::ExceptHandler::ExceptHandler(h) = handler;
            if h.type_.is_none() && i + 1 < t.handlers.len() {
                return Err(Refusal::syntax(h.range, "default 'except:' must be last"));
            }
            self.maybe(h.type_.as_deref())?;
            if let Some(name) = &h.name {
                self.bind(name)?;
                self.note(name.as_str(), fact::DELETED, name.range);
            }
            self.body(&h.body)?;
        }
        self.body(&t.orelse)?;
        self.body(&t.finalbody)
    }

    pub(super) fn maybe(&mut self, e: Option<&Expr>) -> Check<()> {
        e.map_or(Ok(()), |e| self.expr(e))
    }

    /// Visits an assignment target.
    pub(super) fn target(&mut self, e: &Expr) -> Check<()> {
        if let Expr::Starred(s) = e {
            return Err(Refusal::syntax(
                s.range,
                "starred assignment target must be in a list or tuple",
            ));
        }
        self.expr(e)
    }

    fn exprs<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>) -> Check<()> {
        all.into_iter().try_for_each(|e| self.expr(e))
    }

    pub(super) fn expr(&mut self, e: &Expr) -> Check<()> {
        with_stack(|| self.expr_inner(e))
    }

    fn expr_inner(&mut self, e: &Expr) -> Check<()> {
        match e {
            Expr::BoolOp(b) => self.exprs(&b.values),
            Expr::Named(n) => self.walrus(n),
            Expr::BinOp(b) => {
                self.expr(&b.left)?;
                self.expr(&b.right)
            }
            Expr::UnaryOp(u) => self.expr(&u.operand),
            Expr::Lambda(l) => self.lambda(l),
            Expr::If(i) => self.exprs([&*i.test, &*i.body, &*i.orelse]),
            Expr::Dict(d) => {
                for item in &d.items {
                    self.maybe(item.key.as_ref())?;
                    self.expr(&item.value)?;
                }
                Ok(())
            }
            Expr::Set(s) => self.display(&s.elts),
            Expr::List(l) => self.sequence(&l.elts, l.ctx),
            Expr::Tuple(t) => self.sequence(&t.elts, t.ctx),
            Expr::ListComp(c) => self.comprehension(
                node_key(c),
                ScopeKind::Comprehension,
                &c.generators,
                &[&c.elt],
                c.range,
            ),
            Expr::SetComp(c) => self.comprehension(
                node_key(c),
                ScopeKind::Comprehension,
                &c.generators,
                &[&c.elt],
                c.range,
            ),
            Expr::DictComp(c) => {
                let Some(key) = &c.key else {
                    return Err(Refusal::unsupported(
                        c.range,
                        "unpacking in a comprehension",
                        None,
                    ));
                };
                self.comprehension(
                    node_key(c),
                    ScopeKind::Comprehension,
                    &c.generators,
                    &[key, &c.value],
                    c.range,
                )
            }
            Expr::Generator(c) => self.comprehension(
                node_key(c),
                ScopeKind::Generator,
                &c.generators,
                &[&c.elt],
                c.range,
            ),
            Expr::Await(a) => {
                self.awaits(a.range, "'await'")?;
                self.expr(&a.value)
            }
            Expr::Yield(y) => {
                self.yields(y.range, "yield")?;
                self.maybe(y.value.as_deref())
            }
            Expr::YieldFrom(y) => {
                self.yields(y.range, "yield from")?;
                if self.scopes.all[self.at].is_async {
                    return Err(Refusal::syntax(
                        y.range,
                        "'yield from' inside async function",
                    ));
                }
                self.expr(&y.value)
            }
            Expr::Compare(c) => {
                self.expr(&c.left)?;
                self.exprs(&*c.comparators)
            }
            Expr::Call(c) => {
                self.expr(&c.func)?;
                self.arguments(&c.arguments)
            }
            Expr::FString(f) => {
                for part in &f.value {
                    if let ast::FStringPart::FString(f) = part {
                        self.interpolated(&f.elements)?;
                    }
                }
                Ok(())
            }
            Expr::TString(t) => Err(Refusal::unsupported(
                t.range,
                "a template string (`t\"...\"`)",
                Some("use an f-string"),
            )),
            Expr::NumberLiteral(n) => match n.value {
                ast::Number::Complex { .. } => {
                    Err(Refusal::unsupported(n.range, "a complex number", None))
                }
                _ => Ok(()),
            },
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => Ok(()),
            Expr::Attribute(a) => self.expr(&a.value),
            Expr::Subscript(s) => {
                self.expr(&s.value)?;
                self.expr(&s.slice)
            }
            Expr::Starred(s) => Err(Refusal::syntax(
                s.range,
                "can't use starred expression here",
            )),
            Expr::Name(n) => self.name(n),
            Expr::Slice(s) => {
                self.maybe(s.lower.as_deref())?;
                self.maybe(s.upper.as_deref())?;
                self.maybe(s.step.as_deref())
            }
            Expr::IpyEscapeCommand(c) => Err(Refusal::syntax(c.range, "invalid syntax")),
        }
    }

    fn interpolated(&mut self, elements: &ast::InterpolatedStringElements) -> Check<()> {
        for element in elements {
            if let ast::InterpolatedStringElement::Interpolation(i) = element {
                self.expr(&i.expression)?;
                if let Some(spec) = &i.format_spec {
                    with_stack(|| self.interpolated(&spec.elements))?;
                }
            }
        }
        Ok(())
    }

    /// Elements among which `*x` may stand.
    fn display(&mut self, elts: &[Expr]) -> Check<()> {
        for e in elts {
            match e {
                Expr::Starred(s) => self.expr(&s.value)?,
                e => self.expr(e)?,
            }
        }
        Ok(())
    }

    fn sequence(&mut self, elts: &[Expr], ctx: ExprContext) -> Check<()> {
        if ctx == ExprContext::Store {
            let stars = elts.iter().filter(|e| e.is_starred_expr());
            if let Some(second) = stars.clone().nth(1) {
                return Err(Refusal::syntax(
                    second.range(),
                    "multiple starred expressions in assignment",
                ));
            }
            if let Some(star) = elts.iter().position(Expr::is_starred_expr)
                && star > 255
            {
                return Err(Refusal::syntax(
                    elts[star].range(),
                    "too many expressions in star-unpacking assignment",
                ));
            }
        }
        self.display(elts)
    }

    pub(super) fn arguments(&mut self, arguments: &ast::Arguments) -> Check<()> {
        self.display(&arguments.args)?;
        for (i, keyword) in arguments.keywords.iter().enumerate() {
            if let Some(arg) = &keyword.arg {
                let before = &arguments.keywords[..i.min(255)];
                if before
                    .iter()
                    .any(|k| k.arg.as_deref() == Some(arg.as_str()))
                {
                    return Err(Refusal::syntax(
                        keyword.range,
                        format!("keyword argument repeated: {arg}"),
                    ));
                }
                if arg.as_str() == "__debug__" {
                    return Err(Refusal::syntax(arg.range, "cannot assign to __debug__"));
                }
            }
            self.expr(&keyword.value)?;
        }
        Ok(())
    }

    fn name(&mut self, n: &ast::ExprName) -> Check<()> {
        let name = n.id.as_str();
        match n.ctx {
            ExprContext::Store => self.bind_name(name, n.range),
            ExprContext::Del => {
                self.bind_name(name, n.range)?;
                self.note(name, fact::DELETED, n.range);
                Ok(())
            }
            _ => {
                if self.type_params.iter().any(|t| t == name) {
                    return Err(Refusal::unsupported(
                        n.range,
                        format_args!("the type parameter `{name}` outside of an annotation"),
                        None,
                    ));
                }
                self.note(name, fact::USED, n.range);
                let in_function = matches!(
                    self.scopes.all[self.at].kind,
                    ScopeKind::Function
                        | ScopeKind::Lambda
                        | ScopeKind::Comprehension
                        | ScopeKind::Generator
                );
                if name == "super" && in_function {
                    self.note("__class__", fact::USED, n.range);
                }
                Ok(())
            }
        }
    }

    fn walrus(&mut self, n: &ast::ExprNamed) -> Check<()> {
        self.expr(&n.value)?;
        let Expr::Name(target) = &*n.target else {
            return Err(Refusal::syntax(
                n.target.range(),
                "cannot use assignment expressions with this target",
            ));
        };
        let name = mangle(self.class(), target.id.as_str()).into_owned();
        if name == "__debug__" {
            return Err(Refusal::syntax(target.range, "cannot assign to __debug__"));
        }
        let mut at = self.at;
        if self.iterable > 0 {
            return Err(Refusal::syntax(
                n.range,
                "assignment expression cannot be used in a comprehension iterable expression",
            ));
        }
        while matches!(
            self.scopes.all[at].kind,
            ScopeKind::Comprehension | ScopeKind::Generator
        ) {
            if self.scopes.all[at].facts(&name) & fact::BOUND != 0 {
                return Err(Refusal::syntax(
                    target.range,
                    format!(
                        "assignment expression cannot rebind comprehension iteration variable '{name}'"
                    ),
                ));
            }
            self.scopes.all[at].note(&name, fact::USED, target.range);
            let Some(parent) = self.scopes.all[at].parent else {
                break;
            };
            at = parent;
        }
        if at != self.at && self.scopes.all[at].kind == ScopeKind::Class {
            return Err(Refusal::syntax(
                n.range,
                "assignment expression within a comprehension cannot be used in a class body",
            ));
        }
        self.scopes.all[at].note(&name, fact::BOUND | fact::WALRUS, target.range);
        Ok(())
    }

    fn yields(&mut self, range: TextRange, word: &str) -> Check<()> {
        let scope = &mut self.scopes.all[self.at];
        match scope.kind {
            ScopeKind::Function | ScopeKind::Lambda => scope.has_yield = true,
            ScopeKind::Module | ScopeKind::Class => {
                return Err(Refusal::syntax(range, format!("'{word}' outside function")));
            }
            ScopeKind::Comprehension => {
                return Err(Refusal::syntax(range, "'yield' inside list comprehension"));
            }
            ScopeKind::Generator => {
                return Err(Refusal::syntax(
                    range,
                    "'yield' inside generator expression",
                ));
            }
        }
        Ok(())
    }

    fn awaits(&mut self, range: TextRange, what: &str) -> Check<()> {
        let frame = self.frame_scope();
        let scope = &mut self.scopes.all[frame];
        match scope.kind {
            ScopeKind::Function if scope.is_async => Ok(()),
            ScopeKind::Generator => {
                // An asynchronous generator; it may be made anywhere that can await, and in 3.13 elsewhere too.
                scope.awaits = true;
                Ok(())
            }
            ScopeKind::Function | ScopeKind::Lambda => Err(Refusal::syntax(
                range,
                format!("{what} outside async function"),
            )),
            _ => Err(Refusal::syntax(range, format!("{what} outside function"))),
        }
    }

    fn comprehension(
        &mut self,
        key: usize,
        kind: ScopeKind,
        generators: &[ast::Comprehension],
        elements: &[&Expr],
        range: TextRange,
    ) -> Check<()> {
        for e in elements {
            if let Expr::Starred(s) = e {
                return Err(Refusal::syntax(
                    s.range,
                    "iterable unpacking cannot be used in comprehension",
                ));
            }
        }
        let Some(first) = generators.first() else {
            return Err(Refusal::syntax(range, "invalid syntax"));
        };
        self.in_iterable(&first.iter)?;
        let class = self.class().map(str::to_owned);
        let outer = self.at;
        self.at = self.scopes.add(kind, Some(outer), class);
        self.scopes.of_node.insert(key, self.at);
        if kind == ScopeKind::Generator {
            self.note(".0", fact::BOUND | fact::PARAM, range);
        }
        for g in generators {
            if g.is_async {
                let frame = self.frame_scope();
                let scope = &mut self.scopes.all[frame];
                if scope.kind == ScopeKind::Generator {
                    scope.awaits = true;
                } else if !(scope.kind == ScopeKind::Function && scope.is_async) {
                    return Err(Refusal::syntax(
                        range,
                        "asynchronous comprehension outside of an asynchronous function",
                    ));
                }
            }
            self.target(&g.target)?;
        }
        for (i, g) in generators.iter().enumerate() {
            if i > 0 {
                self.in_iterable(&g.iter)?;
            }
            self.exprs(&g.ifs)?;
        }
        self.exprs(elements.iter().copied())?;
        self.at = outer;
        Ok(())
    }

    fn in_iterable(&mut self, iter: &Expr) -> Check<()> {
        let outside = self.iterable;
        self.iterable += 1;
        let result = self.expr(iter);
        self.iterable = outside;
        result
    }

    pub(super) fn pattern_expr(&mut self, e: &Expr) -> Check<()> {
        self.expr(e)
    }

    fn match_stmt(&mut self, m: &ast::StmtMatch) -> Check<()> {
        match &*m.subject {
            Expr::Starred(s) => self.expr(&s.value)?,
            e => self.expr(e)?,
        }
        for (i, case) in m.cases.iter().enumerate() {
            let last = i + 1 == m.cases.len();
            if !last
                && case.guard.is_none()
                && let Some(irrefutable) = irrefutable(&case.pattern)
            {
                return Err(irrefutable);
            }
            super::pattern_check::check(self, &case.pattern)?;
            self.maybe(case.guard.as_deref())?;
            self.body(&case.body)?;
        }
        Ok(())
    }
}

fn irrefutable(pattern: &Pattern) -> Option<Refusal> {
    let found = pattern.irrefutable_pattern()?;
    let what = match found.kind {
        ast::IrrefutablePatternKind::Name(name) => format!("name capture '{name}'"),
        ast::IrrefutablePatternKind::Wildcard => "wildcard".to_owned(),
    };
    Some(Refusal::syntax(
        found.range,
        format!("{what} makes remaining patterns unreachable"),
    ))
}

fn future(i: &ast::StmtImportFrom) -> Check<()> {
    const KNOWN: &[&str] = &[
        "annotations",
        "generators",
        "nested_scopes",
        "absolute_import",
        "division",
        "with_statement",
        "print_function",
        "unicode_literals",
        "generator_stop",
    ];
    for alias in &i.names {
        if !KNOWN.contains(&alias.name.as_str()) {
            return Err(Refusal::syntax(
                alias.range,
                format!("future feature {} is not defined", alias.name),
            ));
        }
    }
    Ok(())
}
