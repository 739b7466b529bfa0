"""Every snippet of the README that talks to Kafka runs, as it stands, against a real router."""

import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from kafka import ROOT, home_partition, wait_until

# One process makes the router that all of them use.
pytestmark = pytest.mark.xdist_group("readme")

SNIPPETS = {name: (language, text) for name, language, text in re.findall(
    r"<!-- tested: ([a-z-]+) -->\n```([a-z]+)\n(.*?)```\n", (ROOT / "README.md").read_text(), re.S)}
CLIENTS = ("kcat", "python", "java")
TICKETS = {"kcat": "K-1", "python": "P-1", "java": "J-1"}


class Snippet:
    """One running snippet, its names of broker and topics replaced by the test's."""

    def __init__(self, name, router, folder):
        language, text = SNIPPETS[name]
        text = text.replace("localhost:9092", router.kafka.bootstrap)
        text = re.sub(r"\bombud\.(?=[a-z])", router.prefix + ".", text)
        for group in ("quality-desk", "duty-leads"):
            text = text.replace(group, f"{router.prefix}-{group}")
        self.output = ""
        command = {"sh": ["bash", "-c", text], "python": [sys.executable, "-c", text]}.get(language)
        if language == "java":
            source = folder / f"{name}.java"
            source.write_text(text)
            command = [router.kafka.env["KAFKA_JAVA"],
                       "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                       "-cp", router.kafka.env["KAFKA_CLASSPATH"], str(source)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.output += line

    def wait(self):
        code = self.process.wait(60)
        self._reader.join(10)
        assert code == 0, self.output

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)


def test_the_readme_has_a_snippet_for_every_client_and_role():
    assert set(SNIPPETS) == {f"{client}-{role}" for client in CLIENTS
                             for role in ("emit", "consume", "subscribe")}


@pytest.fixture(scope="module")
def emitted(tmp_path_factory, kafka, build):
    """A running router that has met the event of each client's snippet."""
    from harness import Router
    folder = tmp_path_factory.mktemp("readme")
    router = Router(kafka, folder, f"readme-{os.getpid()}")
    router.create_topics()
    router.start()
    try:
        for client in CLIENTS:
            Snippet(f"{client}-emit", router, folder).wait()
        yield router
    finally:
        router.close()


def test_each_client_emits_to_the_ticket_s_home(emitted, kafka):
    records = {r.key.decode(): r for r in kafka.read(emitted.home)}
    assert set(records) == set(TICKETS.values())
    for ticket, record in records.items():
        assert record.partition == home_partition(ticket, kafka.partitions(emitted.home))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("role", ["consume", "subscribe"])
def test_each_client_reads(emitted, tmp_path, client, role):
    snippet = Snippet(f"{client}-{role}", emitted, tmp_path)
    # A department sees every ticket by name; one escalation speaks for several tickets.
    expected = list(TICKETS.values()) if role == "consume" else ["firing"]
    try:
        wait_until(lambda: all(word in snippet.output for word in expected)
                   or snippet.process.poll() is not None, 60, f"{expected} in the output")
    except TimeoutError as error:
        pytest.fail(f"{error}: {snippet.output}")
    finally:
        snippet.close()
    assert all(word in snippet.output for word in expected), snippet.output
