//! One run: a fresh QuickJS with the prelude, the function's module, the event, and the store's answers in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rquickjs::promise::PromiseState;
use rquickjs::{Array, CatchResultExt, CaughtError, Context, Ctx, Function, Module, Object, Promise, Runtime, Value};
use serde_json::json;

use crate::{FunctionError, FunctionErrorKind, KeyValues, bytes, grammar};

const PRELUDE: &str = include_str!("prelude.js");
const CODE_LIMIT: usize = 10_240;
const MEMORY_LIMIT: usize = 2 * 1024 * 1024;
/// QuickJS asks whether to go on every 10,000 calls and loop turns; so often it may.
const TICKS: u32 = 5;
/// Each module is evaluated once before the function, so that its imports find them without a loader.
const MODULES: [&str; 4] = ["cloudfront", "crypto", "querystring", "buffer"];

/// The edge location that a function sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Airport code.
    pub name: String,
    /// Address of the server.
    pub server_ip: String,
    /// The regional cache.
    pub region: String,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            name: "FRA".to_owned(),
            server_ip: "127.0.0.1".to_owned(),
            region: "eu-central-1".to_owned(),
        }
    }
}

/// What `request.rawQueryString()` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RawQuery {
    /// Put together from the event, as for TestFunction, whose event has no raw query.
    #[default]
    FromEvent,
    /// No `?` in the request.
    Absent,
    /// Everything after `?`.
    Given(String),
}

/// The circumstances of a run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Milliseconds since 1970: the only time the function sees.
    pub now: i64,
    /// Where it runs.
    pub edge: Edge,
    /// The query as the viewer sent it.
    pub raw_query: RawQuery,
}

impl RunOptions {
    /// A run at this time, in milliseconds since 1970.
    pub fn at(now: i64) -> Self {
        Self {
            now,
            edge: Edge::default(),
            raw_query: RawQuery::default(),
        }
    }
}

/// What a run gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the handler returned: an object, unjudged.
    pub result: serde_json::Value,
    /// Lines of `console.log`.
    pub logs: Vec<String>,
    /// The last `cf.logCustomData`.
    pub custom_log: Option<String>,
    /// How often the store was asked.
    pub kvs_reads: u32,
    /// Share of the budget used, 0 to 100. Counted in loop turns, calls and reads, not measured: the same run gives the same number.
    pub utilization: u8,
    /// The last origin helper called, as `[name, first argument, second argument]`.
    pub origin: Option<serde_json::Value>,
}

/// Runs functions. It keeps nothing between runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct FunctionRuntime;

#[derive(Default)]
struct Meter {
    ticks: Arc<AtomicU32>,
    reads: u32,
}

impl Meter {
    fn utilization(&self) -> u8 {
        let used = 1 + 100 / TICKS * self.ticks.load(Ordering::Relaxed) + 2 * self.reads;
        u8::try_from(used.min(100)).unwrap_or(100)
    }
}

impl FunctionRuntime {
    /// A runtime.
    pub fn new() -> Self {
        Self
    }

    /// Runs `handler` of `code` on an event. Blocks for the time of the run, usually well below a millisecond.
    ///
    /// `store` is the store associated with the function; without one `cf.kvs()` throws.
    pub fn run(
        &self,
        code: &str,
        event: &serde_json::Value,
        store: Option<&dyn KeyValues>,
        options: &RunOptions,
    ) -> Result<Outcome, FunctionError> {
        let refused = |kind| FunctionError {
            kind,
            logs: Vec::new(),
            utilization: 0,
        };
        if code.len() > CODE_LIMIT {
            return Err(refused(FunctionErrorKind::TooLarge(code.len())));
        }
        grammar::check(code).map_err(|e| refused(FunctionErrorKind::Refused(e)))?;
        let host = |e: rquickjs::Error| refused(FunctionErrorKind::Host(e.to_string()));
        let runtime = Runtime::new().map_err(host)?;
        runtime.set_memory_limit(MEMORY_LIMIT);
        let meter = Meter::default();
        let ticks = Arc::clone(&meter.ticks);
        runtime.set_interrupt_handler(Some(Box::new(move || ticks.fetch_add(1, Ordering::Relaxed) >= TICKS)));
        let context = Context::full(&runtime).map_err(host)?;
        context.with(|ctx| {
            let prelude = prelude(&ctx, event, store, options)
                .catch(&ctx)
                .map_err(|e| refused(FunctionErrorKind::Host(e.to_string())))?;
            // The prelude is ours, not the function's.
            meter.ticks.store(0, Ordering::Relaxed);
            let mut run = Run {
                ctx: &ctx,
                prelude,
                store,
                meter,
            };
            let outcome = run.handler(code).and_then(|handler| run.call(&handler, event, options));
            run.report(outcome)
        })
    }
}

