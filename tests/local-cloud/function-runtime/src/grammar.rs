//! The grammar gate: refuses what njs, the engine behind `cloudfront-js-2.0`, does not parse though ECMAScript does.
//!
//! QuickJS still parses what passes. The gate knows the constructs named in AWS's runtime page by their absence, each
//! compared with Debian's njs in the tests; where it cannot tell it refuses, and it judges no semantics.

use std::fmt;

use crate::lexer::{BEFORE_EXPRESSION, Kind, Token, tokens};

/// A construct that `cloudfront-js-2.0` does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxRefusal {
    /// In njs's words where they are known.
    pub message: String,
    /// Counted from 1.
    pub line: u32,
}

impl fmt::Display for SyntaxRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.message, self.line)
    }
}

/// A bracket that is open, or the expression body of an arrow function.
#[derive(Clone, Copy, Debug)]
struct Frame {
    mark: &'static str,
    start: usize,
    kind: Place,
    in_arguments: bool,
    in_async: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Call,
    ForHead,
    List,
    Arrow,
    Other,
}

struct Gate<'s> {
    tokens: Vec<Token<'s>>,
    open: Vec<Frame>,
    /// For every closing bracket, where its opening one is.
    partner: Vec<usize>,
    rest_parameters: Vec<usize>,
}

/// Refuses the source or lets it pass.
pub fn check(source: &str) -> Result<(), SyntaxRefusal> {
    let tokens = tokens(source).map_err(|(line, message)| SyntaxRefusal { message, line })?;
    let mut gate = Gate {
        partner: vec![0; tokens.len()],
        tokens,
        open: Vec::new(),
        rest_parameters: Vec::new(),
    };
    for i in 0..gate.tokens.len() {
        gate.token(i)?;
    }
    match (0..gate.tokens.len()).find(|i| gate.is(*i, "...") && !gate.rest_parameters.contains(i)) {
        Some(i) => gate.refuse(i, "Token \"...\" not supported in this version"),
        None => Ok(()),
    }
}

