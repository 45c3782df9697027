//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "usage: local-cloud up --state DIR [--account ID] [--fault-plan FILE]";

/// The account unless another is asked for: AWS's own example number.
const DEFAULT_ACCOUNT: &str = "111122223333";

/// What to start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Directory that holds everything of this cloud.
    pub(crate) state: PathBuf,
    /// Twelve digits.
    pub(crate) account: String,
    /// Fault rules to begin with, as the admin interface takes them.
    pub(crate) fault_plan: Option<PathBuf>,
}

/// What is wrong with the command line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArgumentError {
    #[error("the only command is `up`")]
    Command,
    #[error("{0} needs a value")]
    Value(String),
    #[error("unknown argument {0}")]
    Unknown(String),
    #[error("--state is missing")]
    State,
    #[error("an account is twelve digits")]
    Account,
}

pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, ArgumentError> {
    let mut arguments = arguments.into_iter();
    if arguments.next().is_none_or(|command| command != "up") {
        return Err(ArgumentError::Command);
    }
    let (mut state, mut fault_plan) = (None, None);
    let mut account = DEFAULT_ACCOUNT.to_owned();
    while let Some(argument) = arguments.next() {
        let name = argument.to_string_lossy().into_owned();
        let mut value = || arguments.next().ok_or_else(|| ArgumentError::Value(name.clone()));
        match name.as_str() {
            "--state" => state = Some(PathBuf::from(value()?)),
            "--account" => account = value()?.to_string_lossy().into_owned(),
            "--fault-plan" => fault_plan = Some(PathBuf::from(value()?)),
            _ => return Err(ArgumentError::Unknown(name)),
        }
    }
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ArgumentError::Account);
    }
    Ok(Options {
        state: state.ok_or(ArgumentError::State)?,
        account,
        fault_plan,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<(&str, &str), ArgumentError>) {
        let got = parse(line.split_whitespace().map(OsString::from));
        let got = got.map(|options| (options.state.to_string_lossy().into_owned(), options.account));
        let expected = expected.map(|(state, account)| (state.to_owned(), account.to_owned()));
        assert_eq!(got, expected, "{line}");
    }

    #[test]
    fn a_command_line_is_understood_or_refused() {
        check("up --state d", Ok(("d", "111122223333")));
        check("up --account 000000000001 --state d", Ok(("d", "000000000001")));
        check("up --state d --account 12", Err(ArgumentError::Account));
        check("up", Err(ArgumentError::State));
        check("down", Err(ArgumentError::Command));
        check("up --state", Err(ArgumentError::Value("--state".to_owned())));
        check("up --port 1", Err(ArgumentError::Unknown("--port".to_owned())));
    }
}
