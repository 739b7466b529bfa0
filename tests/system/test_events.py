"""What `ombudctl event` prints and docs/schemas/event.schema.json says is what ombudd takes."""

import json

import jsonschema
import pytest

from kafka import ROOT
from test_programs import run

CONF = str(ROOT / "conf/ombud.yaml")
TYPES = ["opened", "message", "updated", "assigned", "accepted", "returned", "pending", "resumed",
         "promised", "extended", "resolved", "reopened", "closed", "merged", "rated",
         "acknowledged", "unacknowledged", "settled", "fulfilled", "erased", "snapshot"]

# What must have happened to the ticket before, so that the sample means something.
BEFORE = {
    "resumed": ["pending"], "reopened": ["resolved"], "rated": ["resolved"],
    "unacknowledged": ["acknowledged"],
}


def schema():
    found = json.loads((ROOT / "docs/schemas/event.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found, format_checker=jsonschema.FormatChecker())


def sample(build, name):
    result = run(build, "ombudctl", "event", name)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def outcomes(build, tmp_path, events):
    path = tmp_path / "events.ndjson"
    path.write_text("".join(json.dumps(one) + "\n" for one in events))
    result = run(build, "ombudctl", "replay", "-c", CONF, str(path))
    assert result.returncode == 0, result.stderr
    values = [json.loads(line).get("value") for line in result.stdout.splitlines()]
    return [(value["outcome"], value["reason"]) for value in values
            if value and value.get("kind") == "decision"]


def test_types_are_listed(build):
    result = run(build, "ombudctl", "event")
    assert [line.split()[0] for line in result.stdout.splitlines()] == TYPES


@pytest.mark.parametrize("name", TYPES)
def test_a_sample_is_valid_and_applied(build, tmp_path, name):
    opened = sample(build, "opened")
    before = [sample(build, other) for other in BEFORE.get(name, [])]
    event = sample(build, name)
    assert not list(schema().iter_errors(event))
    if name == "settled":  # whose it is must be in dispute
        before = [dict(sample(build, "returned"), id=f"r-{department}", by_department=department,
                       time=opened["time"]) for department in ("quality", "service")]
    events = ([] if name == "opened" else [opened, *before]) + [event]
    last = outcomes(build, tmp_path, events)[-1]
    assert last[0] == "applied", last


@pytest.mark.parametrize("change, valid", [
    ({}, True), ({"unknown": 1}, True), ({"priority": 5}, False), ({"priority": None}, True),
    ({"type": "opend"}, False), ({"ticket": ""}, False), ({"ticket": 17}, True),
    ({"time": "yesterday"}, False), ({"tags": ["a", 1]}, False),
    ({"customer": {"value": 101}}, False), ({"attributes": {"a": {}}}, False),
    ({"type": "promised"}, False), ({"type": "rated", "solved": True}, True)])
def test_the_schema_tells_right_from_wrong(build, change, valid):
    event = {**sample(build, "opened"), **change}
    assert (not list(schema().iter_errors(event))) == valid


def test_what_is_no_type_and_what_only_ombudd_writes(build):
    for name, words in (("opend", "`ombudctl event` lists them"), ("linked", "only ombudd")):
        result = run(build, "ombudctl", "event", name)
        assert result.returncode == 64 and words in result.stderr
    assert run(build, "ombudctl", "event", "--ticket", 'a"b', "opened").returncode == 64
    event = run(build, "ombudctl", "event", "--ticket", "K-9", "closed")
    assert json.loads(event.stdout)["ticket"] == "K-9"
