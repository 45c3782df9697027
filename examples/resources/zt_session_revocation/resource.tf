# Out everywhere while this exists.
resource "zt_session_revocation" "mallory" {
  session_store = zt_session_store.main.session_store
  users         = [{ issuer = "https://login.example.com", subject = "248289761001" }]
  reason        = "left the company"
}

# Signed out once; a fresh login is welcome.
resource "zt_session_revocation" "lost_laptop" {
  session_store = zt_session_store.main.session_store
  sessions      = ["Qx7aB2cD9e"]
  mode          = "sign_out"
  reason        = "lost laptop"
}

# Thousands at once, from a file of users and sessions.
resource "zt_session_revocation" "leavers" {
  session_store = zt_session_store.main.session_store
  file          = "${path.module}/leavers.csv"
  file_sha256   = filesha256("${path.module}/leavers.csv")
  expires_at    = "2027-01-31T18:00:00Z"
  reason        = "end of the season"
}

resource "zt_session_store" "main" {
  name = "main"
}
