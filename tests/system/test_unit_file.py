"""systemd accepts the unit, in a copy that points at the build."""

import subprocess

from kafka import ROOT


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
    assert "Restart=on-failure" in lines
    assert "RestartPreventExitStatus=64 65 77 78" in lines
    assert "Type=notify" in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)
