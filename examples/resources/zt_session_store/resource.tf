resource "zt_session_store" "main" {
  name                 = "main"
  max_session_lifetime = "12h"

  tags = {
    team = "platform"
  }
}
