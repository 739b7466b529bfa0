"""Fixtures: a Kafka for the session, a router for the test, and what a failure needs to be read."""

import itertools
import os
import re

import pytest

from harness import BUILD, Router, free_port
from kafka import Kafka
from proxy import Proxy
from rights import change_rights, everything, sasl_user

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items):
    # Tests that share the three-node, the guarded or the proxied cluster run in one process, so
    # that with several processes there is only one of each.
    for item in items:
        for fixture in ("kafka3", "kafka_acl", "kafka_proxied"):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(fixture))


@pytest.fixture(scope="session")
def build():
    """Folder of the programs under test."""
    for program in ("ombudd", "ombudctl"):
        assert (BUILD / program).exists(), f"{BUILD / program} is not built"
    return BUILD


@pytest.fixture(scope="session")
def kafka():
    """One node, shared by the tests of a process. A test that stops it starts it again."""
    cluster = Kafka(1)
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def kafka3():
    """Three nodes, replication three."""
    cluster = Kafka(3, name="kafka3")
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def kafka_acl():
    """One node that checks rights; user ombud (sasl_bootstrap) has none until granted."""
    cluster = Kafka(1, acl=True, name="kafka-acl")
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def kafka_proxied():
    """One node behind a Proxy that can lose the ends of transactions: (cluster, its proxy, its
    address as clients see it)."""
    port = free_port()
    cluster = Kafka(1, name="kafka-proxied", proxy=port)
    proxy = Proxy(port, cluster.proxied)
    yield cluster, proxy, f"127.0.0.1:{port}"
    proxy.close()
    cluster.close()


@pytest.fixture
def make_router(build, request, tmp_path):
    """make_router(cluster, **changes): a router with topics and a group that no other test uses."""
    routers = []

    def make(cluster, create_topics=True, **changes):
        name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:40]
        prefix = f"{name}-{os.getpid()}-{next(_numbers)}"
        folder = tmp_path / str(len(routers))
        folder.mkdir()
        router = Router(cluster, folder, prefix, **changes)
        routers.append(router)
        if create_topics:
            router.create_topics()
        return router

    yield make
    for router in routers:
        router.close()
    if getattr(request.node, "failed", False):
        for router in routers:
            print(router.logs())


@pytest.fixture
def router(kafka, make_router):
    """A router on the shared node, its topics made, not started."""
    return make_router(kafka)


@pytest.fixture
def secured(kafka_acl, make_router):
    """A router on the guarded node whose user may do everything with what bears its prefix."""
    router = make_router(kafka_acl)
    router.config["kafka"].update(sasl_user(kafka_acl, router))
    router.config_file = router.write_config()
    change_rights(kafka_acl, everything(router))
    return router


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        item.failed = True


class Results:
    """Collects what the tests print for the reader: lines that begin with ALL-RECORDS-. The storm's
    stands alone, as the last one."""

    def __init__(self):
        self.lines, self.storms = [], []

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            name = report.nodeid.rsplit("::", 1)[-1]
            for line in report.capstdout.splitlines():
                if line.startswith("ALL-RECORDS-"):
                    storm = " seed=" in line
                    (self.storms if storm else self.lines).append(line if storm else
                                                                  f"{name}: {line}")

    def pytest_terminal_summary(self, terminalreporter):
        if self.lines or self.storms:
            terminalreporter.section("delivery")
            for line in self.lines + self.storms:
                terminalreporter.line(line)


def pytest_configure(config):
    # With several processes only the controlling one reports.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(), "ombud-results")
