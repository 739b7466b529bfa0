"""Under a real systemd, over an overlay of this machine's root: ombudd as its units run it. What was
built here, installed with cmake --install; with --all the Debian packages, too, their upgrade and
their purge."""

import hashlib
import itertools
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from kafka import ROOT, wait_until
from machine import Machine, why_not
from service import Service

pytestmark = [pytest.mark.xdist_group("machine"), pytest.mark.timeout(600)]
_groups = itertools.count(1)

# A sanitizer needs what the unit forbids: to look into its own process at the end.
SANITIZER = "[Service]\nEnvironment=ASAN_OPTIONS=detect_leaks=0:exitcode=99\n"
QUICK = "[Service]\nWatchdogSec=4s\n"  # not for all: a loaded machine takes such a while


def install_build(machine, build):
    staged = machine.folder / "staged"
    subprocess.run(["cmake", "--install", str(build)], check=True, capture_output=True,
                   env=dict(os.environ, DESTDIR=str(staged)))
    subprocess.run(["cp", "-a", f"{staged}/.", str(machine.root)], check=True)
    machine.run("systemd-sysusers")
    machine.run("install", "-d", "-m", "750", "-g", "ombud", "/etc/ombud")


def packages():
    """The Debian packages as scripts/package builds them, or those of the folder OMBUD_PACKAGES."""
    folder = Path(os.environ.get("OMBUD_PACKAGES", ROOT / "build/package"))
    if "OMBUD_PACKAGES" not in os.environ:
        subprocess.run([str(ROOT / "scripts/package"), str(folder)], check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
    return sorted(folder.glob("*.deb"))


def install_packages(machine, files):
    for file in files:
        machine.write(f"/var/tmp/{file.name}", "")
        machine.path(f"/var/tmp/{file.name}").write_bytes(file.read_bytes())
    return machine.run("dpkg", "--install", *(f"/var/tmp/{file.name}" for file in files),
                       timeout=300)


@pytest.fixture(scope="module", params=["build", pytest.param("packages", marks=pytest.mark.long)])
def machine(request, build, tmp_path_factory):
    reason = why_not()
    if reason:
        pytest.skip(reason)
    files = packages() if request.param == "packages" else None
    found = Machine(tmp_path_factory.mktemp("machine"), build)
    found.packages = files
    try:
        if files:
            install_packages(found, files)
        else:
            install_build(found, build)
        found.write("/etc/systemd/system/ombudd@.service.d/test.conf", SANITIZER)
        found.run("systemctl", "daemon-reload")
        yield found
    finally:
        found.close()


@pytest.fixture
def services(machine, kafka):
    """services(name, **changes): a unit; those of a test share a group. All are stopped afterwards."""
    group, made = f"machine-{os.getpid()}-{next(_groups)}", []

    def make(name="main", topics=True, **changes):
        service = Service(machine, kafka, name, group, **changes)
        if topics and not made:
            service.create_topics()
        made.append(service)
        return service

    yield make
    for service in made:
        machine.run("systemctl", "stop", service.unit, check=False)
        machine.run("systemctl", "reset-failed", service.unit, check=False)
        machine.path(service.file).unlink(missing_ok=True)


@pytest.fixture
def service(services):
    made = services()
    made.start()
    made.wait_ready()
    return made


def test_it_is_ready_says_how_it_is_and_routes(service, kafka):
    shown = service.show("ActiveState", "StatusText", "NRestarts")
    assert shown["ActiveState"] == "active" and shown["NRestarts"] == "0"
    service.emit("T-1", subject="The charger is on fire")
    service.wait_decided("T-1")
    wait_until(lambda: re.search(r"4 partitions|5 partitions", service.show("StatusText")["StatusText"]),
               10, "a status in words")
    dispatches = kafka.read(f"{service.group}.dept.quality")
    assert [json.loads(record.value)["ticket"] for record in dispatches] == ["T-1"]


def test_it_answers_on_its_control_socket(machine, service):
    answer = json.loads(machine.run("ombudctl", "status", "-c", service.file, "--json").stdout)
    assert answer["configuration"] in machine.journal(service.unit)
    # Only root, the router and the group ombud may ask.
    place = machine.run("stat", "-c", "%a %G", f"/run/ombud/{service.name}/control").stdout.strip()
    assert place == "660 ombud", place
    nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup")
    ask = ("ombudctl", "status", "-c", service.file)
    member = machine.run(*nobody, "--groups=ombud", *ask)
    assert "ready: routing" in member.stdout
    stranger = machine.run(*nobody, "--clear-groups", *ask, "--socket", f"/run/ombud/{service.name}/control",
                           check=False)
    assert stranger.returncode == 77, stranger.stderr


def test_nobody_owns_more_than_the_unit_needs(machine, service):
    text = machine.run("cat", f"/proc/{service.pid()}/status").stdout
    assert re.search(r"^CapBnd:\s*0+$", text, re.M) and re.search(r"^NoNewPrivs:\s*1$", text, re.M)
    assert re.search(r"^Seccomp:\s*2$", text, re.M) and not re.search(r"^Uid:\s*0\b", text, re.M)
    limits = machine.run("cat", f"/proc/{service.pid()}/limits").stdout
    assert re.search(r"^Max core file size\s+0\s+0", limits, re.M)
    # Customers' words and people's names are nobody else's business.
    assert machine.run("stat", "-c", "%a %G", "/etc/ombud").stdout == "750 ombud\n"


def test_killed_it_routes_again_within_three_seconds_and_loses_nothing(service):
    before = [f"B-{i}" for i in range(50)]
    service.emit(*before)
    service.machine.kill(service.unit, "KILL")
    started = time.monotonic()
    service.emit("AFTER")
    service.wait_ready()
    service.wait_decided("AFTER", *before)
    took = time.monotonic() - started
    assert service.show("NRestarts")["NRestarts"] == "1"
    # A quarter of a second of it is RestartSec; a build with sanitizers takes its own time.
    assert took < (5 if service.machine.packages else 15), took
    print(f"routing again after {took:.1f} s")


def test_another_instance_takes_over_for_good(services):
    first, second = services("main"), services("second")
    first.start()
    second.start()
    first.wait_ready()
    second.wait_ready()
    first.emit(*(f"A-{i}" for i in range(20)))
    first.wait_decided(*(f"A-{i}" for i in range(20)))
    first.machine.kill(first.unit, "KILL")
    first.machine.run("systemctl", "stop", first.unit)
    second.emit(*(f"B-{i}" for i in range(20)))
    second.wait_decided(*(f"B-{i}" for i in range(20)), timeout=60)


def test_a_hang_is_met_by_the_watchdog(machine, services):
    drop_in = "/etc/systemd/system/ombudd@main.service.d/quick.conf"
    machine.write(drop_in, QUICK)
    machine.run("systemctl", "daemon-reload")
    try:
        service = services("main")
        service.start()
        service.wait_ready()
        hang(service)
    finally:
        machine.path(drop_in).unlink()
        machine.run("systemctl", "daemon-reload")


def hang(service):
    pid = service.pid()
    service.machine.kill(service.unit, "STOP")
    service.emit("T-1")
    wait_until(lambda: service.pid() not in (0, pid), 30, "another process")
    service.wait_ready()
    service.wait_decided("T-1")
    assert "watchdog" in service.machine.run("journalctl", "--no-pager", "-u",
                                             service.unit).stdout.lower()


def reload(service):
    """(whether systemctl says that it went well, what the journal says since)"""
    mark = service.machine.run("date", "+%s").stdout.strip()
    result = service.machine.run("systemctl", "reload", service.unit, check=False)
    return result.returncode == 0, service.machine.journal(service.unit, f"--since=@{mark}")


def test_a_broken_reload_is_refused_and_a_good_one_holds_at_once(service):
    service.emit("T-1")
    service.wait_decided("T-1")
    _, configs = service.decisions()
    service.write(group_wait="soon")
    taken, said = reload(service)
    assert not taken and "refused" in said and "main.yaml:" in said, said
    service.write(departments={"nowhere": {"name": "Nowhere"}})
    taken, said = reload(service)
    assert not taken and "refused" in said and f"{service.group}.dept.nowhere" in said, said
    service.emit("T-2")
    service.wait_decided("T-2")
    assert service.decisions()[1] == configs
    service.write(group_wait="3s")
    taken, said = reload(service)
    assert taken and "is in use" in said, said
    service.emit("T-3")
    service.wait_decided("T-3")
    assert len(service.decisions()[1]) == 2


def test_what_a_restart_would_meet_again_is_not_restarted(machine, services):
    broken = services("broken", topics=False, group_wait="soon")
    assert machine.run("systemctl", "start", broken.unit, check=False).returncode != 0
    time.sleep(2.5)
    shown = broken.show("ActiveState", "Result", "ExecMainStatus", "NRestarts")
    assert shown == {"ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "78",
                     "NRestarts": "0"}
    assert "broken.yaml:" in machine.journal(broken.unit)


def test_the_journal_keeps_the_place_of_a_record(machine, service, kafka):
    producer = kafka.producer()
    producer.send(f"{service.group}.events", key="K-1", value=b'{"type":"opened","ticket":')
    producer.flush()

    def lines():
        found = machine.run("journalctl", "--no-pager", "--output=json", f"--unit={service.unit}",
                            "OMBUD_TICKET=K-1", check=False).stdout
        return [json.loads(line) for line in found.splitlines()]

    wait_until(lines, 30, "a line about the dead letter")
    line = lines()[0]
    assert line["OMBUD_TOPIC"] == f"{service.group}.events" and line["PRIORITY"] == "4"
    assert line["OMBUD_PARTITION"].isdigit() and line["OMBUD_OFFSET"].isdigit()
    assert line["MESSAGE"].startswith("dead letter: ")


def test_a_credential_reaches_it_and_stays_secret(machine, services, kafka):
    """From /etc/credstore, through the unit, to Kafka; of a wrong one a sentence is left."""
    machine.write("/etc/credstore/kafka-password", "wrong-secret-4711\n", 0o600)
    try:
        wrong = services("secret", kafka={"security.protocol": "sasl_plaintext",
                                          "sasl.mechanism": "PLAIN", "sasl.username": "ombud",
                                          "sasl.password": {"file": "${CREDENTIALS_DIRECTORY}/"
                                                                    "kafka-password"}},
                         topics=False, broker_wait="3s")
        machine.run("systemctl", "start", "--no-block", wrong.unit)
        said = lambda: machine.journal(wrong.unit)
        wait_until(lambda: "does not let this user in" in said() or "no broker answers" in said(), 30,
                   "what became of it")
        assert "CREDENTIALS_DIRECTORY" not in said() and "No such file" not in said()
        assert "wrong-secret-4711" not in machine.run("journalctl", "--no-pager").stdout
    finally:
        machine.path("/etc/credstore/kafka-password").unlink()


def test_the_target_stops_all(machine, services):
    first, second = services("main"), services("second")
    for one in (first, second):
        machine.run("systemctl", "enable", "--quiet", one.unit)
    try:
        machine.run("systemctl", "restart", "ombud.target")
        for one in (first, second):
            one.wait_ready()
        machine.run("systemctl", "stop", "ombud.target")
        for one in (first, second):
            shown = one.show("ActiveState", "Result")
            assert shown == {"ActiveState": "inactive", "Result": "success"}
    finally:
        for one in (first, second):
            machine.run("systemctl", "disable", "--quiet", one.unit)


@pytest.mark.long
def test_the_packaged_configuration_is_one_to_start_from(machine):
    """What it names it finds in /usr/share/ombud, and nobody else may read it."""
    if not machine.packages:
        pytest.skip("of the packages only")
    checked = machine.run("ombudctl", "check", "/etc/ombud/ombud.yaml")
    assert "8 departments" in checked.stdout and not checked.stderr, checked.stderr
    assert machine.run("man", "--where", "ombud.yaml").stdout.strip().endswith("ombud.yaml.5.gz")
    other = machine.run("setpriv", "--reuid=nobody", "--clear-groups", "ombudctl", "check",
                        "/etc/ombud/ombud.yaml", check=False)
    assert other.returncode == 78 and "Permission denied" in other.stderr


@pytest.mark.long
def test_the_list_of_contents_is_of_these_packages(machine):
    if not machine.packages:
        pytest.skip("of the packages only")
    folder = machine.packages[0].parent
    listed = json.loads(next(folder.glob("*.spdx.json")).read_text())
    sums = {one["packageFileName"]: one["checksums"][0]["checksumValue"]
            for one in listed["packages"] if "packageFileName" in one}
    assert sums == {file.name: hashlib.sha256(file.read_bytes()).hexdigest()
                    for file in machine.packages}
    versions = {one["name"]: one["versionInfo"] for one in listed["packages"]}
    assert "deb12u" in versions["libcjson1"] and "NOASSERTION" not in versions.values()


def newer(machine, version="0.1.1"):
    """The packages again, as a later version."""
    made = []
    for file in machine.packages:
        tree = machine.folder / f"tree-{file.name}"
        subprocess.run(["dpkg-deb", "--raw-extract", str(file), str(tree)], check=True)
        control = tree / "DEBIAN/control"
        text = control.read_text()
        old = re.search(r"^Version: (.*)$", text, re.M)[1]
        control.write_text(text.replace(old, version))
        path = machine.folder / file.name.replace(old, version)
        subprocess.run(["dpkg-deb", "--build", "--root-owner-group", str(tree), str(path)],
                       check=True, capture_output=True)
        made.append(path)
    return made


@pytest.mark.long
def test_an_upgrade_restarts_and_keeps_a_companys_words(machine, services):
    if not machine.packages:
        pytest.skip("of the packages only")
    conffile = machine.path("/etc/ombud/ombud.yaml")
    original = conffile.read_text()
    conffile.write_text(original + "# ours\n")
    service = services("main")
    machine.run("systemctl", "enable", "--quiet", service.unit)
    machine.run("systemctl", "start", "ombud.target")
    service.wait_ready()
    pid = service.pid()
    install_packages(machine, newer(machine))
    wait_until(lambda: service.pid() not in (0, pid), 30, "a restart")
    service.wait_ready()
    service.emit("T-1")
    service.wait_decided("T-1")
    assert conffile.read_text() == original + "# ours\n"
    machine.run("systemctl", "disable", "--quiet", service.unit)


@pytest.mark.long
def test_a_purge_leaves_nothing(machine, services):
    """The last one: afterwards nothing is installed."""
    if not machine.packages:
        pytest.skip("of the packages only")
    service = services("main")
    machine.run("systemctl", "enable", "--quiet", service.unit)
    service.start()
    machine.run("dpkg", "--purge", "ombud", "ombud-conf")
    assert machine.run("pgrep", "-x", "ombudd", check=False).returncode == 1
    for path in ("/usr/bin/ombudd", "/usr/share/ombud", "/etc/ombud/ombud.yaml",
                 "/etc/systemd/system/ombud.target.wants", "/lib/systemd/system/ombud.target"):
        assert not os.path.lexists(machine.path(path)), path
    machine.run("systemctl", "daemon-reload")
    assert machine.run("systemctl", "start", service.unit, check=False).returncode != 0
