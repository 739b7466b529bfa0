"""The operators' commands on a cluster that asks who they are and what they may."""

from confluent_kafka.admin import AclOperation

from kafka import LoggingProducer
from rights import change_rights, denial

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
