"""ombudd as a unit of a machine, with a configuration and topics of its own."""

import json
import urllib.error
import urllib.request

import yaml

from harness import Loader, free_port, merged
from kafka import ROOT, wait_until


class Service:
    """The unit ombudd@NAME; those with one `group` share the work."""

    def __init__(self, machine, cluster, name, group, **changes):
        self.machine, self.kafka = machine, cluster
        self.name, self.group = name, group
        self.unit = f"ombudd@{name}"
        self.file = f"/etc/ombud/{name}.yaml"
        self.port = free_port()
        base = yaml.load((ROOT / "tests/system/router.yaml").read_text(), Loader)
        self.config = merged(base, merged({
            "kafka": {"bootstrap.servers": cluster.bootstrap, "group.id": group,
                      "session.timeout.ms": 6000},
            "sources": [{"topic": f"{group}.events", "format": "ombud"}],
            "topics": {"prefix": group}, "http": f"127.0.0.1:{self.port}",
            "lexicons": ["lexicons/zh", "lexicons/en"]}, changes))
        self.write()

    def write(self, **changes):
        self.machine.write(self.file, yaml.safe_dump(merged(self.config, changes),
                                                     allow_unicode=True, sort_keys=False), 0o640)
        self.machine.run("chgrp", "ombud", self.file)

    def create_topics(self):
        self.machine.run("ombudctl", "topics", "create", "-c", self.file)

    def start(self):
        """systemctl start, which returns when the unit says that it is ready."""
        self.machine.run("systemctl", "start", self.unit)

    def stop(self):
        self.machine.run("systemctl", "stop", self.unit)

    def show(self, *properties):
        return self.machine.show(self.unit, *properties)

    def pid(self):
        return int(self.show("MainPID")["MainPID"])

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def wait_ready(self, timeout=60):
        wait_until(self.is_ready, timeout, f"{self.unit} to be ready", 0.1)

    def emit(self, *tickets, **fields):
        producer = self.kafka.producer()
        for ticket in tickets:
            event = {"type": "opened", "ticket": ticket, "id": f"{ticket}/opened", **fields}
            producer.send(f"{self.group}.events", key=ticket, value=json.dumps(event))
        producer.flush()
        assert not producer.failed

    def decisions(self):
        """{ticket: how many decisions}, and which configurations decided."""
        counts, configs = {}, set()
        for record in self.kafka.read(f"{self.group}.decisions"):
            value = json.loads(record.value)
            if value["kind"] == "decision":
                counts[value["ticket"]] = counts.get(value["ticket"], 0) + 1
                configs.add(value["config"])
        return counts, configs

    def wait_decided(self, *tickets, timeout=60):
        def decided():
            counts, _ = self.decisions()
            assert all(count == 1 for count in counts.values()), counts
            return set(tickets) <= set(counts)

        wait_until(decided, timeout, f"decisions about {tickets}", 0.1)
