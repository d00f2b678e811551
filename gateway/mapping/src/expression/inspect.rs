//! Takes an expression apart at load: finds what it reads, checks that all of it exists, and builds the tree to evaluate.
//!
//! Three rewrites make null safe without our own evaluator: a path that starts at a variable becomes one input; any other
//! `.field` or `[index]` becomes CEL's optional selection, or null; `coalesce(a, b)` becomes `a` unless it is null.

use super::error::ExpressionError;
use super::functions::NAMES;
use super::input::Input;
use super::shape::{Shape, attribute_path, exactly};
use super::tree::{call, coalesce, lists_only, null, or_empty, or_null, static_path};
use crate::nearest::hint;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, ListExpr, LiteralValue, SelectExpr, SourceInfo, operators,
};
use scim_protocol::ResourceType;

/// The deepest tree, because evaluation recurses.
const MAX_DEPTH: usize = 128;

/// What the variables of an expression mean.
pub(super) enum Scope<'s> {
    /// The attributes of a resource type.
    Resource(&'s ResourceType),
    /// `app`, a document of unknown shape.
    App,
}

type Typed<'s> = (IdedExpr, Shape<'s>);

struct Inspection<'s, 'i> {
    scope: Scope<'s>,
    source: &'i SourceInfo,
    inputs: Vec<Input>,
    bound: Vec<(String, Shape<'s>)>,
    depth: usize,
    in_body: bool,
    errors: Vec<ExpressionError>,
}

/// The variable that holds an input. `@` distinguishes it from every name that an expression can contain.
pub(super) fn variable(index: usize) -> String {
    format!("@input{index}")
}

/// The input that a variable holds.
pub(super) fn input_of(variable: &str) -> Option<usize> {
    variable.strip_prefix("@input")?.parse().ok()
}

/// The tree to evaluate and its inputs.
pub(super) fn inspect(
    ast: IdedExpr,
    scope: Scope<'_>,
    source: &SourceInfo,
) -> Result<(IdedExpr, Vec<Input>), Vec<ExpressionError>> {
    let mut inspection = Inspection {
        scope,
        source,
        inputs: Vec::new(),
        bound: Vec::new(),
        depth: 0,
        in_body: false,
        errors: Vec::new(),
    };
    let (ast, _) = inspection.rewrite(ast);
    match inspection.errors.is_empty() {
        true => Ok((ast, inspection.inputs)),
        false => Err(inspection.errors),
    }
}

impl<'s> Inspection<'s, '_> {
    fn refuse(&mut self, id: u64, message: String) {
        let offset = self.source.offset_for(id).map_or(0, |(start, _)| start as usize);
        self.errors.push(ExpressionError { offset, message, syntax: false });
    }

