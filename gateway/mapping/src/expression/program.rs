//! The tree that is evaluated: CEL's operators and macros by name, with variables resolved.

use super::error::ExpressionError;
use super::functions::Function;
use super::inspect::input_of;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, SelectExpr, SourceInfo, operators,
};

/// A node of the tree.
#[derive(Debug)]
pub(super) enum Node {
    Literal(LiteralValue),
    /// An input, by its index.
    Input(usize),
    /// The element of a macro around this node, by its place from the outermost.
    Local(usize),
    /// A field; null where it is absent.
    Field(Box<Node>, String),
    /// An element; null where it is absent.
    Index(Box<[Node; 2]>),
    /// The first that is not null.
    Coalesce(Vec<Node>),
    Conditional(Box<[Node; 3]>),
    And(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<[Node; 2]>),
    Call(Function, Vec<Node>),
    List(Vec<Node>),
    Map(Vec<[Node; 2]>),
    Each(Box<Each>),
}

/// An operator that evaluates both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// A macro over the elements of a list or the keys of a map.
#[derive(Debug)]
pub(super) struct Each {
    pub(super) range: Node,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    All(Node),
    Exists(Node),
    ExistsOne(Node),
    /// `map` and `filter`: the item of each element for which the guard holds.
    Collect {
        guard: Option<Node>,
        item: Node,
    },
}

/// Compiles what `inspect` made.
pub(super) fn compile(ast: IdedExpr, source: &SourceInfo) -> Result<Node, Vec<ExpressionError>> {
    Compiler { source, locals: Vec::new() }.node(ast).map_err(|error| vec![error])
}

struct Compiler<'i> {
    source: &'i SourceInfo,
    locals: Vec<String>,
}

type Compiled = Result<Node, ExpressionError>;

