"""The man pages render without a complaint and name all that there is."""

import json
import os
import re
import subprocess

import pytest

from kafka import ROOT
from test_programs import run

PAGES = ["ombudd.8", "ombudctl.1", "ombud.yaml.5", "ombud-events.7"]


def rendered(build, page):
    """The page as a terminal of 80 columns shows it; AssertionError where groff complains."""
    result = subprocess.run(["man", "--warnings=w", "--local-file", str(build / page)],
                            capture_output=True, text=True, stdin=subprocess.DEVNULL,
                            env=dict(os.environ, MANWIDTH="80", LC_ALL="C.UTF-8",
                                     MAN_KEEP_FORMATTING=""))
    assert result.returncode == 0 and not result.stderr, result.stderr
    return re.sub(r".\x08", "", result.stdout)


def has(page, word):
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", page) is not None


@pytest.mark.parametrize("page", PAGES)
def test_a_page_renders(build, page):
    text = rendered(build, page)
    name = page.rsplit(".", 1)[0]
    assert text.startswith(name) and "NAME" in text and "SEE ALSO" in text
    # An example that is wider would be cut on the right.
    wide = [line for line in text.splitlines() if len(line) > 100]
    assert not wide, wide


def options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def test_every_option_of_the_daemon_is_explained(build):
    page = rendered(build, "ombudd.8")
    missing = options(run(build, "ombudd", "--help").stdout) - options(page)
    assert not missing


def test_every_exit_code_that_is_documented_is_in_the_page(build):
    page = rendered(build, "ombudd.8")
    for code in ("64", "69", "71", "75", "77", "78"):
        assert re.search(rf"^ +│{code} ", page, re.M), code


def test_every_command_is_in_the_page(build):
    page = rendered(build, "ombudctl.1")
    usage = run(build, "ombudctl", "--help").stdout
    commands = re.findall(r"^  ([a-z]+)  ", usage, re.M)
    assert len(commands) > 10
    assert not [command for command in commands if not re.search(rf"^ +{command}\b", page, re.M)]




def test_every_setting_is_in_the_page(build):
    page = rendered(build, "ombud.yaml.5")
    schema = json.loads((ROOT / "docs/schemas/config.schema.json").read_text())
    names = set(schema["properties"]) - {"include"}
    for definition in schema["$defs"].values():
        names |= set(definition.get("properties", {}))
    assert len(names) > 60
    found = set(re.findall(r"[a-z_]+", page.replace("‐\n", "")))
    assert not {name for name in names if name.isidentifier()} - found


def test_every_event_is_in_the_page(build):
    page = rendered(build, "ombud-events.7")
    schema = json.loads((ROOT / "docs/schemas/event.schema.json").read_text())
    for name in schema["properties"]["type"]["enum"]:
        assert re.search(rf"^ +{name}$", page, re.M), name
    for name in schema["properties"]:
        assert has(page, name), name