fn prelude<'js>(
    ctx: &Ctx<'js>,
    event: &serde_json::Value,
    store: Option<&dyn KeyValues>,
    options: &RunOptions,
) -> rquickjs::Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    bytes::install(ctx, &host)?;
    host.set("now", options.now as f64)?;
    host.set("eventType", event["context"]["eventType"].as_str().unwrap_or_default())?;
    match store {
        Some(store) => host.set("storeId", store.id())?,
        None => host.set("storeId", Value::new_null(ctx.clone()))?,
    }
    let edge = &options.edge;
    host.set(
        "edge",
        json!({"name": edge.name, "serverIp": edge.server_ip, "region": edge.region}).to_string(),
    )?;
    let prelude: Object<'js> = ctx.eval::<Function<'js>, _>(PRELUDE)?.call((host,))?;
    let modules: Object<'js> = prelude.get("modules")?;
    for name in MODULES {
        ctx.globals().set("__module", modules.get::<_, Value<'js>>(name)?)?;
        Module::evaluate(ctx.clone(), name, "const m = globalThis.__module; export default m;")?.finish::<()>()?;
    }
    ctx.globals().remove("__module")?;
    Ok(prelude)
}

struct Run<'a, 'js> {
    ctx: &'a Ctx<'js>,
    prelude: Object<'js>,
    store: Option<&'a dyn KeyValues>,
    meter: Meter,
}

