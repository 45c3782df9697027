//! The signatures of calls that code without an SDK makes: SigV4 and SigV4A, computed anew and compared.
//!
//! Facts: IAM User Guide, "Signing AWS API requests" and "AWS Signature Version 4A". Keys that are an account's number have the
//! secret of `endpoints.json`; other keys are ministack's to judge. The time is not compared: clients may go by another clock.

use std::collections::BTreeMap;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use crate::call::Call;
use crate::http_message::{Incoming, encode, query_pairs};
use crate::refusal::Refusal;

/// The secret of every key that is an account's number.
const SECRET: &str = "test";
/// Services that the edge and the functions call with signatures of their own making.
const SERVICES: [&str; 4] = ["cloudfront-keyvaluestore", "secretsmanager", "sqs", "sts"];
const V4: &str = "AWS4-HMAC-SHA256";
const V4A: &str = "AWS4-ECDSA-P256-SHA256";
/// The order of P-256 minus two: SigV4A's bound of what becomes a key.
const BOUND: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f,
];

/// An authorization header, taken apart.
struct Authorization<'a> {
    algorithm: &'a str,
    key: &'a str,
    /// The credential without its key.
    scope: &'a str,
    signed: Vec<&'a str>,
    signature: &'a str,
}

/// Refuses a call whose signature does not fit.
pub(crate) fn check(call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let Some(given) = Authorization::of(request) else {
        return Ok(());
    };
    let known = given.key.len() == 12 && given.key.bytes().all(|byte| byte.is_ascii_digit());
    if !known || !SERVICES.contains(&call.service.as_str()) {
        return Ok(());
    }
    let fits = matches(&given, request) && covers(&given, request);
    match fits {
        true => Ok(()),
        false => Err(refusal(call)),
    }
}

fn refusal(call: &Call) -> Refusal {
    let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                   Access Key and signing method. Consult the service documentation for details.";
    match call.service.as_str() {
        "sts" => Refusal::new(403, "SignatureDoesNotMatch", message),
        "cloudfront-keyvaluestore" => Refusal::new(403, "InvalidSignatureException", message),
        _ => Refusal::new(400, "InvalidSignatureException", message),
    }
}

impl<'a> Authorization<'a> {
    fn of(request: &'a Incoming) -> Option<Self> {
        let (algorithm, rest) = request.header("authorization").split_once(' ')?;
        let part = |name: &str| {
            let mut parts = rest.split(',').map(str::trim);
            parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        };
        let (key, scope) = part("Credential")?.split_once('/')?;
        Some(Self {
            algorithm,
            key,
            scope,
            signed: part("SignedHeaders")?.split(';').collect(),
            signature: part("Signature")?,
        })
    }
}

/// Host, target, date and session are signed, and with SigV4A the regions: else they could be exchanged.
fn covers(given: &Authorization<'_>, request: &Incoming) -> bool {
    let signed = |name: &str| given.signed.contains(&name);
    let present = |name: &str| request.headers.contains_key(name);
    let amazon = request
        .headers
        .keys()
        .filter(|name| name.as_str().starts_with("x-amz-"));
    let mut amazon = amazon.filter(|name| !["x-amz-user-agent", "x-amzn-trace-id"].contains(&name.as_str()));
    signed("host")
        && present("x-amz-date")
        && amazon.all(|name| signed(name.as_str()))
        && (given.algorithm != V4A || present("x-amz-region-set"))
}

fn matches(given: &Authorization<'_>, request: &Incoming) -> bool {
    let Some(canonical) = canonical(given, request) else {
        return false;
    };
    let text = format!(
        "{}\n{}\n{}\n{}",
        given.algorithm,
        request.header("x-amz-date"),
        given.scope,
        hexadecimal(digest(&SHA256, canonical.as_bytes()).as_ref())
    );
    match given.algorithm {
        V4 => signed_with_secret(given, &text),
        V4A => signed_with_key(given, &text),
        _ => false,
    }
}

fn signed_with_secret(given: &Authorization<'_>, text: &str) -> bool {
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in given.scope.split('/') {
        key = mac(&key, part.as_bytes());
    }
    hexadecimal(&mac(&key, text.as_bytes())) == given.signature
}

fn signed_with_key(given: &Authorization<'_>, text: &str) -> bool {
    let verified = || {
        let secret = derive(given.key)?;
        let private = PrivateKey::from_private_key(&ECDH_P256, &secret).ok()?;
        let public = private.compute_public_key().ok()?;
        let signature = bytes_of(given.signature)?;
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public.as_ref());
        public.verify(text.as_bytes(), &signature).ok()
    };
    verified().is_some()
}

/// The private key that SigV4A makes of an access key and its secret: a counter-mode derivation, repeated until it is in range.
fn derive(key: &str) -> Option<[u8; 32]> {
    for counter in 1..=254_u8 {
        let mut input = vec![0, 0, 0, 1];
        input.extend(V4A.as_bytes());
        input.push(0);
        input.extend(key.as_bytes());
        input.extend([counter, 0, 0, 1, 0]);
        let candidate: [u8; 32] = mac(format!("AWS4A{SECRET}").as_bytes(), &input).try_into().ok()?;
        if candidate <= BOUND {
            return Some(plus_one(candidate));
        }
    }
    None
}

fn plus_one(mut number: [u8; 32]) -> [u8; 32] {
    for byte in number.iter_mut().rev() {
        let (sum, carry) = byte.overflowing_add(1);
        *byte = sum;
        if !carry {
            break;
        }
    }
    number
}

/// The canonical request; `None` when the stated hash is not that of the body.
fn canonical(given: &Authorization<'_>, request: &Incoming) -> Option<String> {
    let hash = hexadecimal(digest(&SHA256, &request.body).as_ref());
    let stated = request.header("x-amz-content-sha256");
    if !stated.is_empty() && stated != hash {
        return None;
    }
    // Of all services but S3, the path is encoded a second time.
    let path: Vec<String> = request.path.split('/').map(encode).collect();
    let query: BTreeMap<(String, String), ()> = query_pairs(&request.query)
        .map(|(name, value)| ((encode(&name), encode(&value)), ()))
        .collect();
    let query: Vec<String> = query
        .into_keys()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut headers = String::new();
    for name in &given.signed {
        let values: Vec<String> = request
            .headers
            .get_all(*name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    Some(format!(
        "{}\n{}\n{}\n{headers}\n{}\n{hash}",
        request.method,
        path.join("/"),
        query.join("&"),
        given.signed.join(";")
    ))
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text)
        .as_ref()
        .to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
