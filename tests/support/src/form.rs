//! The first form of an HTML page: enough to fill in an identity provider's login page, and no more.

pub struct Form {
    pub action: String,
    inputs: Vec<Input>,
}

struct Input {
    name: String,
    kind: String,
    value: String,
}

impl Form {
    /// The first form that posts, if the page has one.
    pub fn first(html: &str) -> Option<Self> {
        let start = html.find("<form")?;
        let rest = &html[start..];
        let end = rest.find("</form>").unwrap_or(rest.len());
        let form = &rest[..end];
        let head = &form[..form.find('>')?];
        let action = attribute(head, "action").unwrap_or_default();
        let inputs = form
            .match_indices("<input")
            .filter_map(|(at, _)| input(&form[at..]))
            .collect();
        Some(Self { action, inputs })
    }

    pub fn asks_for_password(&self) -> bool {
        self.inputs.iter().any(|input| input.kind == "password")
    }

    pub fn is_consent(&self) -> bool {
        self.inputs
            .iter()
            .any(|input| input.name == "prompt" && input.value == "consent")
    }

    /// The form's body with the user's name in its text field and the password in its password field.
    pub fn filled(&self, user: &str, password: &str) -> String {
        let pairs = self.inputs.iter().filter(|input| !input.name.is_empty()).map(|input| {
            let value = match input.kind.as_str() {
                "password" => password,
                "text" | "email" | "" => user,
                _ => &input.value,
            };
            format!("{}={}", encode(&input.name), encode(value))
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn input(html: &str) -> Option<Input> {
    let tag = &html[..html.find('>')?];
    Some(Input {
        name: attribute(tag, "name").unwrap_or_default(),
        kind: attribute(tag, "type").unwrap_or_default().to_lowercase(),
        value: attribute(tag, "value").unwrap_or_default(),
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let end = tag[start..].find('"')? + start;
    Some(
        tag[start..end]
            .replace("&amp;", "&")
            .replace("&quot;", "\"")
            .replace("&#x2F;", "/"),
    )
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_page_is_filled_in() {
        let page = r#"<html><form method="post" action="/i/1?a=b&amp;c"><input type="hidden" name="t" value="x y">
            <input name="login" type="text"><input type="password" name="password"><button>go</button></form>"#;
        let form = Form::first(page).unwrap();
        assert_eq!(form.action, "/i/1?a=b&c");
        assert!(form.asks_for_password());
        assert_eq!(form.filled("a@b", "p&q"), "t=x%20y&login=a%40b&password=p%26q");
    }

    #[test]
    fn a_page_without_a_form_has_none() {
        assert!(Form::first("<p>hello</p>").is_none());
    }
}
