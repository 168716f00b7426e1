//! Text to syntax tree, by the `cel` crate, and places of tree nodes in the text.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{EntryExpr, Expr, LiteralValue, SourceInfo};
use cel::{Env, IdedExpr, Program};

use super::problem::ExprProblem;
use crate::text::Message;

/// The longest expression, in characters. A longer one is a missing field, or a named feature of a capability.
pub(super) const CHARACTERS_MAX: usize = 160;

/// The deepest nesting of brackets.
const BRACKETS_MAX: usize = 8;
/// The deepest nesting that the parser itself follows; it counts branches of `?:` too.
const PARSER_DEPTH_MAX: u16 = 24;
/// The generated parser takes some 170 kB of stack for each level in a build without optimisation, 4 MB at its
/// depth, and asynchronous tasks have 2 MB: it gets a stack of its own.
const PARSER_STACK_BYTES: usize = 16 << 20;

/// Leaves `has`, `exists` and the like as the calls they are written as: the checker reads those.
static PLAIN: LazyLock<Env> = LazyLock::new(|| Env::default().with_optional_support(false));

/// The standard library, without the crate's features: no regular expressions, no time.
pub(super) static STANDARD: LazyLock<Arc<Env>> =
    LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(false)));

/// A parsed expression with its text.
pub(super) struct Parsed<'a> {
    pub(super) text: &'a str,
    pub(super) tree: IdedExpr,
    /// The same with `has`, `exists` and the like expanded, to be run. Nothing where they are not used as they are
    /// meant to be: the checker says how.
    pub(super) program: Option<Program>,
    places: SourceInfo,
}

/// What the parser makes of a text: the plain tree, its places, the program.
type Trees = Result<(IdedExpr, SourceInfo, Option<Program>), cel::ParseErrors>;

/// Parses within the bounds.
pub(super) fn parse(text: &str) -> Result<Parsed<'_>, ExprProblem> {
    let length = text.chars().count();
    if length > CHARACTERS_MAX {
        let cut = text.char_indices().nth(CHARACTERS_MAX).map_or(text.len(), |(at, _)| at);
        let message =
            Message::new("expr-too-long").with("length", length).with("max", CHARACTERS_MAX);
        return Err(ExprProblem::new(message, cut..text.len()));
    }
    if let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_control()) {
        return Err(ExprProblem::new("expr-one-line", at..at + c.len_utf8()));
    }
    if text.trim().is_empty() {
        return Err(ExprProblem::new("expr-empty", 0..text.len()));
    }
    if let Some(at) = too_deep(text) {
        let message = Message::new("expr-too-deep").with("max", BRACKETS_MAX);
        return Err(ExprProblem::new(message, at..at + 1));
    }
    match on_own_stack(text) {
        Some(Ok((tree, places, program))) => Ok(Parsed { text, tree, program, places }),
        Some(Err(errors)) => Err(syntax_problem(text, &errors)),
        None => Err(ExprProblem::new("expr-unsupported", 0..text.len())),
    }
}

/// Parses on a thread of its own. Nothing where the thread cannot be had or the parser panics.
fn on_own_stack(text: &str) -> Option<Trees> {
    let parse = || -> Trees {
        let parser = PLAIN.parser().max_recursion_depth(PARSER_DEPTH_MAX);
        let (tree, places) = parser.parse_with_source_info(text)?;
        Ok((tree, places, STANDARD.compile(text).ok()))
    };
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(PARSER_STACK_BYTES);
        builder.spawn_scoped(scope, parse).ok()?.join().ok()
    })
}

/// The byte of the bracket that is one too deep. Brackets within quotation marks do not count.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
        if depth > BRACKETS_MAX {
            return Some(at);
        }
    }
    None
}

