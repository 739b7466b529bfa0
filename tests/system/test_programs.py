"""The programs' manners: help, version and usage, without any broker."""

import re
import subprocess

import pytest

from harness import sanitizer_environment
from kafka import ROOT

COMMANDS = ["ack", "check", "diff", "event", "explain", "format", "replay", "settle", "test",
            "ticket", "topics", "watch"]
USAGE, CANNOT_WRITE = 64, 74


def run(build, program, *arguments, timeout=60):
    return subprocess.run([str(build / program), *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout,
                          env=sanitizer_environment())


@pytest.mark.parametrize("program", ["ombudd", "ombudctl"])
def test_version_is_one_line(build, program):
    result = run(build, program, "--version")
    assert result.returncode == 0
    assert re.fullmatch(rf"{program} \d+\.\d+\.\d+(, .*)?\n", result.stdout), result.stdout
    assert not result.stderr


@pytest.mark.parametrize("program", ["ombudd", "ombudctl"])
def test_help_goes_to_standard_output(build, program):
    result = run(build, program, "--help")
    assert result.returncode == 0
    assert program in result.stdout and not result.stderr


def test_help_lists_every_command(build):
    text = run(build, "ombudctl", "--help").stdout
    assert all(re.search(rf"^\s*{command}\b", text, re.M) for command in COMMANDS), text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(build, command):
    result = run(build, "ombudctl", command, "--help")
    assert result.returncode == 0
    assert command in result.stdout and not result.stderr


@pytest.mark.parametrize("program, arguments", [
    ("ombudd", ["--no-such-option"]), ("ombudd", ["surplus"]),
    ("ombudctl", []), ("ombudctl", ["no-such-command"]), ("ombudctl", ["check", "--no-such-option"]),
])
def test_wrong_usage_ends_with_64(build, program, arguments):
    result = run(build, program, *arguments)
    assert result.returncode == USAGE, result.stderr
    assert result.stderr and not result.stdout


@pytest.mark.parametrize("arguments", [
    ["check", "conf/ombud.yaml"], ["help", "config"],
    ["explain", "-c", "conf/ombud.yaml", "tests/cases/explain/en-danger.json"],
    ["test", "-c", "conf/ombud.yaml", "tests/cases/judgement"],
    ["format", "test", "-c", "conf/ombud.yaml", "tests/cases/formats"]])
def test_output_that_cannot_be_written_is_an_error(build, arguments):
    with open("/dev/full", "w") as full:
        result = subprocess.run([str(build / "ombudctl"), *arguments], cwd=ROOT, stdout=full,
                                stderr=subprocess.PIPE, text=True, timeout=120)
    assert result.returncode == CANNOT_WRITE, result.stderr
