"""A black-box client of a provider binary, with pyvider's stubs of plugin protocol 6.11 and its cty codec.

usage: client.py PROVIDER_BINARY

Launches the example provider as go-plugin does, with mutual TLS on a P-521 certificate, and lives through one object.
Prints one line a check; exits 0 only if all held.
"""

import base64
import datetime
import json
import os
import ssl
import subprocess
import sys
import tempfile

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf import unknown_fields
from pyvider.cty import CtyObject, CtyValue, codec, parser
from pyvider.protocols.tfprotov6.protobuf import tfplugin6_pb2 as pb
from pyvider.protocols.tfprotov6.protobuf import tfplugin6_pb2_grpc as rpc

COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
OPTIONS = [("grpc.ssl_target_name_override", "localhost"), ("grpc.default_authority", "localhost")]


def certificate():
    key = ec.generate_private_key(ec.SECP521R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(seconds=30))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA512())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem, secret


class Checks:
    def __init__(self):
        self.failed = 0

    def same(self, name, got, wanted):
        good = got == wanted
        self.failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {name}" + ("" if good else f": {got!r} is not {wanted!r}"))


def attribute_type(attribute):
    if attribute.type:
        return parser.parse_tf_type_to_ctytype(json.loads(attribute.type))
    inner = {one.name: attribute_type(one) for one in attribute.nested_type.attributes}
    return nest(pb.Schema.Object.NestingMode.Name(attribute.nested_type.nesting), CtyObject(inner))


def nest(mode, inner):
    from pyvider.cty import CtyList, CtyMap, CtySet

    wrap = {"LIST": CtyList, "SET": CtySet, "MAP": CtyMap}.get(mode)
    return wrap(element_type=inner) if wrap else inner


def block_type(block):
    types = {one.name: attribute_type(one) for one in block.attributes}
    for one in block.block_types:
        types[one.type_name] = nest(pb.Schema.NestedBlock.NestingMode.Name(one.nesting), block_type(one.block))
    return CtyObject(types)


def strange_fields(message):
    """Fields that pyvider's definition of the message does not have."""
    found = [field.field_number for field in unknown_fields.UnknownFieldSet(message)]
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.GetOptions().map_entry:
            entries = value.values() if descriptor.message_type.fields_by_name["value"].message_type else []
        elif hasattr(value, "ListFields"):
            entries = [value]
        else:
            entries = value
        for entry in entries:
            found += strange_fields(entry)
    return found


class Thing:
    """Plans and applies of the example's resource."""

    def __init__(self, stub, ty):
        self.stub, self.ty = stub, ty

    def encode(self, value):
        return pb.DynamicValue(msgpack=codec.cty_to_msgpack(value, self.ty))

    def decode(self, dynamic):
        return codec.cty_from_msgpack(dynamic.msgpack, self.ty)

    def config(self, **given):
        whole = {name: given.get(name) for name in self.ty.attribute_types}
        whole["note"] = given.get("note", [])
        return self.ty.validate(whole)

    def plan(self, prior, config):
        return self.stub.PlanResourceChange(
            pb.PlanResourceChange.Request(
                type_name="example_thing",
                prior_state=self.encode(prior),
                proposed_new_state=self.encode(config),
                config=self.encode(config),
            )
        )

    def apply(self, prior, planned, config):
        return self.stub.ApplyResourceChange(
            pb.ApplyResourceChange.Request(
                type_name="example_thing",
                prior_state=self.encode(prior),
                planned_state=planned,
                config=self.encode(config),
            )
        )


def live(stub, checks):
    schema = stub.GetProviderSchema(pb.GetProviderSchema.Request())
    checks.same("the schema has no field that 6.11 lacks", strange_fields(schema), [])
    checks.same("no legacy flags", [d.summary for d in schema.diagnostics], [])
    ty = block_type(schema.resource_schemas["example_thing"].block)
    thing = Thing(stub, ty)
    null = CtyValue.null(ty)
    config = thing.config(name="a", tags={"x", "y"}, rules=[{"path": "/a", "action": None}], secret_wo="s")

    valid = stub.ValidateResourceConfig(
        pb.ValidateResourceConfig.Request(type_name="example_thing", config=thing.encode(config))
    )
    paths = [[step.attribute_name for step in d.attribute.steps] for d in valid.diagnostics]
    checks.same("write-only is refused for an old client, at its path", paths, [["secret_wo"]])

    planned = thing.plan(null, config)
    checks.same("the plan has no field that 6.11 lacks", strange_fields(planned), [])
    checks.same("the legacy type system is off", planned.legacy_type_system, False)
    after = thing.decode(planned.planned_state)
    checks.same("id is unknown", after.value["id"].is_unknown, True)
    checks.same("message is refined", after.value["message"].value.string_prefix, "Hello ")
    checks.same("the default is planned", after.value["region"].value, "eu")
    checks.same("write-only is null in the plan", after.value["secret_wo"].is_null, True)

    applied = thing.apply(null, planned.planned_state, config)
    state = thing.decode(applied.new_state)
    checks.same("no diagnostics", [d.summary for d in applied.diagnostics], [])
    checks.same("the object is made", state.value["message"].value, "Hello a")
    checks.same("write-only came and is not stored", (int(state.value["secret_length"].value), state.value["secret_wo"].is_null), (1, True))

    read = stub.ReadResource(
        pb.ReadResource.Request(type_name="example_thing", current_state=applied.new_state, private=applied.private)
    )
    checks.same("it reads as stored", thing.decode(read.new_state), state)
    checks.same("private state survives", read.private, applied.private)

    gone = thing.apply(state, thing.encode(null), null)
    checks.same("it is destroyed", (thing.decode(gone.new_state).is_null, len(gone.diagnostics)), (True, 0))

    try:
        list(stub.ListResource(pb.ListResource.Request(type_name="example_thing")))
        status = None
    except grpc.RpcError as error:
        status = error.code()
    checks.same("lists are not served", status, grpc.StatusCode.UNIMPLEMENTED)
    checks.same("stop answers", stub.StopProvider(pb.StopProvider.Request()).Error, "")


def main():
    checks = Checks()
    (pem, key), (wrong_pem, wrong_key) = certificate(), certificate()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "TF_PLUGIN_MAGIC_COOKIE": COOKIE,
            "PLUGIN_PROTOCOL_VERSIONS": "5,6",
            "PLUGIN_UNIX_SOCKET_DIR": folder,
            "PLUGIN_CLIENT_CERT": pem.decode(),
        }
        child = subprocess.Popen(
            [sys.argv[1]], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            fields = child.stdout.readline().decode().strip().split("|")
            root = ssl.DER_cert_to_PEM_cert(base64.b64decode(fields[5] + "===")).encode()

            def channel(**client):
                credentials = grpc.ssl_channel_credentials(root_certificates=root, **client)
                return grpc.secure_channel("unix:" + fields[3], credentials, options=OPTIONS)

            def served(**client):
                try:
                    rpc.ProviderStub(channel(**client)).GetMetadata(pb.GetMetadata.Request(), timeout=5)
                    return True
                except grpc.RpcError:
                    return False

            checks.same("no certificate is refused", served(), False)
            checks.same("another is refused", served(private_key=wrong_key, certificate_chain=wrong_pem), False)
            checks.same("the right one is served", served(private_key=key, certificate_chain=pem), True)
            live(rpc.ProviderStub(channel(private_key=key, certificate_chain=pem)), checks)
        finally:
            child.kill()
            child.wait()
    sys.exit(1 if checks.failed else 0)


main()
