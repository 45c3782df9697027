//! What the launcher reads from stdout: one line. Nothing else is ever written there.

use crate::launch::PROTOCOL;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::io::Write;
use std::path::Path;

/// The version of go-plugin's own protocol.
const CORE_PROTOCOL: &str = "1";

/// Where the launcher finds us, and our certificate.
pub(crate) fn line(socket: &Path, certificate: Option<&[u8]>) -> String {
    let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
    format!(
        "{CORE_PROTOCOL}|{PROTOCOL}|unix|{}|grpc|{certificate}\n",
        socket.display()
    )
}

/// The variable that lets Terraform find a provider that runs already.
pub(crate) fn reattach(source: &str, socket: &Path) -> String {
    let found = serde_json::json!({
        source: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": "unix", "String": socket },
        }
    });
    format!("Provider started. To attach Terraform to it, set\n\n\tTF_REATTACH_PROVIDERS='{found}'\n\n")
}

/// Says it.
pub(crate) fn announce(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_six_fields_and_no_padding() {
        let text = line(Path::new("/tmp/x/socket"), Some(b"\x30\x01\x02\x03"));
        assert_eq!(text, "1|6|unix|/tmp/x/socket|grpc|MAECAw\n");
        assert_eq!(line(Path::new("/s"), None), "1|6|unix|/s|grpc|\n");
    }
}
