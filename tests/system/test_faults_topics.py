"""A topic is deleted under a running router and made again, while nothing is under way or in the middle
of the traffic; rights to a topic are taken away and given back. Whether the router redirects, aborts,
or ends with a sentence and is started again: every input keeps its one fate, and what was to go to the
topic is there or in the dead-letter topic."""

import time
from itertools import islice

import pytest
from confluent_kafka.admin import AclOperation

from checker import Checker, Remade
from faults import counter
from harness import tail
from kafka import wait_until
from rights import change_rights, denial
from traffic import Traffic

# How often the router's clients look at their topics: so soon they learn in a quiet time that one is
# gone, and so long they go on believing it after it was made again.
LOOK_OFTEN = {"topic.metadata.refresh.interval.ms": 3000}
NO_BAD_RECORDS = 10 ** 6
AGAIN = 75
STAYS_DOWN = {69, 78}


def delete_and_wait(router, daemon, names):
    """Deletes topics, and waits until the router's own client has noticed or its writes were refused
    before that and it has ended."""
    for name in names:
        router.kafka.delete_topic(router.topic(name))
    for name in names:
        wait_until(lambda name=name: daemon.process.poll() is not None
                   or f"{router.topic(name)} partition count changed from" in daemon.log.read_text(),
                   30, f"the router to miss {name}")


def send_and_wait(checker, records):
    """Sends, and leaves the router the time to do something about it."""
    checker.send(records)
    checker.finish_sending()
    time.sleep(1.5)


def refused_at_start(router):
    """Starts a router that must end by itself: what it says."""
    daemon = router.start(ready=False)
    daemon.may_die = True
    assert daemon.wait(60) in STAYS_DOWN, tail(daemon.log)
    return daemon.log.read_text()


def test_others_stand_in_for_what_is_gone(kafka, make_router):
    router = make_router(kafka, clock="stream", kafka=LOOK_OFTEN)
    checker = Checker(router)
    records = Traffic(seed=60).records(80)
    names = ["decisions", "promises", "escalations.lead", "dept.billing"]
    daemon = router.start()
    checker.send(islice(records, 150))
    checker.drain()
    remade = {router.topic(name): Remade(kafka.read(router.topic(name)), whole=True)
              for name in names}
    assert all(there.before for there in remade.values())
    delete_and_wait(router, daemon, names)
    send_and_wait(checker, islice(records, 40))
    router.create_topics()
    checker.send(records)
    checked = checker.check(remade=remade)
    assert {output.topic for output in checked.redirected} == set(remade)
    assert counter(daemon, "ombud_redirected_total") == len(checked.redirected)


def test_a_department_made_again_while_busy(kafka, make_router):
    router = make_router(kafka, clock="stream")
    checker = Checker(router)
    records, topic = Traffic(seed=61).records(100), router.topic("dept.billing")
    router.start()
    checker.send(islice(records, 150))
    checker.drain()
    before = kafka.read(topic)
    checker.send(islice(records, 50))
    kafka.delete_topic(topic)
    send_and_wait(checker, islice(records, 50))
    router.create_topics()
    checker.send(records)
    checker.check(remade={topic: Remade(before, whole=False)})


def test_the_dead_letters_made_again(kafka, make_router):
    """Nothing can stand in for them: the process ends, and until they are back none starts."""
    router = make_router(kafka, clock="stream", kafka=LOOK_OFTEN)
    checker = Checker(router)
    records, topic = Traffic(seed=65).records(80, bad_every=9), router.topic("deadletter")
    daemon = router.start()
    checker.send(islice(records, 150))
    checker.drain()
    before = kafka.read(topic)
    assert before
    daemon.may_die = True
    delete_and_wait(router, daemon, ["deadletter"])
    send_and_wait(checker, islice(records, 40))
    assert daemon.wait(60) == AGAIN, tail(daemon.log)
    assert topic in daemon.log.read_text()
    assert topic in refused_at_start(router)
    router.create_topics()
    router.start()
    checker.send(records)
    checker.check(remade={topic: Remade(before, whole=True)})


@pytest.mark.parametrize("when", ["quiet", "busy"])
def test_a_changelog_made_again(kafka, make_router, when):
    """What it held only memory knows now. Nobody commits what the changelog does not take: the process
    ends and names the topic, and the next one says that it begins with nothing."""
    router = make_router(kafka, clock="stream", kafka=LOOK_OFTEN)
    checker = Checker(router)
    traffic = Traffic(seed=62)
    records, later = (traffic.records(50, prefix, NO_BAD_RECORDS) for prefix in "AB")
    daemon = router.start()
    checker.send(islice(records, 150))
    checker.drain()
    daemon.may_die = True
    if when == "busy":
        checker.send(islice(records, 30))
    delete_and_wait(router, daemon, ["state"])
    committed = sum(router.committed())
    send_and_wait(checker, later)
    assert daemon.wait(60) == AGAIN, tail(daemon.log)
    assert router.topic("state") in daemon.log.read_text()
    assert sum(router.committed()) == committed
    assert router.topic("state") in refused_at_start(router)
    router.create_topics()
    daemon = router.start()
    checker.check_fates()
    assert "going on without any state" in daemon.log.read_text()


def test_the_notices_made_again(kafka, make_router):
    """Another topic under the old name: what of it was read nobody can say but the operator."""
    router = make_router(kafka, clock="stream", kafka=LOOK_OFTEN)
    checker = Checker(router)
    records = Traffic(seed=63).records(80)
    daemon = router.start()
    checker.send(islice(records, 150))
    checker.drain()
    before = kafka.read(router.topic("notices"))
    assert before
    daemon.may_die = True
    delete_and_wait(router, daemon, ["notices"])
    send_and_wait(checker, islice(records, 40))
    router.create_topics()
    assert daemon.wait(60) in STAYS_DOWN | {AGAIN}, tail(daemon.log)
    refusal = refused_at_start(router)
    assert router.topic("notices") in refusal and "--accept-loss" in refusal
    router.start(arguments=["--accept-loss"])
    checker.send(records)
    checker.check(remade={router.topic("notices"): Remade(before, whole=True)})


def test_rights_taken_away_and_given_back(kafka_acl, secured):
    """One topic is not to be written any more, the other not even to be seen. For a minute after a
    refusal the router does not try again."""
    kafka, router = kafka_acl, secured
    router.config["clock"] = "stream"
    router.config_file = router.write_config()
    refused = [router.topic("dept.billing"), router.topic("dept.legal")]
    rules = [denial(refused[0], AclOperation.WRITE), denial(refused[1])]
    checker = Checker(router)
    records = Traffic(seed=64).records(1000)
    daemon = router.start()
    checker.send(islice(records, 150))
    checker.drain()
    before = {topic: len(kafka.read(topic)) for topic in refused}
    assert all(before.values())
    change_rights(kafka, rules)
    checker.send(islice(records, 200))
    checker.drain()
    while_refused = {topic: len(kafka.read(topic)) for topic in refused}
    change_rights(kafka, rules, remove=True)

    def written_again():
        checker.send(islice(records, 20))
        checker.drain()
        return all(len(kafka.read(topic)) > while_refused[topic] for topic in refused)

    wait_until(written_again, 120, "both topics to be written again", 5)
    checked = checker.check(remade={topic: Remade([], whole=True) for topic in refused})
    assert counter(daemon, "ombud_redirected_total") == len(checked.redirected)
    aside = {output.topic for output in checked.redirected}
    assert aside == set(refused)
    assert daemon.stop() == 0, tail(daemon.log)
