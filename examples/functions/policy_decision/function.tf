locals {
  staff = { any = [{ groups = ["staff"] }], none = [{ countries = ["KP"] }] }
}

check "staff_are_let_in" {
  assert {
    condition = provider::zt::policy_decision(
      local.staff,
      { claims = { sub = "ada", groups = ["staff"] } },
      { country = "DE" },
    ).allowed
    error_message = "Staff would be refused."
  }
}
