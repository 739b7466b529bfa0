"""One router under test: its configuration, its topics, its processes."""

import copy
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml
from confluent_kafka import Consumer, KafkaException, TopicPartition

from kafka import ROOT, wait_until

BUILD = ROOT / os.environ.get("OMBUD_BUILD", "build/dev")


class Loader(yaml.SafeLoader):
    """YAML 1.2 as ombudd reads it: `on` is a word, only true and false are truths."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in rules
                if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def merged(base, changes):
    """A copy of `base` with `changes` laid over it, maps key by key; None removes a key."""
    result = copy.deepcopy(base)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        else:
            result[name] = copy.deepcopy(value)
    return result


class Router:
    """A configuration with a topic prefix and a group of its own, and the processes that use it."""

    programs = BUILD

    def __init__(self, cluster, folder, prefix, **changes):
        self.kafka = cluster
        self.folder = Path(folder)
        self.prefix = prefix
        self.daemons = []
        self.config = merged(self._base(), changes)
        self.home = self.config["sources"][0]["topic"]
        self.config_file = self.write_config()

    def _base(self):
        base = yaml.load((ROOT / "tests/system/router.yaml").read_text(), Loader)
        return merged(base, {
            "kafka": {"bootstrap.servers": self.kafka.bootstrap, "group.id": self.prefix},
            "sources": [{"topic": f"{self.prefix}.events", "format": "ombud"}],
            "topics": {"prefix": self.prefix},
            "lexicons": [str(ROOT / "conf/lexicons/zh"), str(ROOT / "conf/lexicons/en")],
        })

    def write_config(self, name="ombud", **changes):
        """Writes a variant of the configuration; the file's path."""
        path = self.folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(merged(self.config, changes), allow_unicode=True,
                                       sort_keys=False))
        return path

    def topic(self, name):
        """The full name of "events", "decisions", "dept.quality", "escalations.lead", ..."""
        return f"{self.prefix}.{name}"

    def departments(self):
        return [self.topic(f"dept.{slug}") for slug in self.config["departments"]]

    def levels(self):
        return [self.topic(f"escalations.{level}") for level in self.config["levels"]]

    def ctl(self, *arguments, check=True, timeout=120, stdin=None):
        """Runs ombudctl; the finished process with its output as text."""
        result = subprocess.run([str(self.programs / "ombudctl"), *map(str, arguments)], timeout=timeout,
                                input=stdin, stdin=None if stdin else subprocess.DEVNULL,
                                capture_output=True, text=True, env=sanitizer_environment())
        if check and result.returncode != 0:
            raise AssertionError(f"ombudctl {' '.join(map(str, arguments))} ended with "
                                 f"{result.returncode}: {result.stdout}{result.stderr}")
        return result

    def daemon_once(self, *arguments, timeout=60):
        """Runs ombudd, which must end by itself; the finished process with its output as text."""
        return subprocess.run([str(self.programs / "ombudd"), "-c", str(self.config_file), *arguments],
                              timeout=timeout, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=sanitizer_environment())

    def create_topics(self):
        self.ctl("topics", "create", "-c", self.config_file)

    def start(self, instance="one", failpoint=None, ready=True, config=None, arguments=(),
              **environment):
        """Starts one ombudd; `ready`: waits until it says so on /readyz."""
        daemon = Daemon(self, instance, failpoint, config or {}, arguments, environment)
        self.daemons.append(daemon)
        if ready:
            daemon.wait_ready()
        return daemon

    def read(self, name, **options):
        """The records of one topic as JSON values with their place: a list of (record, value)."""
        return [(record, json.loads(record.value) if record.value else None)
                for record in self.kafka.read(self.topic(name), **options)]

    def committed(self, topic=None):
        """The group's committed offset of each partition of home or the given topic: below zero for
        none, and where it is not known just now."""
        topic = topic or self.home
        places = [TopicPartition(topic, p) for p in range(self.kafka.partitions(topic))]
        # Not the admin client's call: of librdkafka 2.16 that one ends this process where the
        # coordinator of the group is not loaded yet.
        group = Consumer({"bootstrap.servers": self.kafka.bootstrap, "enable.auto.commit": False,
                          "group.id": self.config["kafka"]["group.id"],
                          "isolation.level": "read_uncommitted"})
        try:
            found = group.committed(places, timeout=20)
        except KafkaException:  # whoever waits asks again
            return [-1] * len(places)
        finally:
            group.close()
        by_partition = {place.partition: -1 if place.error else place.offset for place in found}
        return [by_partition.get(place.partition, -1) for place in places]

    def lags(self, topics=None):
        """(topic, partition, committed, end) of what is not consumed and committed of the topics, by
        default home and the intake topics."""
        topics = topics or [source["topic"] for source in self.config["sources"]]
        # The committed offsets first: what forwards brought home by then, the logs show.
        committed = {topic: self.committed(topic) for topic in topics}
        # A transaction marker takes an offset that no consumer ever commits: what counts is
        # the next offset after the last record.
        last = {}
        for record in self.kafka.read(*topics):
            last[record.topic, record.partition] = record.offset + 1
        return [(topic, p, committed[topic][p], end) for (topic, p), end in last.items()
                if committed[topic][p] < end]

    def wait_drained(self, timeout=60, topics=None):
        """Waits until everything in home and the intake topics is consumed and committed."""
        deadline = time.monotonic() + timeout
        while behind := self.lags(topics):
            for daemon in self.daemons:
                daemon.check_alive_or_expected()
            if time.monotonic() > deadline:
                raise TimeoutError(f"not consumed after {timeout} s: {behind}")
            time.sleep(0.2)

    def close(self):
        for daemon in self.daemons:
            daemon.kill()

    def logs(self):
        return "\n".join(f"--- {d.log} (exit code {d.process.poll()})\n{tail(d.log)}"
                         for d in self.daemons)


