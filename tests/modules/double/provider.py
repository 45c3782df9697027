"""A named double of a provider that cannot be had here: it knows the schemas of a few resources of its newest version, judges
configurations against their types, and does nothing at all. For `terraform validate` and tests with `mock_provider`.

    python provider.py <name>

The schemas stand in `<name>.schema`, written from the provider's public reference; see `read`. It speaks plugin protocol 6 with the
definitions of pyvider, as a child of the CLI alone.
"""

import base64
import datetime
import json
import os
import re
import shutil
import sys
import tempfile
from concurrent import futures
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyvider.protocols.tfprotov6.protobuf import tfplugin6_pb2 as proto
from pyvider.protocols.tfprotov6.protobuf import tfplugin6_pb2_grpc as calls

Nested = proto.Schema.NestedBlock
MODES = {"list": Nested.LIST, "set": Nested.SET}
TYPES = {"s": "string", "n": "number", "b": "bool"}


def type_of(text: str) -> str | list:
    """`s`, `n`, `b`; `[s]` a list, `<s>` a set, `{s}` a map, `(name:s,other:b)` an object."""
    if text[0] == "(":
        members = (member.split(":") for member in text[1:-1].split(","))
        return ["object", {name: type_of(kind) for name, kind in members}]
    around = {"[": "list", "<": "set", "{": "map"}
    return [around[text[0]], type_of(text[1:-1])] if text[0] in around else TYPES[text]


def attribute(word: str) -> proto.Schema.Attribute:
    """`name!` is required, `name?` optional, `name~` computed, `name?~` both; `:` and a type follow where it is no string."""
    name, marks, kind = re.fullmatch(r"(\w+)([!?~]+)(?::(.+))?", word).groups()
    return proto.Schema.Attribute(
        name=name, type=json.dumps(type_of(kind or "s")).encode(), required="!" in marks, optional="?" in marks, computed="~" in marks
    )


def read(text: str) -> dict:
    """A line `resource name` or `data name`, below it, indented, lines of attributes, and `block name list|set` with its own below."""
    objects, stack = {}, []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        del stack[depth:]
        if words[0] in ("resource", "data", "provider"):
            stack.append(objects.setdefault((words[0], words[1]), proto.Schema.Block()))
        elif words[0] == "block":
            nested = stack[-1].block_types.add(type_name=words[1], nesting=MODES[words[2]])
            stack.append(nested.block)
        else:
            stack[-1].attributes.extend(attribute(word) for word in words)
    return objects


class Double(calls.ProviderServicer):
    def __init__(self, schemas: dict):
        self.schemas = schemas

    def of(self, kind: str) -> dict:
        return {name: proto.Schema(version=0, block=block) for (each, name), block in self.schemas.items() if each == kind}

    def GetProviderSchema(self, request, context):
        own = next(iter(self.of("provider").values()))
        capabilities = proto.ServerCapabilities(get_provider_schema_optional=True)
        return proto.GetProviderSchema.Response(
            provider=own, resource_schemas=self.of("resource"), data_source_schemas=self.of("data"), server_capabilities=capabilities
        )

    def ValidateProviderConfig(self, request, context):
        return proto.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request, context):
        return proto.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request, context):
        return proto.ValidateDataResourceConfig.Response()

    def StopProvider(self, request, context):
        return proto.StopProvider.Response()


def certificate() -> tuple[bytes, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, made


def main() -> None:
    name = sys.argv[1]
    schemas = read((Path(__file__).parent / f"{name}.schema").read_text())
    server = grpc.server(futures.ThreadPoolExecutor(4))
    # go-plugin asks its child to end, and waits two seconds for one that does not know how.
    folder = tempfile.mkdtemp()
    end = grpc.unary_unary_rpc_method_handler(lambda request, context: shutil.rmtree(folder) or os._exit(0))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": end}),))
    calls.add_ProviderServicer_to_server(Double(schemas), server)
    key, made = certificate()
    # The CLI's own certificate has a curve that gRPC's TLS does not take. Nothing here is worth asking who calls.
    credentials = grpc.ssl_server_credentials([(key, made.public_bytes(serialization.Encoding.PEM))])
    server.add_secure_port(f"unix:{folder}/socket", credentials)
    server.start()
    der = base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode().rstrip("=")
    print(f"1|6|unix|{folder}/socket|grpc|{der}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