impl<'js> Run<'_, 'js> {
    fn failed(&self, error: rquickjs::Error) -> FunctionErrorKind {
        self.kind(CaughtError::from_error(self.ctx, error))
    }

    fn kind(&self, error: CaughtError<'js>) -> FunctionErrorKind {
        if self.meter.ticks.load(Ordering::Relaxed) > TICKS {
            return FunctionErrorKind::OutOfTime;
        }
        let value = match error {
            CaughtError::Error(e) => return FunctionErrorKind::Host(e.to_string()),
            CaughtError::Exception(e) => e.into_object().into_value(),
            CaughtError::Value(v) => v,
        };
        let text = self
            .prelude
            .get::<_, Function<'js>>("message")
            .and_then(|f| f.call::<_, String>((value,)));
        match text {
            Ok(text) if text.contains("out of memory") => FunctionErrorKind::OutOfMemory,
            Ok(text) => FunctionErrorKind::Thrown(text),
            // The exception cannot even be turned into text.
            Err(_) => {
                self.ctx.catch();
                FunctionErrorKind::OutOfMemory
            }
        }
    }

    fn handler(&mut self, code: &str) -> Result<Function<'js>, FunctionErrorKind> {
        let source = format!("{code}\n;globalThis.__handler = typeof handler === 'undefined' ? undefined : handler;");
        let module = Module::declare(self.ctx.clone(), "function", source).catch(self.ctx);
        let module = module.map_err(|e| match self.kind(e) {
            FunctionErrorKind::Thrown(text) => FunctionErrorKind::Syntax(text),
            other => other,
        })?;
        let (_, evaluation) = module.eval().map_err(|e| self.failed(e))?;
        evaluation.finish::<()>().map_err(|e| self.failed(e))?;
        let globals = self.ctx.globals();
        let handler = globals.get::<_, Value<'js>>("__handler").map_err(|e| self.failed(e))?;
        globals.remove("__handler").map_err(|e| self.failed(e))?;
        handler.into_function().ok_or(FunctionErrorKind::NoHandler)
    }

    fn call(
        &mut self,
        handler: &Function<'js>,
        event: &serde_json::Value,
        options: &RunOptions,
    ) -> Result<serde_json::Value, FunctionErrorKind> {
        let raw = match &options.raw_query {
            RawQuery::FromEvent => query_of(event),
            RawQuery::Absent => None,
            RawQuery::Given(text) => Some(text.clone()),
        };
        let returned = self.prelude.get::<_, Function<'js>>("event").and_then(|make| {
            let raw = match raw {
                Some(raw) => rquickjs::String::from_str(self.ctx.clone(), &raw)?.into_value(),
                None => Value::new_null(self.ctx.clone()),
            };
            let event: Value<'js> = make.call((event.to_string(), raw))?;
            handler.call::<_, Value<'js>>((event,))
        });
        let returned = returned.map_err(|e| self.failed(e))?;
        let value = match returned.as_object().and_then(|o| o.as_promise()) {
            Some(promise) => self.settle(&promise.clone())?,
            None => returned,
        };
        let text = self
            .prelude
            .get::<_, Function<'js>>("result")
            .and_then(|f| f.call::<_, Option<String>>((value,)));
        let text = text.map_err(|e| self.failed(e))?.ok_or(FunctionErrorKind::NoResult)?;
        serde_json::from_str(&text).map_err(|e| FunctionErrorKind::Host(e.to_string()))
    }

    fn settle(&mut self, promise: &Promise<'js>) -> Result<Value<'js>, FunctionErrorKind> {
        loop {
            while self.ctx.execute_pending_job() {}
            if promise.state() != PromiseState::Pending {
                break;
            }
            if !self.answer_store()? {
                let stopped = self.meter.ticks.load(Ordering::Relaxed) > TICKS;
                return Err(if stopped {
                    FunctionErrorKind::OutOfTime
                } else {
                    FunctionErrorKind::NeverSettled
                });
            }
        }
        promise
            .result::<Value<'js>>()
            .unwrap_or(Err(rquickjs::Error::WouldBlock))
            .map_err(|e| self.failed(e))
    }

    /// Settles the oldest question to the store, if there is one.
    fn answer_store(&mut self) -> Result<bool, FunctionErrorKind> {
        let next = self
            .prelude
            .get::<_, Function<'js>>("next")
            .and_then(|f| f.call::<_, Option<Array<'js>>>(()));
        let Some(question) = next.map_err(|e| self.failed(e))? else {
            return Ok(false);
        };
        self.meter.reads += 1;
        self.answer(&question).map_err(|e| self.failed(e))?;
        Ok(true)
    }

    fn answer(&self, question: &Array<'js>) -> rquickjs::Result<()> {
        let (operation, key): (String, String) = (question.get(0)?, question.get(1)?);
        let (resolve, reject): (Function<'js>, Function<'js>) = (question.get(2)?, question.get(3)?);
        let Some(store) = self.store else {
            return reject.call(("no key value store is associated with this function",));
        };
        match operation.as_str() {
            "meta" => match store.meta() {
                Ok(meta) => resolve.call((json!({
                    "creationDateTime": meta.creation_date_time,
                    "lastUpdatedDateTime": meta.last_updated_date_time,
                    "keyCount": meta.key_count,
                })
                .to_string(),)),
                Err(e) => reject.call((e.to_string(),)),
            },
            "exists" => match store.get(&key) {
                Ok(value) => resolve.call((value.is_some(),)),
                Err(e) => reject.call((e.to_string(),)),
            },
            _ => match store.get(&key) {
                Ok(Some(value)) => resolve.call((value,)),
                Ok(None) => reject.call(("KeyNotFound",)),
                Err(e) => reject.call((e.to_string(),)),
            },
        }
    }

    fn report(&self, outcome: Result<serde_json::Value, FunctionErrorKind>) -> Result<Outcome, FunctionError> {
        let seen = self
            .prelude
            .get::<_, Function<'js>>("seen")
            .and_then(|f| f.call::<_, String>(()));
        let seen: serde_json::Value = seen
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let logs = seen[0]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|l| l.as_str().map(str::to_owned))
            .collect();
        let utilization = self.meter.utilization();
        match outcome {
            Ok(result) => Ok(Outcome {
                result,
                logs,
                custom_log: seen[1].as_str().map(str::to_owned),
                kvs_reads: self.meter.reads,
                utilization,
                origin: seen[2].is_array().then(|| seen[2].clone()),
            }),
            Err(kind) => Err(FunctionError {
                kind,
                logs,
                utilization,
            }),
        }
    }
}

/// The query of an event that has only the parsed one.
fn query_of(event: &serde_json::Value) -> Option<String> {
    let mut pairs = Vec::new();
    for (name, entry) in event["request"]["querystring"].as_object()? {
        let values = match entry["multiValue"].as_array() {
            Some(values) => values.iter().map(|v| v["value"].as_str()).collect(),
            None => vec![entry["value"].as_str()],
        };
        pairs.extend(values.into_iter().flatten().map(|value| {
            if value.is_empty() {
                name.clone()
            } else {
                format!("{name}={value}")
            }
        }));
    }
    (!pairs.is_empty()).then(|| pairs.join("&"))
}
