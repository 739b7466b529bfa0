"""The operators' commands on a cluster that asks who they are and what they may."""

import json
import os
import re
import shlex
import signal
import time
from pathlib import Path

import confluent_kafka
import pytest
from confluent_kafka.admin import (AclOperation, AclPermissionType, ResourcePatternType,
                                   ResourceType)

from harness import tail
from kafka import LoggingProducer, wait_until
from rights import change_rights, denial, everything, sasl_user

PERMISSION, CONFIGURATION = 77, 78


def test_topics_ack_and_watch_sign_in_with_the_secret(secured, kafka_acl):
    assert secured.ctl("topics", "check", "-c", secured.config_file).returncode == 0
    acked = secured.ctl("ack", "-c", secured.config_file, "T-1", "--by", "Lee")
    assert acked.stdout == "written for 1 ticket\n"
    assert [value["by"] for _, value in secured.read("events")] == ["Lee"]
    producer = LoggingProducer(kafka_acl.bootstrap)
    producer.send(secured.topic("deadletter"), key="T-7", value="{}",
                  headers=[("ombud-error", b"no such ticket")])
    assert producer.flush()
    seen = secured.ctl("watch", "-c", secured.config_file, "--from-start", "--seconds", "5")
    assert "no such ticket" in seen.stdout, seen.stderr


def test_a_secret_that_cannot_be_read_is_a_sentence(secured):
    (secured.folder / "secret").unlink()
    for command in (["topics", "check"], ["ack", "T-1", "--by", "Lee"], ["watch", "--seconds", "1"]):
        result = secured.ctl(*command, "-c", secured.config_file, check=False)
        assert result.returncode == CONFIGURATION, result.stderr
        assert str(secured.folder / "secret") in result.stderr
    # Whoever asks no broker needs no secret.
    assert secured.ctl("check", secured.config_file).returncode == 0


def test_ack_that_the_broker_refuses_fails_and_says_why(secured, kafka_acl):
    change_rights(kafka_acl, [denial(secured.home, AclOperation.WRITE)])
    for wait in ([], ["--wait"]):
        result = secured.ctl("ack", "-c", secured.config_file, "T-1", "--by", "Lee", *wait,
                             check=False)
        assert result.returncode == PERMISSION, result.stdout + result.stderr
        assert "T-1" in result.stderr and "authorization" in result.stderr.lower()
        assert "written" not in result.stdout


# ---- rights

OPERATIONS = {"Read": AclOperation.READ, "Write": AclOperation.WRITE,
              "Describe": AclOperation.DESCRIBE, "Create": AclOperation.CREATE}
RESOURCES = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP,
             "transactional-id": ResourceType.TRANSACTIONAL_ID}


def printed_rights(router, part):
    """The rules that `topics acl` prints under one heading, as change_rights takes them."""
    text = router.ctl("topics", "acl", "--print", "-c", router.config_file).stdout
    rules = []
    for line in re.search(rf"^# {re.escape(part)}\n((?:kafka-acls .*\n)+)", text, re.M)[1].splitlines():
        words = shlex.split(line)
        assert "User:ombud" in words
        kind = next(word[2:] for word in words if word[2:] in RESOURCES)
        name = words[words.index(f"--{kind}") + 1]
        pattern = ResourcePatternType.PREFIXED if "prefixed" in words else \
            ResourcePatternType.LITERAL
        rules += [(RESOURCES[kind], name, pattern, OPERATIONS[words[at + 1]],
                   AclPermissionType.ALLOW)
                  for at, word in enumerate(words) if word == "--operation"]
    return rules


@pytest.fixture
def guarded(kafka_acl, make_router):
    """A router whose topics exist and whose user may do nothing."""
    router = make_router(kafka_acl)
    router.config["kafka"].update(sasl_user(kafka_acl, router))
    router.config_file = router.write_config()
    return router


