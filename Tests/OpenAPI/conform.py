# Holds exchanges that really went against the description: status, headers, media type and body of
# each answer, and the body of each request that was taken. Standard input: the exchanges as JSON.

import json
import pathlib
import re
import sys

import yaml
from openapi_schema_validator import OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FILE = pathlib.Path(__file__).resolve().parents[2] / "nginx" / "openapi.yaml"
# A reference finds the description from within a part of it only by a name of its own.
NAME = "urn:description"
DESCRIPTION = yaml.safe_load(FILE.read_text("utf-8").replace('"#/', f'"{NAME}#/'))
REGISTRY = Registry().with_resource(NAME, DRAFT202012.create_resource(DESCRIPTION))


def faults(exchange):
    operation = find(exchange)
    response = resolve(operation["responses"].get(str(exchange["status"])))
    if response is None:
        yield "the status is not described"
        return
    headers = exchange["headers"]
    for name, each in response.get("headers", {}).items():
        header = resolve(each)
        value = headers.get(name.lower())
        if value is None:
            if header.get("required"):
                yield f"the header {name} is not there"
            continue
        yield from violations(header["schema"], read(header["schema"], value))
    media = headers.get("content-type", "").split(";")[0]
    contents = response.get("content", {})
    if contents and media not in contents:
        yield f"the media type {media} is not described"
    elif media.endswith("json"):
        yield from violations(contents[media]["schema"], json.loads(exchange["answer"]))
    elif not contents and exchange["answer"]:
        yield "a body is not described"
    if exchange["request"] and exchange["status"] < 300:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        yield from violations(schema, json.loads(exchange["request"]))


def find(exchange):
    for path, item in DESCRIPTION["paths"].items():
        pattern = "[^/]+".join(re.escape(part) for part in path.split("{id}"))
        if re.fullmatch(pattern, exchange["path"]) and exchange["method"].lower() in item:
            return item[exchange["method"].lower()]
    raise SystemExit(f"{exchange['title']}: the call is not described")


def read(schema, value):
    return int(value) if schema["type"] == "integer" else value


def violations(schema, value):
    checker = OAS31Validator.FORMAT_CHECKER
    validator = OAS31Validator(schema, registry=REGISTRY, format_checker=checker)
    for error in validator.iter_errors(value):
        yield f"{error.json_path}: {error.message}"


def resolve(each):
    while each and "$ref" in each:
        found = DESCRIPTION
        for step in each["$ref"].split("/")[1:]:
            found = found[step]
        each = found
    return each


if __name__ == "__main__":
    mistakes = [
        f"{exchange['method']} {exchange['path']}, {exchange['title']}: {fault}"
        for exchange in json.load(sys.stdin)
        for fault in faults(exchange)
    ]
    print("\n".join(mistakes))
    sys.exit(1 if mistakes else 0)
