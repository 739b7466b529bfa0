"""SIGSTOP past the session time-out, then SIGCONT: by then others own what the frozen process thinks
is its own. Nothing that it wrote or goes on to write may count."""

import json
import time
from collections import Counter
from itertools import islice

import pytest

from checker import Checker, header
from faults import SESSION, send_until_reached, tasks_of
from kafka import wait_until
from traffic import Traffic

FENCED = 78
START_AGAIN = 75  # fenced by a consumer whose producer has not shown itself yet
# Past the six seconds of SESSION.
PAST_SESSION = 8


@pytest.mark.parametrize("successor", ["same name", "another name"])
def test_frozen_with_events_waiting(kafka, make_router, successor):
    """Frozen in the middle of a transaction whose outputs are written, but not committed."""
    router = make_router(kafka, clock="stream", kafka=SESSION)
    checker = Checker(router)
    records = Traffic(seed=30).records(250)
    zombie = router.start("one", failpoint="before_commit=4:stop", ready=False)
    send_until_reached(checker, records, "before_commit")
    frozen = time.monotonic()
    checker.send(islice(records, 250))
    heir = router.start("one" if successor == "same name" else "two", ready=False)
    wait_until(lambda: tasks_of(heir) == 5, 60, "the heir to have all tasks")
    time.sleep(max(0, frozen + PAST_SESSION - time.monotonic()))
    zombie.thaw()
    if successor == "same name":
        # Whichever joined last under the name keeps it: the zombie may notice that its session is
        # over, and join again, before it can be told that another one has it.
        heir.may_die = zombie.may_die = True
        wait_until(lambda: zombie.process.poll() or heir.process.poll(), 60, "one to be fenced")
        codes = {zombie.process.poll(), heir.process.poll()}
        assert None in codes and codes & {FENCED, START_AGAIN}, router.logs()
    else:
        wait_until(lambda: tasks_of(heir) < 5 and tasks_of(zombie) + tasks_of(heir) == 5, 60,
                   "the zombie to be an honest member again")
    checker.send(records)
    checker.check()


@pytest.mark.parametrize("successor", ["same name", "another name"])
def test_frozen_with_only_timers_due(kafka, make_router, successor):
    """No event comes any more. The deadlines pass while the owner is frozen; the heir fires them,
    and the zombie, whose deadlines are all overdue when it wakes up, fires none."""
    router = make_router(kafka, kafka=SESSION, slas=[
        {"name": "default", "response": {f"P{n}": "14s" for n in range(1, 5)}, "warn": "50%"}])
    checker = Checker(router)
    zombie = router.start("one")
    tickets = 40
    opened = time.monotonic()
    events = Traffic(seed=31).events(3 * tickets)
    # No times of their own: the clocks start when Kafka takes the events. No origins: asking for one
    # has timers, too.
    openings = [{**event, "time": None, "origin": None}
                for event in events if event["type"] == "opened"]
    checker.send((e["ticket"].encode(),
                  json.dumps({k: v for k, v in e.items() if v is not None}).encode())
                 for e in openings[:tickets])
    checker.drain()
    assert time.monotonic() - opened < 7, "too slow a machine: a warning may have come"
    zombie.freeze()
    heir = router.start("one" if successor == "same name" else "two", ready=False)
    wait_until(lambda: tasks_of(heir) == 5, 60, "the heir to have all tasks")
    time.sleep(max(0, opened + 14 - time.monotonic()))
    zombie.thaw()
    if successor == "same name":
        # Idle, its client library notices by itself that the session is over and joins again under
        # the name before it can be told that another one has it: then that one is fenced. One of
        # them must be, and only one.
        wait_until(lambda: zombie.process.poll() or heir.process.poll(), 60, "one to be fenced")
        heir.may_die = zombie.may_die = True

    def timers():
        return Counter((value["ticket"], value["timer"])
                       for _, value in router.read("decisions") if value["kind"] == "timer")

    wait_until(lambda: len(timers()) >= 2 * tickets, 60, "all warnings and breaches", 0.5)
    time.sleep(3)
    fired = timers()
    assert set(fired.values()) == {1}, [key for key, n in fired.items() if n != 1][:5]
    assert len(fired) == 2 * tickets
    notices = Counter((value["ticket"], value["trigger"], value["level"], value["step"],
                       value["status"]) for _, value in router.read("notices"))
    assert set(notices.values()) == {1}, [key for key, n in notices.items() if n != 1][:5]
    assert sum(key[1] == "breach" for key in notices) == tickets
    checked = checker.check_fates()
    assert checked.counts["decisions"] == tickets
    told = Counter(header(r, "ce_id") for r in checked.records[router.topic("escalations.lead")])
    assert set(told.values()) == {1}
    codes = {zombie.process.poll(), heir.process.poll()}
    if successor == "same name":
        assert None in codes and codes & {FENCED, START_AGAIN}, router.logs()
    else:
        assert codes == {None}, router.logs()
