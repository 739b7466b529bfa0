"""Holds every record that a test reads to the published schemas of docs/schemas."""

import functools
import json

import jsonschema

from kafka import ROOT


@functools.cache
def validators():
    """{kind: validator}, one for each schema that fixes the field "kind"."""
    found = {}
    for path in sorted((ROOT / "docs/schemas").glob("*.schema.json")):
        schema = json.loads(path.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        kind = schema.get("properties", {}).get("kind", {})
        for name in kind.get("enum", [kind["const"]] if "const" in kind else []):
            assert name not in found, f"two schemas for records of kind '{name}'"
            found[name] = jsonschema.Draft202012Validator(
                schema, format_checker=jsonschema.FormatChecker())
    return found


def check(value):
    """AssertionError where `value`, an output record, is not as its schema says."""
    assert isinstance(value, dict) and "kind" in value, f"no output record: {value!r}"
    kind = value["kind"]
    assert kind in validators(), f"no schema for records of kind '{kind}'"
    errors = [f"{error.json_path}: {error.message}" for error in
              validators()[kind].iter_errors(value)]
    assert not errors, f"{kind} record {json.dumps(value, ensure_ascii=False)[:500]}: {errors}"