    fn rewrite(&mut self, node: IdedExpr) -> Typed<'s> {
        self.depth += 1;
        let typed = if self.depth > MAX_DEPTH {
            self.refuse(node.id, "the expression is nested too deeply".to_owned());
            (node, Shape::Any)
        } else {
            self.rewrite_node(node)
        };
        self.depth -= 1;
        typed
    }

    fn only(&mut self, node: IdedExpr) -> IdedExpr {
        self.rewrite(node).0
    }

    fn rewrite_node(&mut self, node: IdedExpr) -> Typed<'s> {
        let id = node.id;
        let any = |expr| (IdedExpr { id, expr }, Shape::Any);
        match node.expr {
            Expr::Ident(name) => self.variable_path(id, &name, &[]),
            Expr::Select(select) => self.select(id, select),
            Expr::Call(call) => self.call(id, call),
            Expr::Comprehension(comprehension) => self.comprehension(id, *comprehension),
            Expr::List(list) => {
                let elements = list.elements.into_iter().map(|element| self.only(element)).collect();
                any(Expr::List(ListExpr { elements, optional_indices: list.optional_indices }))
            }
            Expr::Map(mut map) => {
                for entry in &mut map.entries {
                    if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                        entry.key = self.only(std::mem::take(&mut entry.key));
                        entry.value = self.only(std::mem::take(&mut entry.value));
                    }
                }
                any(Expr::Map(map))
            }
            Expr::Struct(_) | Expr::Unspecified => {
                self.refuse(id, "messages (`Name{…}`) are not supported; write a map as `{\"key\": value}`".to_owned());
                any(Expr::Literal(LiteralValue::Null))
            }
            literal @ Expr::Literal(_) => any(literal),
        }
    }

    fn select(&mut self, id: u64, select: SelectExpr) -> Typed<'s> {
        let SelectExpr { operand, field, test } = select;
        let path = match static_path(&operand) {
            Some((root, mut steps)) if !self.is_bound(&root) => {
                steps.push(field.clone());
                Some((root, steps))
            }
            _ => None,
        };
        let selected = match path {
            Some((root, steps)) => self.variable_path(id, &root, &steps),
            None => {
                let operand = self.rewrite(*operand);
                self.field(id, operand, &field)
            }
        };
        if !test {
            return selected;
        }
        // has(a.b): absent and null are the same.
        let expr = call(operators::NOT_EQUALS, vec![selected.0, null(id)]);
        (IdedExpr { id, expr }, Shape::Any)
    }

    fn call(&mut self, id: u64, mut call: CallExpr) -> Typed<'s> {
        let is_index = matches!(call.func_name.as_str(), operators::INDEX | operators::OPT_INDEX);
        if is_index && call.args.len() == 2 {
            let node = IdedExpr { id, expr: Expr::Call(call) };
            if let Some((root, steps)) = static_path(&node).filter(|(root, _)| !self.is_bound(root)) {
                return self.variable_path(id, &root, &steps);
            }
            let Expr::Call(mut call) = node.expr else { return (node, Shape::Any) };
            let (Some(index), Some(operand)) = (call.args.pop(), call.args.pop()) else {
                return (null(id), Shape::Any);
            };
            let operand = self.rewrite(operand);
            if let Expr::Literal(LiteralValue::String(key)) = &index.expr {
                return self.field(id, operand, key.inner());
            }
            let shape = if let Shape::Many(attribute) = operand.1 { Shape::One(attribute) } else { Shape::Any };
            let index = self.only(index);
            return (or_null(id, operators::OPT_INDEX, operand.0, index), shape);
        }
        let is_word = call.func_name.starts_with(|first: char| first.is_ascii_alphabetic());
        if (is_word && !NAMES.contains(&call.func_name.as_str())) || call.func_name == operators::OPT_SELECT {
            self.refuse(id, format!("unknown function `{}`{}", call.func_name, hint(&call.func_name, NAMES)));
        }
        let target = call.target.take().map(|target| self.only(*target));
        let mut args: Vec<_> = call.args.drain(..).map(|arg| self.only(arg)).collect();
        if call.func_name == "coalesce" {
            args.splice(0..0, target);
            return (coalesce(id, args), Shape::Any);
        }
        if call.func_name == operators::IN {
            // An absent list contains nothing.
            args =
                args.into_iter().enumerate().map(|(index, arg)| if index == 1 { or_empty(arg) } else { arg }).collect();
        }
        let expr = Expr::Call(CallExpr { func_name: call.func_name, target: target.map(Box::new), args });
        (IdedExpr { id, expr }, Shape::Any)
    }

    fn comprehension(&mut self, id: u64, comprehension: ComprehensionExpr) -> Typed<'s> {
        let ComprehensionExpr { iter_range, iter_var, iter_var2, accu_var, accu_init, loop_cond, loop_step, result } =
            comprehension;
        if self.in_body {
            self.refuse(id, "comprehensions cannot be nested, because each would multiply the other's work".to_owned());
        }
        let (range, shape) = self.rewrite(iter_range);
        let element = if let Shape::Many(attribute) = shape { Shape::One(attribute) } else { Shape::Any };
        let keeps_elements = lists_only(&loop_step, &iter_var);
        let accu_init = self.only(accu_init);
        let outer = self.bound.len();
        self.bound.push((iter_var.clone(), element));
        self.bound.extend(iter_var2.clone().map(|name| (name, Shape::Any)));
        self.bound.push((accu_var.clone(), Shape::Any));
        let was_in_body = std::mem::replace(&mut self.in_body, true);
        let [loop_cond, loop_step, result] = [loop_cond, loop_step, result].map(|part| self.only(part));
        self.in_body = was_in_body;
        self.bound.truncate(outer);
        let expr = Expr::Comprehension(Box::new(ComprehensionExpr {
            iter_range: or_empty(range),
            iter_var,
            iter_var2,
            accu_var,
            accu_init,
            loop_cond,
            loop_step,
            result,
        }));
        (IdedExpr { id, expr }, if keeps_elements { shape } else { Shape::Any })
    }

    fn is_bound(&self, name: &str) -> bool {
        name.starts_with('@') || self.bound.iter().any(|(bound, _)| bound == name)
    }

    /// `root.step.step`, where `root` is a variable.
    fn variable_path(&mut self, id: u64, root: &str, steps: &[String]) -> Typed<'s> {
        if self.is_bound(root) {
            let shape = self.bound.iter().rfind(|(bound, _)| bound == root).map_or(Shape::Any, |(_, shape)| *shape);
            return (IdedExpr { id, expr: Expr::Ident(root.to_owned()) }, shape);
        }
        let (input, shape, taken) = match &self.scope {
            Scope::App if root == "app" => (Input::App(steps.to_vec()), Shape::Any, steps.len()),
            Scope::App => {
                self.refuse(id, format!("unknown variable `{root}`; the app's document is `app`"));
                return (null(id), Shape::Any);
            }
            Scope::Resource(resource_type) => match attribute_path(resource_type, root, steps) {
                Ok(found) => found,
                Err(message) => {
                    self.refuse(id, message);
                    return (null(id), Shape::Any);
                }
            },
        };
        let index = self.inputs.iter().position(|known| *known == input).unwrap_or_else(|| {
            self.inputs.push(input);
            self.inputs.len() - 1
        });
        let mut typed = (IdedExpr { id, expr: Expr::Ident(variable(index)) }, shape);
        for step in steps.iter().skip(taken) {
            typed = self.field(id, typed, step);
        }
        typed
    }

    /// `operand.field`, null when the operand or the field is absent.
    fn field(&mut self, id: u64, operand: Typed<'s>, field: &str) -> Typed<'s> {
        let shape = match operand.1 {
            Shape::Any => Shape::Any,
            Shape::Many(attribute) => {
                let name = &attribute.name;
                self.refuse(id, format!("`{name}` is a list; choose an element, as in `{name}[0].{field}`"));
                Shape::Any
            }
            Shape::One(attribute) => match exactly(attribute, field) {
                Ok(sub) => Shape::One(sub),
                Err(message) => {
                    self.refuse(id, message);
                    Shape::Any
                }
            },
        };
        let field = IdedExpr { id, expr: Expr::Literal(LiteralValue::String(field.to_owned().into())) };
        (or_null(id, operators::OPT_SELECT, operand.0, field), shape)
    }
}
