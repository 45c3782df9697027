//! Runs cases of the session function in QuickJS: reads `[{code, event, now, raw, store, fault}]` from the file named first,
//! writes `[{out, log, reads, error}]` to the file named second. It judges nothing and knows nothing of zt.

use std::collections::BTreeMap;
use std::error::Error;
use std::{env, fs};

use local_cloud_function_runtime::{FunctionRuntime, KeyValues, RawQuery, RunOptions, StoreError, StoreMeta};
use serde_json::{Value, json};

/// A store in which reads of one key, or of every key for `*`, fail.
struct CaseStore {
    pairs: BTreeMap<String, String>,
    fault: Option<String>,
}

impl KeyValues for CaseStore {
    fn id(&self) -> &str {
        "00000000-0000-0000-0000-000000000000"
    }

    fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        match self.fault.as_deref() {
            Some(fault) if fault == key || fault == "*" => Err(StoreError("unreadable in this case".to_owned())),
            _ => Ok(self.pairs.get(key).cloned()),
        }
    }

    fn meta(&self) -> Result<StoreMeta, StoreError> {
        Ok(StoreMeta::default())
    }
}

fn store_of(case: &Value) -> Option<CaseStore> {
    let pairs = case["store"].as_object()?;
    let text = |v: &Value| v.as_str().map(str::to_owned);
    Some(CaseStore {
        pairs: pairs.iter().filter_map(|(k, v)| Some((k.clone(), text(v)?))).collect(),
        fault: text(&case["fault"]),
    })
}

fn run(case: &Value) -> Value {
    let store = store_of(case);
    let mut options = RunOptions::at(case["now"].as_i64().unwrap_or_default());
    options.raw_query = match case["raw"].as_str() {
        Some(raw) => RawQuery::Given(raw.to_owned()),
        None => RawQuery::Absent,
    };
    let code = case["code"].as_str().unwrap_or_default();
    let store = store.as_ref().map(|s| s as &dyn KeyValues);
    match FunctionRuntime::new().run(code, &case["event"], store, &options) {
        Ok(done) => json!({"out": done.result, "log": done.custom_log, "reads": done.kvs_reads}),
        Err(error) => json!({"error": error.to_string()}),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("two files are needed: cases and answers".into());
    };
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(from)?)?;
    let answers: Vec<Value> = cases.iter().map(run).collect();
    fs::write(to, serde_json::to_string(&answers)?)?;
    Ok(())
}