def test_the_printed_rights_are_enough_and_none_is_too_many(guarded, kafka_acl):
    rules = printed_rights(guarded, "ombudd")
    change_rights(kafka_acl, rules)
    daemon = guarded.start()
    producer = LoggingProducer(kafka_acl.bootstrap)
    producer.send(guarded.home, key="T-1", value=json.dumps(
        {"type": "opened", "ticket": "T-1", "body": "The heater caught fire last night"}))
    producer.send(guarded.home, key="T-2", value="{")
    assert producer.flush()
    wait_until(lambda: [value["tickets"] for _, value in guarded.read("escalations.lead")
                        if value["kind"] == "escalation"], 60, "an escalation")
    assert daemon.stop() == 0
    written = [rule for rule in rules if rule[0] == ResourceType.TOPIC and
               rule[3] == AclOperation.WRITE and "dept.quality" in rule[1]]
    read = [rule for rule in rules if rule[0] == ResourceType.TOPIC and
            rule[3] == AclOperation.READ and rule[1] == guarded.topic("state")]
    named = [rule for rule in rules if rule[0] == ResourceType.TRANSACTIONAL_ID and
             rule[3] == AclOperation.WRITE]
    group = [rule for rule in rules if rule[0] == ResourceType.GROUP and
             rule[3] == AclOperation.READ and not rule[1].endswith("-reader")]
    for taken, right, kind in ((written, "Write", "topic"), (read, "Read", "topic"),
                               (named, "Write", "transactional id"), (group, "Read", "group")):
        assert len(taken) == 1
        change_rights(kafka_acl, taken, remove=True)
        daemon = guarded.start(ready=False)
        assert daemon.wait(90) == PERMISSION, tail(daemon.log)
        name = taken[0][1]
        assert re.search(rf"lacks the right {right} on the {kind} '{re.escape(name)}", 
                         daemon.log.read_text()), tail(daemon.log)
        change_rights(kafka_acl, taken)


def test_operators_do_their_work_with_the_printed_rights(guarded, kafka_acl):
    change_rights(kafka_acl, printed_rights(guarded, "ombudctl watch, ticket, ack, settle, silence, deadletter"))
    producer = LoggingProducer(kafka_acl.bootstrap)
    producer.send(guarded.topic("deadletter"), key="T-7", value="{}", headers=[
        ("ombud-error", b"no such ticket"), ("ombud-topic", guarded.home.encode())])
    assert producer.flush()
    at = ["-c", guarded.config_file]
    assert guarded.ctl("ack", "T-1", "--by", "Lee", *at).stdout == "written for 1 ticket\n"
    assert "no such ticket" in guarded.ctl("watch", "--from-start", "--seconds", "3", *at).stdout
    assert guarded.ctl("silence", "add", "trigger == warning", "--by", "Lee", "--comment", "known",
                       "--for", "1h", *at).returncode == 0
    assert "no such ticket" in guarded.ctl("deadletter", "list", *at).stdout
    assert "1 dead letter requeued" in guarded.ctl("deadletter", "requeue", *at).stdout


# ---- TLS, SASL and secrets

SECRETS = {"PLAIN": "ombud-secret", "SCRAM-SHA-512": "scram-secret"}


def encrypted(router, kafka, mechanism, secret=None):
    """Settings by which it signs in through TLS; the secret is in a credential's file."""
    folder = router.folder / "credentials"
    folder.mkdir(exist_ok=True)
    (folder / "kafka-password").write_text((secret or SECRETS[mechanism]) + "\n")
    router.config["kafka"].update({
        "bootstrap.servers": kafka.tls_bootstrap, "security.protocol": "SASL_SSL",
        "sasl.mechanism": mechanism, "sasl.username": "ombud", "ssl.ca.location": kafka.authority,
        "sasl.password": {"file": "${CREDENTIALS_DIRECTORY}/kafka-password"}})
    router.config_file = router.write_config()
    return {"CREDENTIALS_DIRECTORY": str(folder)}


def take_newer_library(monkeypatch, folder):
    """Lets programs run with the librdkafka of the Python client: Debian 12's cannot do SCRAM with
    Kafka 4."""
    wheel = Path(confluent_kafka.__file__).parent.with_name("confluent_kafka.libs")
    (folder / "lib").mkdir()
    (folder / "lib/librdkafka.so.1").symlink_to(next(wheel.glob("librdkafka-*.so.1")))
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{folder / 'lib'}:{wheel}")


