resource "zt_session_store" "main" {
  name = "main"
}

data "zt_user_handle" "ada" {
  session_store = zt_session_store.main.session_store
  user          = { issuer = "https://login.example.com", subject = "00u1a2b3c4" }
}

# Lines of the log that are about one of this user's sessions begin their handle with these two characters.
output "handles_begin_with" {
  value = data.zt_user_handle.ada.session_handle_prefix
}
