"""How ombudd lives as a service: readiness, watchdog, shutdown, HTTP."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from harness import free_port, sanitizer_environment, tail
from kafka import wait_until


class Manager:
    """What systemd's end of the notify socket hears: (seconds, field, value)."""

    def __init__(self, folder):
        self.path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._socket.settimeout(0.05)
        self.heard = []

    def listen(self):
        try:
            while True:
                for line in self._socket.recv(65536).decode().splitlines():
                    field, _, value = line.partition("=")
                    self.heard.append((time.monotonic(), field, value))
        except TimeoutError:
            pass

    def has(self, field, value=None):
        self.listen()
        return any(f == field and value in (None, v) for _, f, v in self.heard)

    def count(self, field):
        self.listen()
        return sum(f == field for _, f, _ in self.heard)


@pytest.mark.threads
def test_service_manager_hears_ready_status_watchdog_and_stopping(router, tmp_path):
    manager = Manager(tmp_path)
    daemon = router.start(ready=False, NOTIFY_SOCKET=str(manager.path), WATCHDOG_USEC="2000000")
    wait_until(lambda: manager.has("READY", "1"), 60, "READY=1")
    assert manager.has("STATUS", "waiting for Kafka")
    # A broker that keeps it waiting is none of the unit's time-outs.
    assert manager.has("EXTEND_TIMEOUT_USEC")
    # READY: it takes part; /readyz: its partitions are restored.
    daemon.wait_ready()
    before = manager.count("WATCHDOG")
    time.sleep(3)
    # At least once each half of the time-out, or systemd would kill a healthy service.
    assert manager.count("WATCHDOG") - before >= 2
    extended = manager.count("EXTEND_TIMEOUT_USEC")
    assert daemon.stop() == 0, tail(daemon.log)
    assert manager.has("STOPPING", "1")
    assert manager.count("EXTEND_TIMEOUT_USEC") > extended


def test_a_frozen_process_feeds_no_watchdog(router, tmp_path):
    manager = Manager(tmp_path)
    daemon = router.start(NOTIFY_SOCKET=str(manager.path), WATCHDOG_USEC="2000000")
    wait_until(lambda: manager.count("WATCHDOG") > 0, 10, "WATCHDOG=1")
    daemon.freeze()
    before = manager.count("WATCHDOG")
    time.sleep(2.5)
    assert manager.count("WATCHDOG") == before
    daemon.thaw()
    wait_until(lambda: manager.count("WATCHDOG") > before, 10, "WATCHDOG=1 again")


def signals_of(daemon, field):
    """The signals of a line of /proc/PID/status: "SigIgn", "SigBlk"."""
    mask = re.search(rf"{field}:\s*(\w+)", Path(f"/proc/{daemon.pid}/status").read_text())[1]
    return {number for number in signal.valid_signals() if int(mask, 16) >> number - 1 & 1}


def test_signals_before_it_has_begun(kafka, make_router):
    router = make_router(kafka, create_topics=False)
    nowhere = {"kafka": {"bootstrap.servers": f"127.0.0.1:{free_port()}"}, "broker_wait": "60s"}
    daemon = router.start(ready=False, config=nowhere)
    wait_until(lambda: "waiting for Kafka" in daemon.log.read_text(), 20, "a start under way")
    # Whoever reads /metrics may hang up, and a reload may be asked for at any time.
    assert signal.SIGPIPE in signals_of(daemon, "SigIgn")
    daemon.signal(signal.SIGHUP)
    time.sleep(0.5)
    assert daemon.process.poll() is None
    started = time.monotonic()
    assert daemon.stop(10) == 0
    assert time.monotonic() - started < 5


def test_a_reload_asked_for_while_it_starts_comes_afterwards(router):
    daemon = router.start(ready=False)
    wait_until(lambda: signal.SIGHUP in signals_of(daemon, "SigBlk"), 10, "the first lines of main")
    daemon.signal(signal.SIGHUP)
    daemon.wait_ready()
    wait_until(lambda: "is in use" in daemon.log.read_text(), 20, "the reload")
    assert daemon.stop() == 0, tail(daemon.log)


def test_closed_standard_descriptors_end_nothing(kafka, router):
    """Without one of its own, standard error would be the number of the next socket: the log would
    be written to a broker."""
    port = free_port()
    path = router.write_config("closed", instance="closed", http=f"127.0.0.1:{port}")
    process = subprocess.Popen(["sh", "-c", 'exec "$0" -c "$1" <&- >&- 2>&-',
                                str(router.programs / "ombudd"), str(path)],
                               env=sanitizer_environment())
    try:
        def ready():
            assert process.poll() is None
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                    return answer.status == 200
            except OSError:
                return False

        wait_until(ready, 60, "ready")
        assert [os.readlink(f"/proc/{process.pid}/fd/{fd}") for fd in (0, 1, 2)] == ["/dev/null"] * 3
        process.terminate()
        assert process.wait(40) == 0
    finally:
        process.kill()
        process.wait()


def test_a_dead_letter_is_logged_with_its_place(kafka, router):
    daemon = router.start()
    producer = kafka.producer()
    producer.send(router.home, key="T-1", value=b'{"type":"opened","ticket":')
    producer.flush()
    place = re.compile(rf"<4>dead letter: {re.escape(router.home)} partition \d+ offset \d+: ")
    wait_until(lambda: place.search(daemon.log.read_text()), 30, "a line about the dead letter")


def test_health_readiness_and_metrics(router):
    daemon = router.start()
    assert daemon.http("/healthz")[0] == 200
    assert daemon.http("/readyz")[0] == 200
    assert daemon.http("/nothing")[0] == 404
    metrics = daemon.metrics()
    # What every process tells has the name that dashboards know.
    own = {name for name in metrics if not name.startswith("process_")}
    assert own and all(name.startswith("ombud_") for name in own), sorted(own)[:20]
    assert metrics["process_resident_memory_bytes"] > 1e6


def test_readiness_follows_the_broker(kafka, router):
    daemon = router.start()
    kafka.kill_node(1)
    try:
        wait_until(lambda: daemon.http("/readyz")[0] == 503, 60, "/readyz to fail")
        assert daemon.http("/healthz")[0] == 200
        assert daemon.process.poll() is None
    finally:
        kafka.start_node(1)
    try:
        wait_until(daemon.is_ready, 90, "/readyz to be well again")
    except TimeoutError as error:
        pytest.fail(f"{error}: {daemon.http('/readyz')}")


@pytest.mark.threads
def test_shutdown_is_bounded_without_a_broker(kafka, router):
    daemon = router.start(config={"shutdown_wait": "5s"})
    kafka.kill_node(1)
    try:
        start = time.monotonic()
        daemon.stop(30)
        assert time.monotonic() - start < 12
    finally:
        kafka.start_node(1)