fn syntax_problem(text: &str, errors: &cel::ParseErrors) -> ExprProblem {
    let column = errors.errors.first().map_or(0, |error| error.pos.1.max(1) - 1);
    let column = usize::try_from(column).unwrap_or(0);
    let start = text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
    let word = text[start..]
        .char_indices()
        .find(|(at, c)| *at > 0 && !(c.is_alphanumeric() || *c == '_'))
        .map_or(text.len(), |(at, _)| start + at);
    let near = text[start..word].trim();
    let number = near.starts_with(|c: char| c.is_ascii_digit());
    let problem = if number && errors.errors.iter().any(|error| error.msg.starts_with("invalid")) {
        ExprProblem::new(Message::new("expr-number").with("near", near), start..word)
    } else if near.is_empty() {
        ExprProblem::new("expr-unfinished", start.min(text.len())..text.len())
    } else {
        ExprProblem::new(Message::new("expr-syntax").with("near", near), start..word)
    };
    match near {
        "=" => problem.hint("expr-hint-equals"),
        "and" | "&" => problem.hint(Message::new("expr-hint-write").with("text", "&&")),
        "or" | "|" => problem.hint(Message::new("expr-hint-write").with("text", "||")),
        "not" => problem.hint(Message::new("expr-hint-write").with("text", "!")),
        _ if text[start..].chars().any(|c| "“”‘’，（）＝".contains(c)) => {
            problem.hint("expr-hint-half-width")
        }
        _ => problem,
    }
}

impl Parsed<'_> {
    /// The bytes of the text that a node stands for, brackets around it left out.
    pub(super) fn span(&self, node: &IdedExpr) -> Range<usize> {
        let own = self.token(node.id);
        let span = match &node.expr {
            Expr::Select(select) => {
                let operand = self.span(&select.operand);
                let end = self.after(own.end, &select.field);
                operand.start..end
            }
            Expr::Call(call) => {
                let arguments = call.args.iter().map(|argument| self.span(argument));
                let parts = call.target.iter().map(|target| self.span(target)).chain(arguments);
                let all = parts.fold(own.clone(), |all, part| {
                    all.start.min(part.start)..all.end.max(part.end)
                });
                if call.func_name.starts_with(|c: char| c.is_alphabetic()) {
                    let name = self.name_before(own.start, &call.func_name);
                    all.start.min(name)..self.after(all.end, ")")
                } else if call.func_name == cel::common::ast::operators::INDEX {
                    all.start..self.after(all.end, "]")
                } else {
                    all
                }
            }
            Expr::List(list) => {
                let inner = list.elements.iter().map(|element| self.span(element).end);
                own.start..self.after(inner.fold(own.end, usize::max), "]")
            }
            Expr::Map(map) => {
                let inner = map.entries.iter().map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => self.span(&entry.value).end,
                    EntryExpr::StructField(field) => self.span(&field.value).end,
                });
                own.start..self.after(inner.fold(own.end, usize::max), "}")
            }
            Expr::Literal(LiteralValue::Int(number)) if *number.inner() < 0 => {
                self.text[..own.start].rfind('-').unwrap_or(own.start)..own.end
            }
            _ => own,
        };
        self.bounded(span)
    }

    /// The bytes of the name of a called function.
    pub(super) fn name_span(&self, node: &IdedExpr, name: &str) -> Range<usize> {
        let start = self.name_before(self.token(node.id).start, name);
        self.bounded(start..start + name.len())
    }

    /// The bytes of the name of a selected field.
    pub(super) fn field_span(&self, node: &IdedExpr, field: &str) -> Range<usize> {
        let end = self.after(self.token(node.id).end, field);
        self.bounded(end.saturating_sub(field.len())..end)
    }

    /// The text of a node.
    pub(super) fn slice(&self, node: &IdedExpr) -> &str {
        &self.text[self.span(node)]
    }

    /// The token that the parser remembers for a node: an operator, a dot, an opening bracket, a literal.
    fn token(&self, id: u64) -> Range<usize> {
        match self.places.offset_for(id) {
            Some((start, stop)) => start as usize..(stop as usize).saturating_add(1),
            None => 0..self.text.len(),
        }
    }

    fn after(&self, from: usize, what: &str) -> usize {
        let rest = self.text.get(from..).unwrap_or("");
        rest.find(what).map_or(from, |at| from + at + what.len())
    }

    fn name_before(&self, until: usize, name: &str) -> usize {
        let before = self.text.get(..until).unwrap_or("");
        before.rfind(name).unwrap_or(until)
    }

    fn bounded(&self, span: Range<usize>) -> Range<usize> {
        let mut start = span.start.min(self.text.len());
        let mut end = span.end.clamp(start, self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }
}