@pytest.mark.parametrize("mechanism", sorted(SECRETS))
def test_daemon_and_every_command_sign_in_through_tls(mechanism, guarded, kafka_acl, monkeypatch):
    change_rights(kafka_acl, everything(guarded))
    if mechanism.startswith("SCRAM"):
        take_newer_library(monkeypatch, guarded.folder)
    for name, value in encrypted(guarded, kafka_acl, mechanism).items():
        monkeypatch.setenv(name, value)
    at = ["-c", guarded.config_file]
    daemon = guarded.start()
    assert guarded.ctl("topics", "check", *at).returncode == 0
    assert guarded.ctl("ack", "T-1", "--by", "Lee", *at).stdout == "written for 1 ticket\n"
    assert guarded.ctl("settle", "T-1", "quality", "--by", "Lee", *at).returncode == 0
    assert guarded.ctl("deadletter", "list", *at).returncode == 0
    assert guarded.ctl("deadletter", "requeue", *at).returncode == 0
    assert guarded.ctl("ticket", "T-1", *at, check=False).returncode in (0, 65)
    assert guarded.ctl("watch", "--from-start", "--seconds", "2", *at).returncode == 0
    assert daemon.stop() == 0, tail(daemon.log)


def test_scram_that_the_library_cannot_do_is_a_sentence(guarded, kafka_acl, monkeypatch):
    for name, value in encrypted(guarded, kafka_acl, "SCRAM-SHA-512").items():
        monkeypatch.setenv(name, value)
    refused = guarded.start(ready=False)
    first = wait_until(lambda: re.search(r"librdkafka ([\d.]+)", refused.log.read_text()), 30, "a line")
    if tuple(map(int, first[1].strip(".").split("."))) >= (2, 6, 1):
        refused.kill()
        pytest.skip(f"librdkafka {first[1]} can")
    assert refused.wait(90) == PERMISSION, tail(refused.log)
    assert "before 2.6.1, as here, cannot sign in to Kafka 4" in refused.log.read_text()


def test_a_wrong_password_is_a_sentence_and_no_secret_is_anywhere(guarded, kafka_acl, monkeypatch):
    """Not in the log, on the pages, in the status, in what is published; and no core can be taken."""
    change_rights(kafka_acl, everything(guarded))
    secret = "wr0ng-and-unmistakable-7431"
    for name, value in encrypted(guarded, kafka_acl, "PLAIN", secret).items():
        monkeypatch.setenv(name, value)
    refused = guarded.start(ready=False, config={"broker_wait": "5s"}, arguments=["--verbose"])
    assert refused.wait(90) == PERMISSION, tail(refused.log)
    log = refused.log.read_text()
    assert re.search(f"{kafka_acl.tls_bootstrap} does not let this user in: .*[Aa]uthentication "
                     "failed", log), log
    for command in (["topics", "check"], ["ack", "T-1", "--by", "Lee"], ["deadletter", "list"],
                    ["deadletter", "requeue"], ["ticket", "T-1"]):
        begin = time.monotonic()
        result = guarded.ctl(*command, "-c", guarded.config_file, check=False, timeout=180)
        assert result.returncode in (69, PERMISSION), result.stderr
        assert f"{kafka_acl.tls_bootstrap} does not let this user in: " in result.stderr
        assert time.monotonic() - begin < 15, command  # and not as long as for a broker that is away
        log += result.stdout + result.stderr
    assert secret not in log

    encrypted(guarded, kafka_acl, "PLAIN")
    daemon = guarded.start(arguments=["--verbose"])
    said = daemon.http("/metrics")[1] + daemon.http("/readyz")[1] + daemon.log.read_text() + \
        guarded.ctl("status", "-c", daemon.config_file, "--json").stdout + \
        guarded.ctl("status", "-c", daemon.config_file).stdout
    said += "".join(str(value) for _, value in guarded.read("config"))
    assert SECRETS["PLAIN"] not in said
    limits = Path(f"/proc/{daemon.pid}/limits").read_text()
    assert re.search(r"^Max core file size +0 +0 ", limits, re.M), limits
    assert daemon.stop() == 0, tail(daemon.log)
    daemon = guarded.start()
    daemon.may_die = True
    os.kill(daemon.pid, signal.SIGABRT)
    _, status = os.waitpid(daemon.pid, 0)
    assert os.WIFSIGNALED(status) and not os.WCOREDUMP(status)
