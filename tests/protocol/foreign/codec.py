"""A second opinion on values: pyvider's cty, asked line by line.

Each line of stdin is JSON: {"type": <cty type>, "msgpack": <hex>} or {"type": ..., "json": <text>}. The answer is the
same value in both forms, as pyvider writes them: {"msgpack": <hex>, "json": <text or null>}, or {"error": <text>}.
"""

import decimal
import json
import sys

from pyvider.cty import codec, json_codec, parser

# The numbers of the protocol are exact; Python's default is 28 digits.
decimal.getcontext().prec = 2000
decimal.DefaultContext.prec = 2000


def answer(question):
    ty = parser.parse_tf_type_to_ctytype(question["type"])
    if "msgpack" in question:
        value = codec.cty_from_msgpack(bytes.fromhex(question["msgpack"]), ty)
    else:
        value = json_codec.cty_from_json(question["json"], ty)
    try:
        text = json_codec.cty_to_json(value, ty).decode()
    except Exception:  # an unknown value has no JSON form
        text = None
    return {"msgpack": codec.cty_to_msgpack(value, ty).hex(), "json": text}


def main():
    for line in sys.stdin:
        try:
            result = answer(json.loads(line))
        except Exception as error:
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


main()
