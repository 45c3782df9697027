resource "zt_session_store" "main" {
  name = "main"
}

data "zt_session_store_usage" "main" {
  session_store = zt_session_store.main.session_store
}

check "room_in_the_session_store" {
  assert {
    condition     = data.zt_session_store_usage.main.fullness_percent < 80
    error_message = "The session store is filling up."
  }
}