impl Compiler<'_> {
    fn refused<T>(&self, id: u64, message: String) -> Result<T, ExpressionError> {
        let offset = self.source.offset_for(id).map_or(0, |(start, _)| start as usize);
        Err(ExpressionError { offset, message, syntax: false })
    }

    fn node(&mut self, node: IdedExpr) -> Compiled {
        let id = node.id;
        match node.expr {
            Expr::Literal(literal) => Ok(Node::Literal(literal)),
            Expr::Ident(name) => self.variable(id, &name),
            Expr::Call(call) => self.call(id, call),
            Expr::Comprehension(comprehension) => self.comprehension(id, *comprehension),
            Expr::List(list) => Ok(Node::List(self.nodes(list.elements)?)),
            Expr::Map(map) => {
                let mut entries = Vec::with_capacity(map.entries.len());
                for entry in map.entries {
                    let EntryExpr::MapEntry(entry) = entry.expr else { return self.unsupported(id) };
                    entries.push([self.node(entry.key)?, self.node(entry.value)?]);
                }
                Ok(Node::Map(entries))
            }
            Expr::Select(SelectExpr { operand, field, test: false }) => {
                Ok(Node::Field(Box::new(self.node(*operand)?), field))
            }
            Expr::Select(_) | Expr::Struct(_) | Expr::Unspecified => self.unsupported(id),
        }
    }

    fn nodes(&mut self, nodes: Vec<IdedExpr>) -> Result<Vec<Node>, ExpressionError> {
        nodes.into_iter().map(|node| self.node(node)).collect()
    }

    fn unsupported<T>(&self, id: u64) -> Result<T, ExpressionError> {
        self.refused(id, "this form is not supported in a mapping".to_owned())
    }

    fn variable(&self, id: u64, name: &str) -> Compiled {
        if let Some(index) = self.locals.iter().rposition(|local| local == name) {
            return Ok(Node::Local(index));
        }
        input_of(name).map_or_else(|| self.unsupported(id), |index| Ok(Node::Input(index)))
    }

    fn call(&mut self, id: u64, call: CallExpr) -> Compiled {
        let CallExpr { func_name, target, args } = call;
        if func_name == "orValue"
            && let Some(IdedExpr { expr: Expr::Call(optional), .. }) = target.as_deref()
        {
            // `or_null` of `tree`: the target is an optional selection.
            return self.selection(id, optional.clone());
        }
        if func_name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let is_member = target.is_some();
            let args = self.nodes(target.into_iter().map(|target| *target).chain(args).collect())?;
            return match Function::named(&func_name, is_member, args.len()) {
                Ok(function) => Ok(Node::Call(function, args)),
                Err(message) => self.refused(id, message),
            };
        }
        let args = self.nodes(args)?;
        match (func_name.as_str(), <[Node; 1]>::try_from(args)) {
            (operators::LOGICAL_NOT, Ok([only])) => Ok(Node::Not(Box::new(only))),
            (operators::NEGATE, Ok([only])) => Ok(Node::Negate(Box::new(only))),
            (_, Ok(_)) => self.unsupported(id),
            (operators::CONDITIONAL, Err(args)) => <[Node; 3]>::try_from(args)
                .map_or_else(|_| self.unsupported(id), |args| Ok(Node::Conditional(Box::new(args)))),
            (name, Err(args)) => {
                let Ok(args) = <[Node; 2]>::try_from(args).map(Box::new) else { return self.unsupported(id) };
                match (name, operator(name)) {
                    (operators::LOGICAL_AND, _) => Ok(Node::And(args)),
                    (operators::LOGICAL_OR, _) => Ok(Node::Or(args)),
                    (_, Some(operator)) => Ok(Node::Binary(operator, args)),
                    _ => self.unsupported(id),
                }
            }
        }
    }

    fn selection(&mut self, id: u64, optional: CallExpr) -> Compiled {
        let Ok([operand, selector]) = <[IdedExpr; 2]>::try_from(optional.args) else { return self.unsupported(id) };
        let operand = self.node(operand)?;
        match (optional.func_name.as_str(), selector.expr) {
            (operators::OPT_SELECT, Expr::Literal(LiteralValue::String(field))) => {
                Ok(Node::Field(Box::new(operand), field.inner().to_owned()))
            }
            (operators::OPT_INDEX, expr) => {
                let index = self.node(IdedExpr { id: selector.id, expr })?;
                Ok(Node::Index(Box::new([operand, index])))
            }
            _ => self.unsupported(id),
        }
    }

    fn comprehension(&mut self, id: u64, comprehension: ComprehensionExpr) -> Compiled {
        let ComprehensionExpr { iter_range, iter_var, iter_var2, accu_init, loop_step, result, .. } = comprehension;
        if iter_var == "@none" {
            return self.coalesce(id, accu_init, result);
        }
        if iter_var2.is_some() {
            return self.unsupported(id);
        }
        let range = self.node(iter_range)?;
        self.locals.push(iter_var);
        let what = self.what(id, loop_step);
        self.locals.pop();
        Ok(Node::Each(Box::new(Each { range, what: what? })))
    }

    /// `coalesce` of `tree`: the first value, and a result that is the first or else the rest.
    fn coalesce(&mut self, id: u64, first: IdedExpr, result: IdedExpr) -> Compiled {
        let Expr::Call(CallExpr { args, .. }) = result.expr else { return self.unsupported(id) };
        let Ok([_, _, rest]) = <[IdedExpr; 3]>::try_from(args) else { return self.unsupported(id) };
        let mut parts = vec![self.node(first)?];
        match self.node(rest)? {
            Node::Coalesce(rest) => parts.extend(rest),
            rest => parts.push(rest),
        }
        Ok(Node::Coalesce(parts))
    }

    /// What a macro does, by the shape of its step.
    fn what(&mut self, id: u64, step: IdedExpr) -> Result<What, ExpressionError> {
        let Expr::Call(CallExpr { func_name, args, .. }) = step.expr else { return self.unsupported(id) };
        match (func_name.as_str(), args.len()) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR, 2) => {
                let Some(test) = args.into_iter().nth(1) else { return self.unsupported(id) };
                let test = self.node(test)?;
                Ok(if func_name == operators::LOGICAL_AND { What::All(test) } else { What::Exists(test) })
            }
            (operators::ADD, 2) => {
                let Some(item) = added(args) else { return self.unsupported(id) };
                Ok(What::Collect { guard: None, item: self.node(item)? })
            }
            (operators::CONDITIONAL, 3) => {
                let Ok([guard, then, _]) = <[IdedExpr; 3]>::try_from(args) else { return self.unsupported(id) };
                let guard = self.node(guard)?;
                let Expr::Call(CallExpr { args, .. }) = then.expr else { return self.unsupported(id) };
                match added(args) {
                    Some(item) => Ok(What::Collect { guard: Some(guard), item: self.node(item)? }),
                    None => Ok(What::ExistsOne(guard)),
                }
            }
            _ => self.unsupported(id),
        }
    }
}

/// `item` of `@result + [item]`.
fn added(args: Vec<IdedExpr>) -> Option<IdedExpr> {
    match args.into_iter().nth(1)?.expr {
        Expr::List(list) => list.elements.into_iter().next(),
        _ => None,
    }
}

fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        operators::EQUALS => Operator::Equal,
        operators::NOT_EQUALS => Operator::NotEqual,
        operators::LESS => Operator::Less,
        operators::LESS_EQUALS => Operator::LessOrEqual,
        operators::GREATER => Operator::Greater,
        operators::GREATER_EQUALS => Operator::GreaterOrEqual,
        operators::IN => Operator::In,
        operators::ADD => Operator::Add,
        operators::SUBSTRACT => Operator::Subtract,
        operators::MULTIPLY => Operator::Multiply,
        operators::DIVIDE => Operator::Divide,
        operators::MODULO => Operator::Remainder,
        _ => return None,
    })
}
