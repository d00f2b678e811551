//! The CEL trees that `inspect` matches, and those that it builds.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, ListExpr, LiteralValue, operators};

/// `a.b["c"].d` as its root and steps.
pub(super) fn static_path(node: &IdedExpr) -> Option<(String, Vec<String>)> {
    match &node.expr {
        Expr::Ident(name) => Some((name.clone(), Vec::new())),
        Expr::Select(select) if !select.test => {
            let (root, mut steps) = static_path(&select.operand)?;
            steps.push(select.field.clone());
            Some((root, steps))
        }
        Expr::Call(call) if call.func_name == operators::INDEX => {
            let [operand, index] = call.args.as_slice() else { return None };
            let Expr::Literal(LiteralValue::String(key)) = &index.expr else { return None };
            let (root, mut steps) = static_path(operand)?;
            steps.push(key.inner().to_owned());
            Some((root, steps))
        }
        _ => None,
    }
}

/// Whether a comprehension's step collects the elements themselves, as filter() does.
pub(super) fn lists_only(step: &IdedExpr, element: &str) -> bool {
    match &step.expr {
        Expr::List(list) => match list.elements.as_slice() {
            [only] => matches!(&only.expr, Expr::Ident(name) if name == element),
            _ => false,
        },
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::CONDITIONAL, [_, then, _]) => lists_only(then, element),
            (operators::ADD, [_, added]) => lists_only(added, element),
            _ => false,
        },
        _ => false,
    }
}

pub(super) fn call(function: &str, args: Vec<IdedExpr>) -> Expr {
    Expr::Call(CallExpr { func_name: function.to_owned(), target: None, args })
}

pub(super) fn null(id: u64) -> IdedExpr {
    IdedExpr { id, expr: Expr::Literal(LiteralValue::Null) }
}

/// `operand.?field.orValue(null)` and similar.
pub(super) fn or_null(id: u64, operator: &str, operand: IdedExpr, selector: IdedExpr) -> IdedExpr {
    let optional = IdedExpr { id, expr: call(operator, vec![operand, selector]) };
    let expr = Expr::Call(CallExpr {
        func_name: "orValue".to_owned(),
        target: Some(Box::new(optional)),
        args: vec![null(id)],
    });
    IdedExpr { id, expr }
}

pub(super) fn or_empty(list: IdedExpr) -> IdedExpr {
    let id = list.id;
    let empty = IdedExpr { id, expr: Expr::List(ListExpr::new(Vec::new())) };
    coalesce(id, vec![list, empty])
}

/// The first argument that is not null. Each is bound to a variable (by a comprehension over nothing, like CEL's `cel.bind`), so
/// that it is evaluated once, and later ones only if they are needed.
pub(super) fn coalesce(id: u64, args: Vec<IdedExpr>) -> IdedExpr {
    args.into_iter()
        .rev()
        .reduce(|rest, first| {
            let node = |expr| IdedExpr { id, expr };
            let bound = || node(Expr::Ident("@first".to_owned()));
            let choice = vec![node(call(operators::NOT_EQUALS, vec![bound(), null(id)])), bound(), rest];
            node(Expr::Comprehension(Box::new(ComprehensionExpr {
                iter_range: node(Expr::List(ListExpr::new(Vec::new()))),
                iter_var: "@none".to_owned(),
                iter_var2: None,
                accu_var: "@first".to_owned(),
                accu_init: first,
                loop_cond: node(Expr::Literal(LiteralValue::Boolean(false.into()))),
                loop_step: bound(),
                result: node(call(operators::CONDITIONAL, choice)),
            })))
        })
        .unwrap_or_else(|| null(id))
}
