use proptest::prelude::*;
use zt_model::path::{PathCheck, check};

/// Pieces that matter to some server, glued at random.
fn raw() -> impl Strategy<Value = String> {
    let pieces = [
        "/", "/", "a", "b", ".", "..", "%2e", "%2E", "%2f", "%2F", "%5c", "\\", ";", "%3b", ";x", "%25", "%", "2e",
        "%3f", "%23", "?", "#", "%c3%a9", "%c0%ae", "%00", "%61", " ", "%20", "%ff",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..8)
        .prop_map(|pieces| format!("/{}", pieces.concat()))
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Resolves dot segments and merges slashes, backslashes being slashes, as the most liberal servers do.
fn resolve(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let slash = if path.ends_with('/') && !kept.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{slash}", kept.join("/"))
}

fn without_parameters(path: &str) -> String {
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| segment.split(';').next().unwrap())
        .collect();
    segments.join("/")
}

fn before_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap()
}

/// What servers of several habits make of a raw path.
fn servers(raw: &str) -> Vec<String> {
    let decoded = decode(raw).unwrap();
    let twice = decode(&decoded).unwrap_or_else(|| decoded.clone());
    vec![
        resolve(raw).replace("%2F", "%2f"),
        resolve(&decoded),
        resolve(&twice),
        resolve(before_query(&decoded)),
        resolve(&without_parameters(&decoded)),
        // Parameters first, as servlet containers do.
        resolve(&decode(&without_parameters(raw)).unwrap()),
        resolve(before_query(&without_parameters(&decoded))),
        resolve(&without_parameters(before_query(&decoded))),
        resolve(before_query(&decode(&without_parameters(raw)).unwrap())),
        resolve(&without_parameters(&decode(&without_parameters(raw)).unwrap())),
        resolve(&without_parameters(before_query(
            &decode(&without_parameters(raw)).unwrap(),
        ))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_server_resolves_an_accepted_path_into_one_that_was_not_decided(raw in raw()) {
        if let PathCheck::Readings(readings) = check(&raw) {
            // The server that decodes nothing but dots keeps escapes; compare it decoded, with the slash left alone.
            let known: Vec<String> = readings.paths.clone();
            for path in servers(&raw) {
                let kept = decode(&path.replace("%2f", "%252f")).unwrap_or(path.clone());
                prop_assert!(known.contains(&path) || known.contains(&kept), "{} becomes {} beside {:?}", raw, path, known);
            }
        }
    }

    #[test]
    fn readings_have_no_segment_that_resolves(raw in raw()) {
        if let PathCheck::Readings(readings) = check(&raw) {
            for path in &readings.paths {
                prop_assert!(path.starts_with('/'));
                prop_assert_eq!(&resolve(path), path);
            }
            let several = readings.encoded_slash || readings.semicolon || readings.paths[0].contains(['?', '#']);
            prop_assert_eq!(readings.paths.len() > 1, several);
        }
    }
}
