//! What the function must answer to an event, and whether it did.

use serde_json::Value;

/// The answer an event must get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The request goes on, without the session cookie.
    Pass,
    /// The gateway answers by itself.
    Answer {
        /// Status.
        status: u16,
        /// What `Location` begins with, for a redirect.
        location: Option<String>,
    },
}

impl Expectation {
    pub(super) fn status(status: u16) -> Self {
        Self::Answer { status, location: None }
    }

    pub(super) fn redirect(location: String) -> Self {
        Self::Answer {
            status: 302,
            location: Some(location),
        }
    }

    /// Compares with the function output of TestFunction.
    ///
    /// # Errors
    /// With what was expected and what came. No header or cookie value is repeated but the beginning of a redirect.
    pub fn judge(&self, output: &str) -> Result<(), String> {
        let output: Value = serde_json::from_str(output).map_err(|_| "the output is not JSON".to_owned())?;
        match (self, output.get("request"), output.get("response")) {
            (Self::Pass, Some(request), None) => passed_clean(request),
            (Self::Answer { status, location }, None, Some(response)) => {
                let found = response.get("statusCode").and_then(Value::as_u64);
                if found != Some(u64::from(*status)) {
                    let found = found.map_or_else(|| "no status".to_owned(), |found| found.to_string());
                    return Err(format!("expected {status}, got {found}"));
                }
                location.as_ref().map_or(Ok(()), |location| led_to(response, location))
            }
            (Self::Pass, _, Some(response)) => Err(format!(
                "expected the request to pass, got {}",
                response.get("statusCode").unwrap_or(&Value::Null)
            )),
            (Self::Answer { status, .. }, Some(_), _) => Err(format!("expected {status}, but the request passes")),
            _ => Err("the output holds neither a request nor a response".to_owned()),
        }
    }
}

fn passed_clean(request: &Value) -> Result<(), String> {
    let cookies = request.get("cookies").and_then(Value::as_object);
    let ours = |name: &String| {
        let name = name.to_ascii_lowercase();
        name.starts_with("__host-zt-") || name.starts_with("__secure-zt-")
    };
    if cookies.is_some_and(|cookies| cookies.keys().any(ours)) {
        return Err("the request passes, but with the gateway's own cookies".to_owned());
    }
    Ok(())
}

fn led_to(response: &Value, location: &str) -> Result<(), String> {
    let found = response.pointer("/headers/location/value").and_then(Value::as_str);
    match found {
        Some(found) if found.starts_with(location) => Ok(()),
        Some(_) => Err(format!("expected a redirect to {location}, got one to another place")),
        None => Err(format!("expected a redirect to {location}, got one to nowhere")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_answer_is_accepted_and_no_other() {
        let pass = r#"{"request":{"method":"GET","cookies":{"a":{"value":"1"}}}}"#;
        let leaks = r#"{"request":{"cookies":{"__Host-zt-session":{"value":"1"}}}}"#;
        let login = r#"{"response":{"statusCode":302,"headers":{"location":{"value":"/oauth2/start?rd=Lw"}}}}"#;
        let evil = r#"{"response":{"statusCode":302,"headers":{"location":{"value":"https://evil.example"}}}}"#;
        let refused = r#"{"response":{"statusCode":403}}"#;
        let redirect = Expectation::redirect("/oauth2/start?rd=".into());
        for (expected, output, right) in [
            (&Expectation::Pass, pass, true),
            (&Expectation::Pass, leaks, false),
            (&Expectation::Pass, refused, false),
            (&redirect, login, true),
            (&redirect, evil, false),
            (&redirect, pass, false),
            (&redirect, refused, false),
            (&Expectation::status(403), refused, true),
            (&Expectation::status(401), refused, false),
            (&Expectation::status(403), pass, false),
            (&Expectation::Pass, "", false),
            (&Expectation::Pass, "{}", false),
            (&Expectation::status(403), "{}", false),
        ] {
            assert_eq!(expected.judge(output).is_ok(), right, "{expected:?} {output}");
        }
    }
}
