"""What a start refuses: a sentence that names it, and an exit code systemd can act on."""

import re

import pytest
from confluent_kafka.admin import AclOperation

from harness import free_port, tail
from rights import change_rights, denial, everything, sasl_user

UNAVAILABLE, PERMISSION, CONFIGURATION = 69, 77, 78


def refused(router, timeout=60, **options):
    """Starts ombudd, which must end by itself: (exit code, log)."""
    daemon = router.start(ready=False, **options)
    code = daemon.wait(timeout)
    log = daemon.log.read_text()
    assert "Sanitizer" not in log, log
    return code, log


def test_bad_configuration_names_place_and_ends_with_78(kafka, make_router):
    router = make_router(kafka, create_topics=False)
    text = router.config_file.read_text().replace("commit_interval:", "comit_interval:")
    line = 1 + [l.startswith("comit_interval") for l in text.splitlines()].index(True)
    broken = router.folder / "broken.yaml"
    broken.write_text(text)
    result = router.ctl("check", "-c", broken, check=False)
    assert result.returncode == CONFIGURATION, result.stderr
    assert re.search(rf"broken\.yaml:{line}:1: .*comit_interval.*commit_interval",
                     result.stdout + result.stderr)
    code, log = refused(router, config={"comit_interval": "100ms"})
    assert code == CONFIGURATION
    assert "comit_interval" in log


def test_missing_configuration_is_a_sentence(kafka, make_router):
    router = make_router(kafka, create_topics=False)
    result = router.ctl("check", "-c", router.folder / "nowhere.yaml", check=False)
    assert result.returncode != 0
    assert "nowhere.yaml" in result.stdout + result.stderr


@pytest.mark.parametrize("name", ["events", "state", "promises", "dept.quality"])
def test_missing_topic_is_named(kafka, router, name):
    kafka.delete_topic(router.topic(name))
    result = router.ctl("topics", "check", "-c", router.config_file, check=False)
    assert result.returncode != 0
    assert router.topic(name) in result.stdout + result.stderr
    code, log = refused(router)
    assert code in (UNAVAILABLE, CONFIGURATION), log
    assert router.topic(name) in log


def test_changelog_with_another_partition_count_is_named(kafka, router):
    kafka.delete_topic(router.topic("state"))
    kafka.create_topic(router.topic("state"), 3, cleanup_policy="compact")
    result = router.ctl("topics", "check", "-c", router.config_file, check=False)
    assert result.returncode != 0
    code, log = refused(router)
    assert code == CONFIGURATION, log
    assert router.topic("state") in log and "3" in log


def test_topics_create_is_repeatable(router):
    again = router.ctl("topics", "create", "-c", router.config_file)
    assert again.returncode == 0
    assert router.ctl("topics", "check", "-c", router.config_file).returncode == 0


def test_no_broker_ends_with_69_after_broker_wait(kafka, make_router):
    router = make_router(kafka, create_topics=False)
    address = f"127.0.0.1:{free_port()}"
    code, log = refused(router, config={"kafka": {"bootstrap.servers": address},
                                        "broker_wait": "2s"})
    assert code == UNAVAILABLE, log
    assert address in log


def test_a_user_without_any_right_is_told(kafka_acl, make_router):
    router = make_router(kafka_acl)
    code, log = refused(router, config={"kafka": sasl_user(kafka_acl, router)})
    # To such a user the broker shows no topic at all, as if there were none.
    assert code in (PERMISSION, CONFIGURATION), log
    assert router.topic("events") in log and "may not" in log


def test_one_lacking_right_is_named(kafka_acl, make_router):
    router = make_router(kafka_acl)
    denied = router.topic("dept.legal")
    but_one = [denial(denied, AclOperation.WRITE)]
    change_rights(kafka_acl, everything(router) + but_one)
    code, log = refused(router, config={"kafka": sasl_user(kafka_acl, router)})
    assert code == PERMISSION, log
    assert re.findall(r"topic '(\S+)' cannot be written", log) == [denied]
    change_rights(kafka_acl, but_one, remove=True)
    daemon = router.start(instance="two", config={"kafka": sasl_user(kafka_acl, router)})
    assert daemon.stop() == 0, tail(daemon.log)
