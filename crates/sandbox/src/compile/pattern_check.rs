//! The first pass over patterns of `match`: which names they bind, and what is wrong with them.

use super::collect::{Collector, with_stack};
use super::error::{Check, Refusal};
use ruff_python_ast::{self as ast, Pattern};
use ruff_text_size::{Ranged, TextRange};

/// Visits a pattern: binds its names.
pub(super) fn check(collector: &mut Collector, pattern: &Pattern) -> Check<()> {
    let mut names = Vec::new();
    visit(collector, pattern, &mut names)
}

fn capture<'p>(
    collector: &mut Collector,
    name: &'p ast::Identifier,
    names: &mut Vec<&'p str>,
) -> Check<()> {
    if names.contains(&name.as_str()) {
        return Err(Refusal::syntax(
            name.range,
            format!("multiple assignments to name '{name}' in pattern"),
        ));
    }
    names.push(name.as_str());
    collector.bind(name)
}

fn visit<'p>(
    collector: &mut Collector,
    pattern: &'p Pattern,
    names: &mut Vec<&'p str>,
) -> Check<()> {
    with_stack(|| visit_inner(collector, pattern, names))
}

fn visit_inner<'p>(
    collector: &mut Collector,
    pattern: &'p Pattern,
    names: &mut Vec<&'p str>,
) -> Check<()> {
    match pattern {
        Pattern::MatchValue(v) => collector.pattern_expr(&v.value),
        Pattern::MatchSingleton(_) => Ok(()),
        Pattern::MatchSequence(s) => {
            let stars = s.patterns.iter().filter(|p| p.is_match_star());
            if let Some(second) = stars.clone().nth(1) {
                return Err(Refusal::syntax(
                    second.range(),
                    "multiple starred names in sequence pattern",
                ));
            }
            if s.patterns.iter().position(Pattern::is_match_star) > Some(255) {
                return Err(Refusal::syntax(
                    s.range,
                    "too many expressions in star-unpacking sequence pattern",
                ));
            }
            visit_all(collector, &s.patterns, names)
        }
        Pattern::MatchMapping(m) => {
            for (i, key) in m.keys.iter().enumerate() {
                collector.pattern_expr(key)?;
                if key.is_literal_expr() && m.keys[..i].iter().any(|k| same_literal(k, key)) {
                    return Err(Refusal::syntax(
                        m.range,
                        format!("mapping pattern checks duplicate key ({})", literal(key)),
                    ));
                }
            }
            visit_all(collector, &m.patterns, names)?;
            match &m.rest {
                Some(rest) => capture(collector, rest, names),
                None => Ok(()),
            }
        }
        Pattern::MatchClass(c) => {
            collector.pattern_expr(&c.cls)?;
            visit_all(collector, &c.arguments.patterns, names)?;
            for (i, keyword) in c.arguments.keywords.iter().enumerate() {
                let before = &c.arguments.keywords[..i];
                if before.iter().any(|k| k.attr.id == keyword.attr.id) {
                    return Err(Refusal::syntax(
                        keyword.pattern.range(),
                        format!("attribute name repeated in class pattern: {}", keyword.attr),
                    ));
                }
                visit(collector, &keyword.pattern, names)?;
            }
            Ok(())
        }
        Pattern::MatchStar(s) => match &s.name {
            Some(name) => capture(collector, name, names),
            None => Ok(()),
        },
        Pattern::MatchAs(a) => {
            if let Some(pattern) = &a.pattern {
                visit(collector, pattern, names)?;
            }
            match &a.name {
                Some(name) => capture(collector, name, names),
                None => Ok(()),
            }
        }
        Pattern::MatchOr(o) => alternatives(collector, o, names),
    }
}

fn visit_all<'p>(
    collector: &mut Collector,
    patterns: &'p [Pattern],
    names: &mut Vec<&'p str>,
) -> Check<()> {
    patterns.iter().try_for_each(|p| visit(collector, p, names))
}

fn alternatives<'p>(
    collector: &mut Collector,
    o: &'p ast::PatternMatchOr,
    names: &mut Vec<&'p str>,
) -> Check<()> {
    let before = names.len();
    let mut first: Option<Vec<&str>> = None;
    for (i, alternative) in o.patterns.iter().enumerate() {
        let last = i + 1 == o.patterns.len();
        if !last && let Some(found) = alternative.irrefutable_pattern() {
            let what = match found.kind {
                ast::IrrefutablePatternKind::Name(name) => format!("name capture '{name}'"),
                ast::IrrefutablePatternKind::Wildcard => "wildcard".to_owned(),
            };
            return Err(Refusal::syntax(
                found.range,
                format!("{what} makes remaining patterns unreachable"),
            ));
        }
        names.truncate(before);
        visit(collector, alternative, names)?;
        let mut bound = names[before..].to_vec();
        bound.sort_unstable();
        match &first {
            None => first = Some(bound),
            Some(expected) if *expected != bound => return Err(different(o.range)),
            Some(_) => {}
        }
    }
    Ok(())
}

fn different(range: TextRange) -> Refusal {
    Refusal::syntax(range, "alternative patterns bind different names")
}

fn same_literal(a: &ast::Expr, b: &ast::Expr) -> bool {
    use ast::Expr;
    match (a, b) {
        (Expr::StringLiteral(a), Expr::StringLiteral(b)) => a.value.to_str() == b.value.to_str(),
        (Expr::NumberLiteral(a), Expr::NumberLiteral(b)) => a.value == b.value,
        (Expr::BooleanLiteral(a), Expr::BooleanLiteral(b)) => a.value == b.value,
        (Expr::NoneLiteral(_), Expr::NoneLiteral(_)) => true,
        _ => false,
    }
}

fn literal(e: &ast::Expr) -> String {
    match e {
        ast::Expr::StringLiteral(s) => crate::text::str_repr(s.value.to_str()),
        ast::Expr::NumberLiteral(n) => match &n.value {
            ast::Number::Int(i) => i.to_string(),
            ast::Number::Float(x) => crate::text::float_repr(*x),
            ast::Number::Complex { .. } => "complex".to_owned(),
        },
        ast::Expr::BooleanLiteral(b) if b.value => "True".to_owned(),
        ast::Expr::BooleanLiteral(_) => "False".to_owned(),
        _ => "None".to_owned(),
    }
}