impl Gate<'_> {
    fn text(&self, i: usize) -> &str {
        match self.tokens.get(i) {
            // A string or a regular expression is never taken for a word or a mark.
            Some(t) if matches!(t.kind, Kind::Word | Kind::Mark) => t.text,
            _ => "",
        }
    }

    fn is(&self, i: usize, text: &str) -> bool {
        self.text(i) == text
    }

    fn before(&self, i: usize, steps: usize) -> &str {
        i.checked_sub(steps).map_or("", |i| self.text(i))
    }

    /// The word is a keyword here, not a property's name.
    fn keyword(&self, i: usize, word: &str) -> bool {
        self.is(i, word)
            && self.before(i, 1) != "."
            && !(self.is(i + 1, ":") && ["{", ","].contains(&self.before(i, 1)))
    }

    fn ends_expression(&self, i: usize) -> bool {
        match self.tokens.get(i) {
            Some(t) if t.kind == Kind::Mark => [")", "]", "`e", "}"].contains(&t.text),
            Some(t) if t.kind == Kind::Word => self.before(i, 1) == "." || !is_statement_word(t.text),
            Some(_) => true,
            None => false,
        }
    }

    fn refuse<T>(&self, i: usize, message: &str) -> Result<T, SyntaxRefusal> {
        Err(SyntaxRefusal {
            message: message.to_owned(),
            line: self.tokens.get(i).map_or(0, |t| t.line),
        })
    }

    fn unsupported<T>(&self, i: usize) -> Result<T, SyntaxRefusal> {
        let text = self.tokens.get(i).map_or("", |t| t.text);
        self.refuse(i, &format!("Token \"{text}\" not supported in this version"))
    }

    fn unexpected<T>(&self, i: usize) -> Result<T, SyntaxRefusal> {
        let text = self.tokens.get(i).map_or("", |t| t.text);
        self.refuse(i, &format!("Unexpected token \"{text}\""))
    }

    fn top(&self) -> Frame {
        let outside = Frame {
            mark: "",
            start: 0,
            kind: Place::Other,
            in_arguments: false,
            in_async: false,
        };
        self.open.last().copied().unwrap_or(outside)
    }

    fn token(&mut self, i: usize) -> Result<(), SyntaxRefusal> {
        self.end_arrow_at_line(i);
        match self.tokens[i].kind {
            Kind::Word => self.word(i),
            Kind::Mark => self.mark(i),
            Kind::Number if self.tokens[i].text.ends_with('n') && !self.tokens[i].text.starts_with("0x") => {
                self.refuse(i, "Unexpected token \"n\"")
            }
            Kind::Number if self.tokens[i].text.ends_with('n') => self.refuse(i, "Unexpected token \"n\""),
            Kind::Regex => {
                let flags = self.tokens[i].text.rsplit('/').next().unwrap_or_default();
                match flags.chars().all(|c| "gimy".contains(c)) {
                    true => Ok(()),
                    false => self.refuse(i, &format!("Invalid RegExp flags \"{flags}\"")),
                }
            }
            Kind::Number | Kind::Text => Ok(()),
        }
    }

    fn word(&self, i: usize) -> Result<(), SyntaxRefusal> {
        for word in ["class", "super", "yield", "enum", "with"] {
            if self.keyword(i, word) {
                return self.unsupported(i);
            }
        }
        if self.keyword(i, "export") {
            return self.refuse(i, "Illegal export statement");
        }
        if self.keyword(i, "import") && !(self.is_plain_name(i + 1) && self.is(i + 2, "from")) {
            return self.refuse(i, "Non-default import is not supported");
        }
        if self.keyword(i, "await") {
            if !self.top().in_async {
                return self.refuse(i, "await is only valid in async functions");
            }
            if self.top().in_arguments {
                return self.refuse(i, "await in arguments not supported");
            }
        }
        let declares = ["const", "let", "var"].iter().any(|w| self.keyword(i, w));
        let pattern = ["{", "["].contains(&self.text(i + 1));
        if (declares && pattern)
            || (self.keyword(i, "catch") && (self.is(i + 1, "{") || ["{", "["].contains(&self.text(i + 2))))
        {
            return self.unsupported(i + 1);
        }
        if (self.keyword(i, "function") && self.is(i + 1, "*")) || (self.keyword(i, "new") && self.is(i + 1, ".")) {
            return self.unexpected(i + 1);
        }
        if self.keyword(i, "for") && self.is(i + 1, "await") {
            return self.unexpected(i + 1);
        }
        let bound = i.checked_sub(1).is_some_and(|b| self.ends_expression(b));
        if self.is(i, "of") && self.top().kind == Place::ForHead && bound {
            return self.unsupported(i);
        }
        Ok(())
    }

    fn is_plain_name(&self, i: usize) -> bool {
        self.tokens
            .get(i)
            .is_some_and(|t| t.kind == Kind::Word && !is_statement_word(t.text))
    }

    fn mark(&mut self, i: usize) -> Result<(), SyntaxRefusal> {
        match self.tokens[i].text {
            "?." | "&&=" | "||=" | "??=" => self.unexpected(i),
            "(" => self.parenthesis(i),
            "[" => {
                let index = i
                    .checked_sub(1)
                    .is_some_and(|b| self.ends_expression(b) && self.before(i, 1) != "}");
                self.push("[", i, if index { Place::Other } else { Place::List });
                Ok(())
            }
            "{" => self.brace(i),
            "${" => {
                self.push("${", i, Place::Other);
                Ok(())
            }
            "`" => {
                if i.checked_sub(1)
                    .is_some_and(|b| self.ends_expression(b) && self.before(i, 1) != "}")
                {
                    return self.refuse(i, "Tagged template literals are not supported");
                }
                self.push("`", i, Place::Other);
                Ok(())
            }
            ")" | "]" | "}" | "`e" | "}e" => self.close(i),
            "," | ";" => {
                self.pop_arrows();
                Ok(())
            }
            "=>" => self.arrow(i),
            "*" if ["{", ",", "async"].contains(&self.before(i, 1)) => self.unexpected(i),
            _ => Ok(()),
        }
    }

    fn push(&mut self, mark: &'static str, start: usize, kind: Place) {
        let top = self.top();
        self.open.push(Frame {
            mark,
            start,
            kind,
            in_arguments: top.in_arguments || kind == Place::Call,
            in_async: top.in_async,
        });
    }

    fn parenthesis(&mut self, i: usize) -> Result<(), SyntaxRefusal> {
        let kind = match self.before(i, 1) {
            "for" if self.keyword(i - 1, "for") => Place::ForHead,
            "function" => Place::Other,
            _ if self.before(i, 2) == "function" => Place::Other,
            _ if i.checked_sub(1).is_some_and(|b| self.ends_expression(b)) => Place::Call,
            _ => Place::Other,
        };
        self.push("(", i, kind);
        Ok(())
    }

    fn brace(&mut self, i: usize) -> Result<(), SyntaxRefusal> {
        let arrow = self.before(i, 1) == "=>";
        let after_head = self.before(i, 1) == ")";
        let open = if after_head { self.partner[i - 1] } else { 0 };
        let statement = ["if", "while", "for", "switch", "catch", "with"]
            .iter()
            .any(|w| open > 0 && self.keyword(open - 1, w));
        if arrow {
            // The frame of the arrow function is open already; its braces are its body.
            self.push("{", i, Place::Other);
        } else if after_head && !statement {
            self.parameters(open, i - 1)?;
            let in_async = self.is_async(open);
            self.open.push(Frame {
                mark: "{",
                start: i,
                kind: Place::Other,
                in_arguments: false,
                in_async,
            });
        } else {
            self.push("{", i, Place::Other);
        }
        Ok(())
    }

    /// Whether the parameter list that opens here belongs to an async function, method or arrow function.
    fn is_async(&self, open: usize) -> bool {
        (1..=3)
            .map(|steps| self.before(open, steps))
            .take_while(|t| !["(", ")", "{", "}", ";", ",", "=", ":"].contains(t))
            .any(|t| t == "async")
    }

    fn arrow(&mut self, i: usize) -> Result<(), SyntaxRefusal> {
        let in_async = if self.before(i, 1) == ")" {
            let open = self.partner[i - 1];
            self.parameters(open, i - 1)?;
            self.before(open, 1) == "async"
        } else {
            self.before(i, 2) == "async"
        };
        self.open.push(Frame {
            mark: "=>",
            start: i,
            kind: Place::Arrow,
            in_arguments: false,
            in_async,
        });
        Ok(())
    }

    fn parameters(&mut self, open: usize, close: usize) -> Result<(), SyntaxRefusal> {
        for i in open + 1..close {
            match self.text(i) {
                "=" => return self.unexpected(i),
                "{" | "[" => return self.unsupported(i),
                "..." if i + 2 == close => self.rest_parameters.push(i),
                _ => {}
            }
        }
        Ok(())
    }

    fn close(&mut self, i: usize) -> Result<(), SyntaxRefusal> {
        self.pop_arrows();
        let Some(frame) = self.open.pop() else {
            return self.unexpected(i);
        };
        let pairs = [("(", ")"), ("[", "]"), ("{", "}"), ("`", "`e"), ("${", "}e")];
        if !pairs.contains(&(frame.mark, self.tokens[i].text)) {
            return self.unexpected(i);
        }
        self.partner[i] = frame.start;
        let arrow_body = frame.mark == "{" && self.top().kind == Place::Arrow && self.top().start + 1 == frame.start;
        if arrow_body {
            self.open.pop();
        }
        let pattern = (frame.mark == "[" && frame.kind == Place::List) || frame.mark == "{";
        if pattern && self.is(i + 1, "=") {
            return self.refuse(i, "Invalid left-hand side in assignment");
        }
        Ok(())
    }

    fn pop_arrows(&mut self) {
        while self.open.last().is_some_and(|f| f.kind == Place::Arrow) {
            self.open.pop();
        }
    }

    /// A statement without semicolon ends the arrow function in it.
    fn end_arrow_at_line(&mut self, i: usize) {
        let token = self.tokens[i];
        let operator = ["in", "instanceof"].contains(&token.text);
        let ended = i.checked_sub(1).is_some_and(|b| self.ends_expression(b));
        if token.after_newline && token.kind == Kind::Word && !operator && ended {
            self.pop_arrows();
        }
    }
}

/// Words that are no operand, so that what follows them starts an expression.
fn is_statement_word(word: &str) -> bool {
    BEFORE_EXPRESSION.iter().any(|w| *w == word && word != "of")
        || [
            "if", "while", "for", "switch", "catch", "const", "let", "var", "function", "try", "finally", "break",
            "continue",
        ]
        .contains(&word)
}
