//! What the prelude cannot do in JavaScript within its budget: digests and encodings.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use rquickjs::{Ctx, Exception, Function, Object, Result, TypedArray};
use sha1::Sha1;
use sha2::{Digest, Sha256};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Puts the native functions on the object the prelude is called with.
pub(crate) fn install<'js>(ctx: &Ctx<'js>, host: &Object<'js>) -> Result<()> {
    host.set("digest", Function::new(ctx.clone(), digest)?)?;
    host.set("hmac", Function::new(ctx.clone(), hmac)?)?;
    host.set("encode", Function::new(ctx.clone(), encode)?)?;
    host.set("decode", Function::new(ctx.clone(), decode)?)?;
    host.set("valid", Function::new(ctx.clone(), valid)?)
}

/// Byte by byte: a view into the engine's memory would need `unsafe`.
fn copy(bytes: &TypedArray<'_, u8>) -> Result<Vec<u8>> {
    (0..bytes.len()).map(|i| bytes.as_object().get(i as u32)).collect()
}

fn digest<'js>(ctx: Ctx<'js>, algorithm: String, data: TypedArray<'js, u8>) -> Result<TypedArray<'js, u8>> {
    let data = copy(&data)?;
    let out = match algorithm.as_str() {
        "md5" => Md5::digest(&data).to_vec(),
        "sha1" => Sha1::digest(&data).to_vec(),
        "sha256" => Sha256::digest(&data).to_vec(),
        _ => return Err(unknown_algorithm(&ctx, &algorithm)),
    };
    TypedArray::new(ctx.clone(), out)
}

fn hmac<'js>(
    ctx: Ctx<'js>,
    algorithm: String,
    key: TypedArray<'js, u8>,
    data: TypedArray<'js, u8>,
) -> Result<TypedArray<'js, u8>> {
    let (key, data) = (&copy(&key)?, &copy(&data)?);
    let out = match algorithm.as_str() {
        "md5" => mac::<Hmac<Md5>>(key, data),
        "sha1" => mac::<Hmac<Sha1>>(key, data),
        "sha256" => mac::<Hmac<Sha256>>(key, data),
        _ => return Err(unknown_algorithm(&ctx, &algorithm)),
    };
    let out = out.ok_or_else(|| Exception::throw_internal(&ctx, "bad key length"))?;
    TypedArray::new(ctx.clone(), out)
}

fn mac<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
    mac.update(data);
    Some(mac.finalize().into_bytes().to_vec())
}

fn unknown_algorithm(ctx: &Ctx<'_>, algorithm: &str) -> rquickjs::Error {
    Exception::throw_type(ctx, &format!("not supported algorithm: \"{algorithm}\""))
}

fn encode(data: TypedArray<'_, u8>, encoding: String) -> Result<String> {
    let data = &copy(&data)?;
    Ok(match encoding.as_str() {
        "hex" => data.iter().map(|b| format!("{b:02x}")).collect(),
        "base64" => to_base64(data, BASE64, true),
        "base64url" => to_base64(data, BASE64URL, false),
        _ => String::from_utf8_lossy(data).into_owned(),
    })
}

fn decode<'js>(ctx: Ctx<'js>, text: String, encoding: String) -> Result<TypedArray<'js, u8>> {
    let out = match encoding.as_str() {
        "hex" => from_hex(text.as_bytes()),
        "base64" => from_base64(text.as_bytes(), BASE64),
        "base64url" => from_base64(text.as_bytes(), BASE64URL),
        _ => text.into_bytes(),
    };
    TypedArray::new(ctx, out)
}

fn valid(data: TypedArray<'_, u8>) -> Result<bool> {
    Ok(std::str::from_utf8(&copy(&data)?).is_ok())
}

fn to_base64(data: &[u8], alphabet: &[u8; 64], pad: bool) -> String {
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for chunk in data.chunks(3) {
        let group = chunk.iter().fold(0u32, |sum, b| sum << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..=chunk.len() {
            out.push(char::from(alphabet[(group >> (18 - 6 * i) & 63) as usize]));
        }
        if pad {
            out.extend(std::iter::repeat_n('=', 3 - chunk.len()));
        }
    }
    out
}

/// Like njs, stops at the first character that is none of the alphabet.
fn from_base64(text: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
    let digits = text.iter().map_while(|c| alphabet.iter().position(|a| a == c));
    let (mut out, mut group, mut bits) = (Vec::new(), 0u32, 0);
    for digit in digits {
        group = (group << 6 | digit as u32) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits & 0xff) as u8);
        }
    }
    out
}

fn from_hex(text: &[u8]) -> Vec<u8> {
    let digit = |c: &u8| char::from(*c).to_digit(16);
    text.chunks_exact(2)
        .map_while(|pair| Some((digit(&pair[0])? << 4 | digit(&pair[1])?) as u8))
        .collect()
}