class Daemon:
    """One ombudd process."""

    def __init__(self, router, instance, failpoint, config, arguments, environment):
        self.router = router
        self.instance = instance
        self.may_die = bool(failpoint)
        number = len(router.daemons)
        # Not in the test's folder: a socket's path has room for 107 bytes.
        self.folder = tempfile.TemporaryDirectory(prefix="ombud-")
        self.control = f"{self.folder.name}/control"
        path = router.write_config(f"{instance}-{number}", **merged(
            {"instance": instance, "http": "127.0.0.1:0", "control": self.control}, config))
        self.config_file = path
        self.log = router.folder / f"{instance}-{number}.log"
        marks = router.folder / "failpoints"
        marks.mkdir(exist_ok=True)
        settings = sanitizer_environment()
        settings.update(environment, OMBUD_FAILPOINT_DIR=str(marks))
        settings.pop("OMBUD_FAILPOINT", None)
        if failpoint:
            settings["OMBUD_FAILPOINT"] = failpoint
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(router.programs / "ombudd"), "-c", str(path),
                                             *arguments],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=settings)

    @property
    def pid(self):
        return self.process.pid

    def http(self, path, timeout=5):
        """(status, text) of a GET; (0, reason) while nobody listens."""
        listening = re.search(r"http: listening on (\S+)", self.log.read_text())
        if not listening:
            return 0, "not listening yet"
        try:
            with urllib.request.urlopen(f"http://{listening[1]}{path}",
                                        timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def is_ready(self):
        return self.http("/readyz")[0] == 200

    def wait_ready(self, timeout=60):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"ombudd ended with {self.process.returncode} before it was "
                                     f"ready:\n{tail(self.log)}")
            return self.is_ready()

        wait_until(ready, timeout, f"{self.instance} to be ready", 0.1)

    def metrics(self):
        """All samples of /metrics: {"name{labels}": value}."""
        status, text = self.http("/metrics")
        assert status == 200, text
        samples = (line.rsplit(" ", 1) for line in text.splitlines()
                   if line and not line.startswith("#"))
        return {name: float(value) for name, value in samples}

    def signal(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def is_stopped(self):
        """Whether a SIGSTOP holds it."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state == "T"

    def kill(self):
        """kill -9, and waits for the end."""
        self.may_die = True
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)

    def wait(self, timeout=60):
        """Waits for the process to end by itself; its exit code (-9 for SIGKILL)."""
        return self.process.wait(timeout)

    def stop(self, timeout=40):
        """SIGTERM; the exit code. Sanitizer reports make it differ from 0."""
        self.may_die = True
        self.signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        assert "Sanitizer" not in self.log.read_text(errors="replace"), tail(self.log)
        return code

    def check_alive_or_expected(self):
        code = self.process.poll()
        if code is not None and not self.may_die:
            raise AssertionError(f"ombudd ({self.instance}) ended with {code}:\n{tail(self.log)}")


def sanitizer_environment():
    """The environment for programs under test: a sanitizer's report is a failure of its own kind."""
    settings = dict(os.environ)
    settings.setdefault("ASAN_OPTIONS", "exitcode=99:detect_stack_use_after_return=0")
    settings.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:exitcode=99")
    settings.setdefault("TSAN_OPTIONS", "exitcode=99:suppressions="
                        f"{ROOT}/tests/system/tsan.supp")
    return settings


def tail(path, lines=40):
    try:
        return "\n".join(Path(path).read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return str(error)
