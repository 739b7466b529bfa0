"""A night in some minutes: the clock, the broker's disk, names, a slow network, certificates. After each
nothing is lost or doubled, and the log has a sentence for it."""

import json
import os
import re
import ssl
import struct
import subprocess
import time
from itertools import islice
from pathlib import Path

import pytest

from checker import Checker
from faults import SESSION
from harness import free_port, sanitizer_environment, tail
from kafka import Kafka, LoggingProducer, wait_until
from proxy import Proxy
from rights import change_rights, everything, sasl_user
from traffic import Traffic

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


class World:
    """The machine's clock and names, as a router sees them that was started with `settings`."""

    def __init__(self, folder):
        self._file = folder / "world"
        library = folder / "world.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library),
                        str(Path(__file__).with_name("world.c")), "-ldl"], check=True)
        self._seconds, self._nameless = 0, 0
        self._write()
        sanitizer = sanitizer_environment()["ASAN_OPTIONS"]
        self.settings = {"LD_PRELOAD": str(library), "OMBUD_TEST_WORLD": str(self._file),
                         "ASAN_OPTIONS": f"{sanitizer}:verify_asan_link_order=0"}

    def _write(self):
        with open(self._file, "r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("qq", self._seconds, self._nameless))

    def set_clock(self, seconds):
        """So far ahead of the right time."""
        self._seconds = seconds
        self._write()

    def set_nameless(self, nameless):
        self._nameless = int(nameless)
        self._write()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def wait_said(daemon, sentence, timeout=60):
    wait_until(lambda: re.search(sentence, daemon.log.read_text()), timeout, f"/{sentence}/ in {daemon.log}")


def openings(prefix, count):
    return [(f"{prefix}-{number}", json.dumps({"type": "opened", "ticket": f"{prefix}-{number}",
                                               "id": f"{prefix}-{number}", "body": "Where is my parcel?"}))
            for number in range(count)]


def test_the_clock_is_set_forward_and_back_an_hour(kafka, make_router, world):
    """What fell due in the wrong hour is told, as the clock says; nothing that comes after it is right again
    is overdue."""
    router = make_router(kafka, slas=[{"name": "default", "calendar": "always", "warn": [],
                                       "response": {band: "30m" for band in ("P1", "P2", "P3", "P4")}}])
    checker = Checker(router)
    daemon = router.start(**world.settings)
    checker.send(openings("before", 30))
    checker.drain()
    world.set_clock(3600)
    wait_said(daemon, "clock was set 1h forward: what falls due")
    checker.send(openings("while", 30))
    checker.drain()

    def breached():
        return {value["ticket"] for _, value in router.read("decisions")
                if value["kind"] == "timer" and value["timer"] == "response breach"}

    wait_until(lambda: len([ticket for ticket in breached() if ticket.startswith("before")]) == 30, 60,
               "what fell due in that hour")
    world.set_clock(0)
    wait_said(daemon, "clock was set 1h back: deadlines wait")
    checker.send(openings("after", 30))
    checker.drain()
    time.sleep(3)
    assert not [ticket for ticket in breached() if ticket.startswith("after")]
    checker.check_fates()
    assert daemon.stop() == 0, tail(daemon.log)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_the_brokers_disk_is_full_and_freed(make_router):
    """Kafka ends itself then; the router waits."""
    kafka = Kafka(1, name="small", disk="300m")
    try:
        router = make_router(kafka, clock="stream")
        checker = Checker(router)
        records = Traffic(seed=71).records(150)
        daemon = router.start()
        checker.send(islice(records, 200))
        checker.drain()
        filler = kafka.folder / "filler"
        subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=1M"], capture_output=True)
        other = LoggingProducer(kafka.bootstrap, message_timeout_ms=5000)

        def gone():
            other.send(router.topic("silences"), key="nobody", value=b"")
            other.flush(1)
            try:
                return kafka.is_gone(1)
            except RuntimeError:
                return True

        wait_until(gone, 90, "the broker to give up", 0.5)
        wait_said(daemon, "no Kafka broker answers; trying on, and nothing is lost meanwhile")
        filler.unlink()
        kafka.start_node(1)
        wait_said(daemon, "Kafka answers again, after")
        wait_until(daemon.is_ready, 90, "/readyz to be well again")
        checker.send(records)
        checker.check()
        assert daemon.stop() == 0, tail(daemon.log)
    finally:
        kafka.close()


@pytest.fixture
def named(tmp_path):
    """A node that its clients know as kafka.test, behind a proxy."""
    port = free_port()
    cluster = Kafka(1, name="named", proxy=f"kafka.test:{port}")
    proxy = Proxy(port, cluster.proxied)
    yield cluster, proxy, f"kafka.test:{port}"
    proxy.close()
    cluster.close()


def test_a_name_stops_resolving_and_a_broker_answers_slowly(named, make_router, world):
    kafka, proxy, address = named
    router = make_router(kafka, clock="stream", kafka=SESSION)
    checker = Checker(router)
    records = Traffic(seed=72).records(250)
    daemon = router.start(config={"kafka": {"bootstrap.servers": address}}, **world.settings)
    checker.send(islice(records, 200))
    checker.drain()
    world.set_nameless(True)
    proxy.cut()
    proxy.mend()
    checker.send(islice(records, 100))
    wait_said(daemon, r"broker kafka\.test:\d+/\w+ is away: Failed to resolve")
    world.set_nameless(False)
    wait_said(daemon, r"broker kafka\.test:\d+/\w+ is back")
    wait_until(daemon.is_ready, 90, "/readyz to be well again")
    checker.send(islice(records, 100))
    checker.drain()

    proxy.delay = 0.9
    checker.send(islice(records, 100))
    wait_said(daemon, r"a commit took [\d.]+ s: Kafka answers slowly")
    proxy.delay = 0
    checker.send(records)
    checker.check()
    assert daemon.stop() == 0, tail(daemon.log)


def certificate(kafka):
    host, _, port = kafka.tls_bootstrap.rpartition(":")
    return ssl.get_server_certificate((host, int(port)))


def test_certificates_are_renewed(kafka_acl, make_router):
    """By the same authority: a broker that comes back with another one is trusted without more ado."""
    router = make_router(kafka_acl, clock="stream")
    secret = router.folder / "secret"
    secret.write_text("ombud-secret\n")
    router.config["kafka"].update(sasl_user(kafka_acl, router))
    router.config["kafka"].update({"bootstrap.servers": kafka_acl.tls_bootstrap, "security.protocol": "SASL_SSL",
                                   "ssl.ca.location": kafka_acl.authority})
    router.config_file = router.write_config()
    change_rights(kafka_acl, everything(router))
    checker = Checker(router)
    records = Traffic(seed=73).records(150)
    daemon = router.start()
    checker.send(islice(records, 200))
    checker.drain()
    before = certificate(kafka_acl)
    kafka_acl.script("renew-certificate")
    kafka_acl.kill_node(1)
    kafka_acl.start_node(1)
    wait_until(lambda: certificate(kafka_acl) != before, 60, "another certificate")
    wait_said(daemon, "Kafka answers again, after|broker .* is back")
    wait_until(daemon.is_ready, 90, "/readyz to be well again")
    checker.send(records)
    checker.check()
    assert daemon.stop() == 0, tail(daemon.log)
