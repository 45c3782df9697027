//! A front before the local cloud's AWS that answers one kind of call as AWS does when a quota of the account is used up.
//!
//! Everything else passes through byte by byte. It knows HTTP/1.1 as far as an AWS client speaks it: a head, and a body
//! with a content-length. It refuses to know what the calls mean.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How the service words an error.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    Xml,
    Json,
}

/// The calls that are refused, and the answer.
#[derive(Debug, Clone, Copy)]
pub struct Refusal {
    /// What the head or the body of such a call holds.
    pub marker: &'static str,
    pub status: u16,
    pub code: &'static str,
    pub message: &'static str,
    pub form: Form,
}

/// AWS's id of each refused request.
pub const REQUEST_ID: &str = "7f2e9c1a-quota-4b53-9d0e-3c6b1a2f4e5d";

pub struct Front {
    pub endpoint: String,
    refused: Arc<AtomicUsize>,
}

impl Front {
    /// Starts in front of `endpoint`; it ends with the test.
    pub fn start(endpoint: &str, refusal: Refusal) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let target = endpoint.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let refused = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&refused);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (target, count) = (target.clone(), Arc::clone(&count));
                // A client that goes away ends its connection, nothing else.
                std::thread::spawn(move || drop(one_call(client, &target, refusal, &count)));
            }
        });
        Self {
            endpoint: format!("http://{address}"),
            refused,
        }
    }

    /// How many calls were refused so far.
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }
}

/// One call a connection: each answer says that it is the last.
fn one_call(mut client: TcpStream, target: &str, refusal: Refusal, count: &AtomicUsize) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let (mut head, mut length, mut line) = (Vec::new(), 0, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "connection" => continue,
            _ => {}
        }
        if line == "\r\n" {
            break;
        }
        head.extend_from_slice(line.as_bytes());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let holds_marker = |part: &[u8]| String::from_utf8_lossy(part).contains(refusal.marker);
    if holds_marker(&head) || holds_marker(&body) {
        count.fetch_add(1, Ordering::SeqCst);
        return client.write_all(answer(refusal).as_bytes());
    }
    let mut server = TcpStream::connect(target)?;
    server.write_all(&head)?;
    server.write_all(b"connection: close\r\n\r\n")?;
    server.write_all(&body)?;
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}

fn answer(refusal: Refusal) -> String {
    let Refusal {
        status, code, message, ..
    } = refusal;
    let (kind, body) = match refusal.form {
        Form::Xml => (
            "text/xml",
            format!(
                "<?xml version=\"1.0\"?>\n<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
            ),
        ),
        Form::Json => (
            "application/x-amz-json-1.1",
            serde_json::json!({"__type": code, "message": message, "Message": message}).to_string(),
        ),
    };
    format!(
        "HTTP/1.1 {status} Refused\r\ncontent-type: {kind}\r\nx-amzn-requestid: {REQUEST_ID}\r\nx-amzn-errortype: {code}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
