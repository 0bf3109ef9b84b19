//! The first pass over functions, lambdas and classes: the scopes that have bodies of their own.

use super::collect::Collector;
use super::error::{Check, Refusal};
use super::scope::{ScopeKind, fact, mangle, node_key};
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

impl Collector {
    fn enter(&mut self, kind: ScopeKind, key: usize, class: Option<String>) -> (usize, u32, u32) {
        let saved = (
            self.at,
            std::mem::take(&mut self.loops),
            std::mem::take(&mut self.iterable),
        );
        self.at = self.scopes.add(kind, Some(saved.0), class);
        self.scopes.of_node.insert(key, self.at);
        saved
    }

    fn leave(&mut self, saved: (usize, u32, u32)) {
        (self.at, self.loops, self.iterable) = saved;
    }

    fn defaults(&mut self, parameters: &ast::Parameters) -> Check<()> {
        for p in parameters.iter_non_variadic_params() {
            self.maybe(p.default())?;
        }
        Ok(())
    }

    fn parameters(&mut self, parameters: &ast::Parameters) -> Check<()> {
        let named = parameters
            .iter_non_variadic_params()
            .map(|p| &p.parameter.name);
        let starred = [&parameters.vararg, &parameters.kwarg]
            .into_iter()
            .filter_map(|p| p.as_ref().map(|p| &p.name));
        for name in named.chain(starred) {
            let scope = &self.scopes.all[self.at];
            let mangled = mangle(scope.class.as_deref(), name.as_str());
            if scope.facts(&mangled) & fact::PARAM != 0 {
                return Err(Refusal::syntax(
                    name.range,
                    format!("duplicate argument '{mangled}' in function definition"),
                ));
            }
            self.bind(name)?;
            self.note(name.as_str(), fact::PARAM, name.range);
        }
        Ok(())
    }

    pub(super) fn function(&mut self, f: &ast::StmtFunctionDef) -> Check<()> {
        for decorator in &f.decorator_list {
            self.expr(&decorator.expression)?;
        }
        self.defaults(&f.parameters)?;
        self.bind(&f.name)?;
        let class = self.scopes.all[self.at].class.clone();
        let saved = self.enter(ScopeKind::Function, node_key(f), class);
        self.scopes.all[self.at].is_async = f.is_async;
        self.parameters(&f.parameters)?;
        let types = self.push_type_params(f.type_params.as_deref());
        self.body(&f.body)?;
        self.type_params.truncate(types);
        let scope = &self.scopes.all[self.at];
        if scope.is_async
            && scope.has_yield
            && let Some(r) = returned_value(&f.body)
        {
            return Err(Refusal::syntax(
                r.range,
                "'return' with value in async generator",
            ));
        }
        self.leave(saved);
        Ok(())
    }

    pub(super) fn lambda(&mut self, l: &ast::ExprLambda) -> Check<()> {
        if let Some(parameters) = &l.parameters {
            self.defaults(parameters)?;
        }
        let class = self.scopes.all[self.at].class.clone();
        let saved = self.enter(ScopeKind::Lambda, node_key(l), class);
        if let Some(parameters) = &l.parameters {
            self.parameters(parameters)?;
        }
        self.expr(&l.body)?;
        self.leave(saved);
        Ok(())
    }

    pub(super) fn class_def(&mut self, c: &ast::StmtClassDef) -> Check<()> {
        for decorator in &c.decorator_list {
            self.expr(&decorator.expression)?;
        }
        let types = self.push_type_params(c.type_params.as_deref());
        if let Some(arguments) = &c.arguments {
            self.arguments(arguments)?;
        }
        self.bind(&c.name)?;
        let saved = self.enter(ScopeKind::Class, node_key(c), Some(c.name.to_string()));
        self.body(&c.body)?;
        self.leave(saved);
        self.type_params.truncate(types);
        Ok(())
    }

    fn push_type_params(&mut self, params: Option<&ast::TypeParams>) -> usize {
        let before = self.type_params.len();
        if let Some(params) = params {
            self.type_params
                .extend(params.iter().map(|p| p.name().to_string()));
        }
        before
    }
}

/// The first `return` with a value in a function's body.
fn returned_value(body: &[ast::Stmt]) -> Option<&ast::StmtReturn> {
    use ast::statement_visitor::{StatementVisitor, walk_stmt};
    struct Finder<'a>(Option<&'a ast::StmtReturn>);
    impl<'a> StatementVisitor<'a> for Finder<'a> {
        fn visit_stmt(&mut self, stmt: &'a ast::Stmt) {
            match stmt {
                ast::Stmt::FunctionDef(_) | ast::Stmt::ClassDef(_) => {}
                ast::Stmt::Return(r) if r.value.is_some() => {
                    self.0.get_or_insert(r);
                }
                stmt => super::collect::with_stack(|| walk_stmt(self, stmt)),
            }
        }
    }
    let mut finder = Finder(None);
    finder.visit_body(body);
    debug_assert!(
        finder
            .0
            .is_none_or(|r| r.range().start() >= body[0].range().start())
    );
    finder.0
}
