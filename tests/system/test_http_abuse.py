"""Clients that mean no good while complaints come in: they are refused, and routing does not notice."""

import json
import re
import socket
import threading
import time
import urllib.request

import pytest

from harness import tail
from kafka import LoggingProducer


def address(daemon):
    host, port = re.search(r"http: listening on (\S+):(\d+)", daemon.log.read_text()).groups()
    return host, int(port)


def connect(daemon):
    client = socket.create_connection(address(daemon), timeout=20)
    return client


def ask(daemon, request):
    """The status of the answer, 0 where it hung up without one."""
    with connect(daemon) as client:
        try:
            client.sendall(request)
            answer = b""
            while more := client.recv(65536):
                answer += more
        except OSError:
            pass
        found = re.match(rb"HTTP/1\.\d (\d+)", answer)
        return int(found[1]) if found else 0


def head(*lines):
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


HUGE = head("GET /healthz HTTP/1.1", "Host: localhost", f"X-Filler: {'x' * 20000}")
TWICE = head("GET /healthz HTTP/1.1", "Host: localhost", "Content-Length: 0", "Content-Length: 5")
NAMED = head("GET /metrics HTTP/1.1", "Host: evil.example")
NAMELESS = head("GET /metrics HTTP/1.0")
BODY = head("GET /healthz HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked") + b"0\r\n\r\n"
BINARY = b"\x16\x03\x01\x02\x00\x01\x00" * 50


def test_abuse_under_load_is_refused_and_routing_goes_on(router):
    daemon = router.start()
    events = 6000
    over = threading.Event()
    slowest = [0.0]
    probes = [0]

    def produce():
        producer = LoggingProducer(router.kafka.bootstrap)
        for number in range(events):
            producer.send(router.home, key=f"T-{number}", value=json.dumps(
                {"type": "opened", "ticket": f"T-{number}", "body": "Where is my parcel?"}))
        assert producer.flush()

    def probe():
        while not over.is_set():
            started = time.monotonic()
            host, port = address(daemon)
            with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=20) as answer:
                assert answer.read() == b"alive\n"
            slowest[0] = max(slowest[0], time.monotonic() - started)
            probes[0] += 1
            time.sleep(0.05)

    threads = [threading.Thread(target=produce), threading.Thread(target=probe)]
    for thread in threads:
        thread.start()
    idle = [connect(daemon) for _ in range(1000)]
    slow = [connect(daemon) for _ in range(20)]
    for _ in range(10):
        for client in slow:
            try:
                client.sendall(b"G")
            except OSError:
                pass  # made room for others
        assert ask(daemon, TWICE) == 400
        assert ask(daemon, NAMED) == 400 and ask(daemon, NAMELESS) == 400
        assert ask(daemon, BODY) == 400
        assert ask(daemon, HUGE) in (0, 400, 413)
        assert ask(daemon, BINARY) in (0, 400)
    threads[0].join()
    router.wait_drained(120)
    over.set()
    threads[1].join()
    print(f"slowest probe: {slowest[0]:.2f} s")
    assert slowest[0] < 5 and probes[0] > 10
    for client in idle + slow:
        client.close()
    decided = [value for _, value in router.read("decisions") if value["kind"] == "decision"]
    assert len(decided) == events
    assert daemon.metrics()["process_open_fds"] < 300
    assert daemon.stop() == 0, tail(daemon.log)


def abuse(daemon, over):
    """Slow, idle, huge and wrong, until told to stop; how many requests that were."""
    idle = [connect(daemon) for _ in range(200)]
    asked = 0
    while not over.is_set():
        for request in (TWICE, NAMED, NAMELESS, BODY, HUGE, BINARY):
            ask(daemon, request)
            asked += 1
    for client in idle:
        client.close()
    return asked


@pytest.mark.long
def test_abuse_costs_routing_little(router):
    """By the router's own CPU time, which other work on the machine does not change: in turns with and
    without."""
    daemon = router.start()
    producer = LoggingProducer(router.kafka.bootstrap)
    used = {False: [], True: []}
    asked = [0]

    def cost(number, abused):
        over = threading.Event()
        thread = threading.Thread(target=lambda: asked.append(abuse(daemon, over)))
        before = daemon.metrics()["process_cpu_seconds_total"]
        if abused:
            thread.start()
        for event in range(2000):
            producer.send(router.home, key=f"T-{event}", value=json.dumps(
                {"type": "message", "ticket": f"T-{event}", "id": f"{number}-{event}",
                 "body": "Where is my parcel?"}))
        assert producer.flush()
        router.wait_drained(120)
        over.set()
        if abused:
            thread.join()
        used[abused].append(daemon.metrics()["process_cpu_seconds_total"] - before)

    cost(0, False)  # the first run makes the tickets
    used[False].clear()
    for number in range(1, 7):
        cost(number, number % 2 == 0)
    calm, abused = min(used[False]), min(used[True])
    print(f"{sum(asked)} requests: {abused:.2f} s of CPU instead of {calm:.2f} s")
    assert sum(asked) > 10 and abused < 1.25 * calm + 0.2
    assert daemon.stop() == 0, tail(daemon.log)


def test_a_remote_prometheus_asks_by_name(kafka, make_router):
    router = make_router(kafka, http_hosts=["router-1.example.com"])
    daemon = router.start()
    for host, status in (("router-1.example.com:9404", 200), ("ROUTER-1.example.com", 200),
                         ("127.0.0.1", 200), ("router-2.example.com", 400)):
        assert ask(daemon, head("GET /metrics HTTP/1.1", f"Host: {host}")) == status, host
    with connect(daemon) as client:
        client.sendall(head("HEAD /metrics HTTP/1.1", "Host: localhost"))
        answer = b""
        while more := client.recv(65536):
            answer += more
    length = int(re.search(rb"Content-Length: (\d+)", answer)[1])
    assert answer.endswith(b"\r\n\r\n") and length > 1000
    assert daemon.stop() == 0, tail(daemon.log)
