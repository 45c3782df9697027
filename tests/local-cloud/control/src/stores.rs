//! KeyValueStore ARNs: AWS ends them in a UUID, ministack in the store's name. This is the map both ways.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::call::Call;
use crate::gateway::Side;
use crate::http_message::{Answer, Incoming, decode, encode};
use crate::objects::element;
use crate::refusal::Refusal;

const KIND: &str = "key-value-store/";

/// The stores of all accounts: account and UUID to name.
#[derive(Debug, Default)]
pub(crate) struct Stores {
    names: Mutex<BTreeMap<(String, String), String>>,
}

impl Stores {
    /// Learns the store that a create answered with.
    pub(crate) fn created(&self, account: &str, answer: &Answer) {
        let text = answer.text();
        if let (Some(id), Some(name)) = (element(text, "Id"), element(text, "Name")) {
            self.lock().insert((account.to_owned(), id.to_owned()), name.to_owned());
        }
    }

    pub(crate) fn deleted(&self, account: &str, name: &str) {
        self.lock()
            .retain(|(owner, _), known| owner != account || known != name);
    }

    /// The name of a store by the ARN that clients know.
    pub(crate) fn name_of(&self, account: &str, arn: &str) -> Option<String> {
        let (_, id) = arn.split_once(&format!("cloudfront::{account}:{KIND}"))?;
        self.lock().get(&(account.to_owned(), id.to_owned())).cloned()
    }

    /// The ARN that clients know, by name.
    pub(crate) fn arn_of(&self, account: &str, name: &str) -> Option<String> {
        let names = self.lock();
        let (key, _) = names
            .iter()
            .find(|((owner, _), known)| owner == account && *known == name)?;
        Some(format!("arn:aws:cloudfront::{account}:{KIND}{}", key.1))
    }

    /// How many stores an account has.
    pub(crate) fn count(&self, account: &str) -> usize {
        self.lock().keys().filter(|(owner, _)| owner == account).count()
    }

    /// ministack's ARN of a store.
    pub(crate) fn inner_arn(account: &str, name: &str) -> String {
        format!("arn:aws:cloudfront::{account}:{KIND}{name}")
    }

    /// Rewrites the ARNs of a request to ministack's.
    pub(crate) fn translate_request(&self, call: &mut Call, request: &mut Incoming, side: Side) -> Result<(), Refusal> {
        match call.service.as_str() {
            "cloudfront-keyvaluestore" => self.translate_data(call, request, side),
            "cloudfront" => {
                if let Some(arn) = request.query_value("Resource").filter(|arn| arn.contains(KIND)) {
                    let inner = self.known(call, &arn)?;
                    request.query = request.query.replace(&encode(&arn), &encode(&inner));
                }
                if request.text().contains(KIND) {
                    let mut text = request.text().to_owned();
                    for (outer, inner) in self.pairs(&call.account) {
                        text = text.replace(&format!("{outer}<"), &format!("{inner}<"));
                    }
                    request.body = text.into();
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn translate_data(&self, call: &mut Call, request: &mut Incoming, side: Side) -> Result<(), Refusal> {
        let Some(encoded) = request.path.split('/').nth(2).map(str::to_owned) else {
            return Ok(());
        };
        let inner = match self.known(call, &decode(&encoded)) {
            Ok(inner) => inner,
            // The edge also serves accounts that see ministack's own ARNs.
            Err(_) if side == Side::Inside => return Ok(()),
            Err(refusal) => return Err(refusal),
        };
        request.path = request.path.replacen(&encoded, &encode(&inner), 1);
        call.labels.insert("KvsARN".to_owned(), inner);
        Ok(())
    }

    fn known(&self, call: &Call, arn: &str) -> Result<String, Refusal> {
        match self.name_of(&call.account, arn) {
            Some(name) => Ok(Self::inner_arn(&call.account, &name)),
            None if call.service == "cloudfront" => Err(Refusal::new(
                404,
                "EntityNotFound",
                "The specified key value store does not exist.",
            )),
            None => Err(Refusal::new(
                404,
                "ResourceNotFoundException",
                format!("Key value store {arn} was not found."),
            )),
        }
    }

    /// Rewrites the ARNs of an answer to AWS's form. Function code, which is an answer's whole body, is left alone.
    pub(crate) fn translate_answer(&self, call: &Call, answer: &mut Answer) {
        let end = match call.service.as_str() {
            "cloudfront" if call.operation != "GetFunction" => '<',
            "cloudfront-keyvaluestore" if call.operation == "DescribeKeyValueStore" => '"',
            _ => return,
        };
        if !answer.text().contains(KIND) {
            return;
        }
        let mut text = answer.text().to_owned();
        for (outer, inner) in self.pairs(&call.account) {
            text = text.replace(&format!("{inner}{end}"), &format!("{outer}{end}"));
        }
        answer.body = text.into();
    }

    fn pairs(&self, account: &str) -> Vec<(String, String)> {
        let names = self.lock();
        names
            .iter()
            .filter(|((owner, _), _)| owner == account)
            .map(|((_, id), name)| {
                let arn = |end: &str| format!("arn:aws:cloudfront::{account}:{KIND}{end}");
                (arn(id), arn(name))
            })
            .collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
