//! RFC 3339 times, between users and the store's seconds.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zt_model::instant::Instant;

/// Reads a time; none when it is not RFC 3339 or before 1970.
pub(crate) fn parse(text: &str) -> Option<Instant> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp()).ok().map(Instant::from_seconds)
}

/// Writes a time in UTC.
pub(crate) fn format(instant: Instant) -> String {
    let seconds = i64::try_from(instant.seconds()).unwrap_or(i64::MAX);
    let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_back_as_written() {
        for (text, seconds) in [("1970-01-01T00:00:00Z", 0), ("2026-11-23T12:00:00Z", 1_795_435_200)] {
            assert_eq!(parse(text), Some(Instant::from_seconds(seconds)), "{text}");
            assert_eq!(format(Instant::from_seconds(seconds)), text);
        }
        for wrong in ["", "tomorrow", "2026-11-23", "2026-11-23 12:00", "1969-12-31T23:59:59Z"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
