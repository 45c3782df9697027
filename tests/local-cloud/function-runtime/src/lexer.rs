//! Tokens of a JavaScript source: just enough to tell expressions from regular expressions, strings and templates.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Identifier or keyword.
    Word,
    /// Operator or bracket. A template is the brackets `` ` `` and `` `e ``, a substitution in it `${` and `}e`.
    Mark,
    Number,
    Text,
    Regex,
}

/// A token with its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'s> {
    pub kind: Kind,
    pub text: &'s str,
    pub line: u32,
    /// A line ends between the token before and this one.
    pub after_newline: bool,
}

/// The longest first.
const MARKS: &[&str] = &[
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=", ">=", "&&",
    "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**", "{", "}", "(", ")",
    "[", "]", ";", ",", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "!", "~", "?", ":", "=", ".",
];

/// Words after which an expression starts, so that `/` opens a regular expression.
pub(crate) const BEFORE_EXPRESSION: &[&str] = &[
    "return",
    "typeof",
    "case",
    "in",
    "instanceof",
    "void",
    "delete",
    "throw",
    "new",
    "do",
    "else",
    "await",
    "yield",
    "of",
];

enum Open {
    /// Whether `)` ends the head of a statement, after which an expression may start.
    Paren(bool),
    /// Whether the brace opened an object literal.
    Brace(bool),
    Bracket,
    Template,
    Substitution,
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    line: u32,
    newline: bool,
    open: Vec<Open>,
    /// Whether `/` would start a regular expression here.
    expression: bool,
    tokens: Vec<Token<'s>>,
}

/// All tokens, or the line and the reason why there are none.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token<'_>>, (u32, String)> {
    let mut lexer = Lexer {
        source,
        at: 0,
        line: 1,
        newline: false,
        open: Vec::new(),
        expression: true,
        tokens: Vec::new(),
    };
    while lexer.next()? {}
    Ok(lexer.tokens)
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn fail<T>(&self, what: &str) -> Result<T, (u32, String)> {
        Err((self.line, what.to_owned()))
    }

    fn next(&mut self) -> Result<bool, (u32, String)> {
        self.skip_blank()?;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return Ok(false);
        };
        if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            self.number();
        } else if is_word_start(first) {
            self.word();
        } else if first == '"' || first == '\'' {
            self.string(first)?;
        } else if first == '`' {
            self.push(Kind::Mark, 1, true);
            self.open.push(Open::Template);
            self.template()?;
        } else if first == '/' && self.expression {
            self.regex()?;
        } else {
            self.mark()?;
        }
        Ok(true)
    }

    fn push(&mut self, kind: Kind, length: usize, expression: bool) {
        let text = &self.rest()[..length];
        self.tokens.push(Token {
            kind,
            text,
            line: self.line,
            after_newline: self.newline,
        });
        self.line += text.matches('\n').count() as u32;
        self.at += length;
        self.newline = false;
        self.expression = expression;
    }

    fn skip_blank(&mut self) -> Result<(), (u32, String)> {
        loop {
            let rest = self.rest();
            let length = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                match rest.find("*/") {
                    Some(end) => end + 2,
                    None => return self.fail("Unterminated multiline comment"),
                }
            } else {
                match rest.chars().next() {
                    Some(c) if c.is_whitespace() || c == '\u{feff}' => c.len_utf8(),
                    _ => return Ok(()),
                }
            };
            let lines = rest[..length].matches('\n').count() as u32;
            self.line += lines;
            self.newline |= lines > 0;
            self.at += length;
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let radix = rest.starts_with("0x") || rest.starts_with("0X");
        let mut before = ' ';
        let end = rest
            .find(|c: char| {
                let sign = (c == '+' || c == '-') && !radix && matches!(before, 'e' | 'E');
                let inside = c.is_ascii_alphanumeric() || c == '.' || c == '_' || sign;
                before = c;
                !inside
            })
            .unwrap_or(rest.len());
        self.push(Kind::Number, end, false);
    }

    fn word(&mut self) {
        let rest = self.rest();
        let end = rest.find(|c: char| !is_word_part(c)).unwrap_or(rest.len());
        let property = self.tokens.last().is_some_and(|t| t.text == ".");
        let expression = !property && BEFORE_EXPRESSION.contains(&&rest[..end]);
        self.push(Kind::Word, end, expression);
    }

    fn string(&mut self, quote: char) -> Result<(), (u32, String)> {
        let mut escaped = false;
        for (i, c) in self.rest().char_indices().skip(1) {
            match c {
                '\n' if !escaped => return self.fail("Unterminated string"),
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == quote => {
                    self.push(Kind::Text, i + 1, false);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.fail("Unterminated string")
    }

    /// The text of a template up to a substitution or its end.
    fn template(&mut self) -> Result<(), (u32, String)> {
        let rest = self.rest();
        let mut escaped = false;
        for (i, c) in rest.char_indices() {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == '`' || rest[i..].starts_with("${") {
                self.line += rest[..i].matches('\n').count() as u32;
                self.at += i;
                if c == '`' {
                    self.open.pop();
                    self.push(Kind::Mark, 1, false);
                    self.rename("`e");
                } else {
                    self.open.push(Open::Substitution);
                    self.push(Kind::Mark, 2, true);
                }
                return Ok(());
            }
        }
        self.fail("Unterminated template literal")
    }

    fn rename(&mut self, text: &'static str) {
        if let Some(last) = self.tokens.last_mut() {
            last.text = text;
        }
    }

    fn regex(&mut self) -> Result<(), (u32, String)> {
        let rest = self.rest();
        let (mut escaped, mut class) = (false, false);
        for (i, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => break,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => class = true,
                ']' => class = false,
                '/' if !class => {
                    let flags = rest[i + 1..]
                        .find(|c: char| !is_word_part(c))
                        .unwrap_or(rest.len() - i - 1);
                    self.push(Kind::Regex, i + 1 + flags, false);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.fail("Unterminated RegExp")
    }

    fn mark(&mut self) -> Result<(), (u32, String)> {
        let rest = self.rest();
        let optional_chain = rest.starts_with("?.") && rest[2..].starts_with(|c: char| c.is_ascii_digit());
        let Some(mark) = MARKS
            .iter()
            .find(|m| rest.starts_with(**m) && !(optional_chain && **m == "?."))
        else {
            let c = rest.chars().next().unwrap_or(' ');
            return self.fail(&format!("Unexpected token \"{c}\""));
        };
        let previous = self.tokens.last().map_or("", |t| t.text);
        let before_expression = self.expression;
        let mut expression = true;
        match *mark {
            "(" => self
                .open
                .push(Open::Paren(["if", "while", "for", "with"].contains(&previous))),
            "[" => self.open.push(Open::Bracket),
            "{" => self.open.push(Open::Brace(
                before_expression && !["", ";", "}", "{", ")", "=>", "else", "do"].contains(&previous),
            )),
            ")" | "]" | "}" => match self.open.pop() {
                Some(Open::Paren(head)) => expression = head,
                Some(Open::Brace(literal)) => expression = !literal,
                Some(Open::Bracket) => expression = false,
                Some(Open::Substitution) if *mark == "}" => {
                    self.push(Kind::Mark, 1, false);
                    self.rename("}e");
                    return self.template();
                }
                _ => return self.fail(&format!("Unexpected token \"{mark}\"")),
            },
            "++" | "--" => expression = before_expression,
            _ => {}
        }
        self.push(Kind::Mark, mark.len(), expression);
        Ok(())
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$' || c == '\\'
}

fn is_word_part(c: char) -> bool {
    is_word_start(c) || c.is_alphanumeric()
}
