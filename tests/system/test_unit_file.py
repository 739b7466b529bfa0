"""systemd accepts the units, in a copy that points at the build, and finds little to attack."""

import re
import subprocess

import pytest

from kafka import ROOT

UNITS = sorted((ROOT / "systemd").glob("*.service"))


def verify(folder, text):
    path = folder / "ombudd@.service"
    path.write_text(text)
    # The manual is not installed.
    return subprocess.run(["systemd-analyze", "verify", "--man=no", str(path)],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


def unit_text(build):
    text = (ROOT / "systemd/ombudd@.service").read_text()
    assert "/usr/bin/ombudd" in text
    return text.replace("/usr/bin/", f"{build}/")


def test_systemd_accepts_the_unit(build, tmp_path):
    result = verify(tmp_path, unit_text(build))
    assert result.returncode == 0, result.stderr
    assert not result.stderr


def test_the_check_notices_a_wrong_unit(build, tmp_path):
    broken = unit_text(build).replace("Type=notify", "Type=notfy").replace(
        f"{build}/ombudd", f"{build}/no-such-program")
    result = verify(tmp_path, broken)
    assert result.returncode != 0
    assert "notfy" in result.stderr and "no-such-program" in result.stderr


def test_no_restart_for_what_a_restart_meets_again():
    lines = (ROOT / "systemd/ombudd@.service").read_text().splitlines()
    # Purging the package would leave an instance running that belongs to no target.
    assert "PartOf=ombud.target" in lines and "WantedBy=ombud.target" in lines
    assert "Restart=on-failure" in lines
    assert "RestartPreventExitStatus=64 65 77 78" in lines
    assert "Type=notify" in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_little_is_left_to_attack(unit):
    # The threshold is in tenths: 1.1 is what remains to a service with supplementary groups that
    # talks to brokers whose addresses the unit cannot know.
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=11",
                             "--no-pager", str(unit)], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL)
    assert result.returncode == 0, result.stdout


def test_more_left_to_attack_would_be_noticed(tmp_path):
    soft = tmp_path / "ombudd@.service"
    soft.write_text(re.sub(r"^PrivateDevices=.*$", "", UNITS[0].read_text(), flags=re.M))
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=11",
                             "--no-pager", str(soft)], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL)
    assert result.returncode != 0


def test_operators_are_told_what_each_alert_means():
    rules = (ROOT / "conf/prometheus/ombud.rules.yaml").read_text()
    alerts = re.findall(r"^\s*- alert: (\w+)$", rules, re.M)
    page = (ROOT / "docs/operations.md").read_text()
    assert len(alerts) > 10
    assert not [alert for alert in alerts if f"`{alert}`" not in page]


def test_all_say_the_same_version():
    found = {re.search(r"project\(ombud VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1],
             re.match(r"ombud \((.*?)\)", (ROOT / "debian/changelog").read_text())[1],
             re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)[1]}
    assert len(found) == 1, found
