"""Applications and revocations on the local cloud: memory of an apply, reads of a plan, writes of an apply."""

from cloud import LocalCloud, Terraform
from replay import Recorder, replay

HEAD = """terraform {
  required_providers {
    zt = { source = "zt-edge/zt" }
  }
}

provider "zt" {}

resource "zt_session_store" "main" {
  name                 = "main"
  secret_recovery_days = 0
}
"""

APPLICATIONS = """
resource "zt_edge_app" "app" {{
  count         = {count}
  name          = "app-${{count.index}}"
  session_store = zt_session_store.main.session_store

  identity_provider = {{
    issuer    = "{issuer}"
    client_id = "{client}"
    scopes    = ["openid", "profile", "email", "groups"]
  }}

  policies = {{
    staff  = {{ any = [{{ groups = ["staff"] }}] }}
    admins = {{ require = [{{ groups = ["admins"] }}] }}
  }}

  routes = [
    {{ path = "/public/*", access = "public" }},
    {{ path = "/admin/*", allow = ["admins"], methods = ["GET", "HEAD"] }},
    {{ path = "/api/*", allow = ["staff"], unauthenticated = "401" }},
    {{ path = "/*", allow = ["staff"] }},
  ]

  origins = {{
    api = {{ custom = {{ domain_name = "{host}", http_port = {port}, protocol = "http-only" }} }}
  }}

  secret_recovery_days = 0
}}
"""

REVOCATIONS = """
resource "zt_session_revocation" "user" {{
  count         = {count}
  session_store = zt_session_store.main.session_store
  users         = [{{ issuer = "{issuer}", subject = "user-${{count.index}}" }}]
}}
"""

# What AWS takes its time for; a plan waits for none of it.
NO_DELAYS = {name: 0 for name in ("distribution_ms", "key_value_store_ms", "lambda_ms", "replica_ms", "role_ms", "certificate_ms")}
DELAY_MS = 50
CONCURRENCY = 10


def applications(cloud, count):
    provider, origin = cloud.endpoints["identity_provider"], cloud.endpoints["origin"]
    return HEAD + APPLICATIONS.format(
        count=count, issuer=provider["issuer"], client=provider["client_id"], host=origin["host"], port=origin["port"])


def revocations(cloud, count):
    return HEAD + REVOCATIONS.format(count=count, issuer=cloud.endpoints["identity_provider"]["issuer"])


def megabytes(cost):
    return f"{cost.peak_kilobytes / 1024:.1f} MB"


def plan(terraform):
    """A refresh and plan that must find nothing to do and write nothing."""
    cost = terraform.run("plan", "-detailed-exitcode")
    if cost.writes():
        raise SystemExit(f"a plan wrote: {cost.writes()[0]}")
    return cost


def plan_rows(folder, counts=(2, 10, 100)):
    """Reads of a plan by the number of applications: the slope belongs to each one, the rest is shared."""
    with LocalCloud(folder / "cloud") as cloud:
        cloud.admin("/delays", NO_DELAYS)
        terraform = Terraform(cloud, folder / "configuration")
        seen = {}
        for count in counts:
            terraform.write(applications(cloud, count))
            created = terraform.run("apply", "-auto-approve")
            if not seen:
                yield "resident in an apply that creates a store and two applications", megabytes(created), "≤ 40 MB"
            seen[count] = plan(terraform)
            yield from of_plan(count, seen)
        yield slowed_row(cloud, terraform, counts[-1])


def slowed_row(cloud, terraform, count):
    """A plan with a delay before each answer, beside its own requests sent again with the same delay."""
    endpoint = cloud.endpoints["aws"]["endpoint"]
    with Recorder(endpoint) as recorder:
        terraform.environment["HTTP_PROXY"] = recorder.address
        recorded = plan(terraform)
        del terraform.environment["HTTP_PROXY"]
    if len(recorder.requests) < len(recorded.calls):
        raise SystemExit(f"{len(recorded.calls)} calls, but {len(recorder.requests)} went through the recorder")
    cloud.admin("/faults", {"kind": "slow", "count": 0, "delay_ms": DELAY_MS})
    slowed = plan(terraform)
    peer = replay(endpoint, recorder.requests, CONCURRENCY)
    return (f"refresh and plan of {count}, {DELAY_MS} ms injected, to a replay of its {len(recorder.requests)} calls at concurrency {CONCURRENCY}",
            f"{slowed.seconds:.1f} s to {peer:.1f} s: {slowed.seconds / peer:.2f}", "≤ 1.3")


def of_plan(count, seen):
    cost, first = seen[count], min(seen)
    if count == first:
        return
    each = (len(cost.calls) - len(seen[first].calls)) / (count - first)
    shared = len(cost.calls) - each * count
    what = f"refresh and plan of {count} applications"
    yield f"{what}: AWS calls", f"{each:.1f} an application + {shared:.0f} shared ({len(cost.calls)} in all, no write)", "≤ 12 + 20"
    yield f"{what}: time", f"{cost.seconds:.1f} s", ""
    yield f"{what}: processor time, provider to CLI", f"{cost.provider_seconds:.2f} s to {cost.cli_seconds:.2f} s", "≤ the CLI's"
    yield f"{what}: resident", megabytes(cost), "≤ 100 MB"


def revocation_rows(folder, count=200):
    """Writes to the store when many revocations come as resources of one apply."""
    for parallelism, hold in ((10, "≤ 25 (floor 20)"), (50, "≤ 6")):
        place = folder / f"parallelism-{parallelism}"
        with LocalCloud(place / "cloud") as cloud:
            terraform = Terraform(cloud, place / "configuration")
            terraform.write(HEAD)
            terraform.run("apply", "-auto-approve")
            terraform.write(revocations(cloud, count))
            cost = terraform.run("apply", "-auto-approve", f"-parallelism={parallelism}")
        writes = sum(call["operation"] == "UpdateKeys" for call in cost.calls)
        what = f"{count} revocations in one apply, -parallelism={parallelism}"
        yield f"{what}: store writes", f"{writes} ({cost.seconds:.1f} s, resident {megabytes(cost)})", hold
