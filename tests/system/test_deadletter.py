"""`ombudctl deadletter`: what could not be taken is shown, and given back exactly once."""

import json
import random
import re
import subprocess

from kafka import LoggingProducer, wait_until

TEMPORARY, KILLED = 75, -9


def header(record, name):
    return dict(record.headers).get(name, b"").decode()


def send(router, values):
    producer = LoggingProducer(router.kafka.bootstrap)
    for key, value in values:
        producer.send(router.home, key=key, value=value)
    assert producer.flush()
    router.wait_drained()


def letters(router, *arguments):
    """What `list` finds, as JSON."""
    text = router.ctl("deadletter", "list", "-c", router.config_file, "--json", *arguments).stdout
    return [json.loads(line) for line in text.splitlines()]


def requeue(router, *arguments, check=True):
    return router.ctl("deadletter", "requeue", "-c", router.config_file, *arguments, check=check)


BAD = [("a", "{"), ("b", '{"ticket":"B-1"}'), ("c", '{"type":"opened"}'),
       ("d", '{"type":"rejoiced","ticket":"D-1","body":"充电器"}'), ("e", '{"ticket":"E-1"}')]


def test_they_are_found_shown_and_filtered(router):
    daemon = router.start()
    send(router, BAD)
    found = wait_until(lambda: letters(router) if len(letters(router)) == 5 else None, 20,
                       "five dead letters")
    assert {(one["key"], one["reason"]) for one in found} == \
        {("a", "json"), ("b", "type"), ("c", "ticket"), ("d", "type"), ("e", "type")}
    for arguments, keys in [(["--reason", "json"], "a"), (["--reason", "has no type"], "be"),
                            (["--ticket", "D-1"], "d"), (["--topic", router.home], "abcde"),
                            (["--topic", "other"], ""), (["--since", "2099-01-01T00:00:00Z"], ""),
                            (["--until", "2099-01-01T00:00:00Z"], "abcde")]:
        assert {one["key"] for one in letters(router, *arguments)} == set(keys), arguments
    one = next(one for one in found if one["key"] == "d")
    place = f"{one['partition']}/{one['offset']}"
    shown = router.ctl("deadletter", "show", "-c", router.config_file, place).stdout
    for part in ("充电器", "ombud-error: ", "__connect.errors.exception.message: ",
                 f"__connect.errors.topic: {router.home}", "rejoiced"):
        assert part in shown, shown
    text = router.ctl("deadletter", "list", "-c", router.config_file, "--limit", "2")
    assert len(text.stdout.splitlines()) == 2 and "and 3 more" in text.stderr
    missing = router.ctl("deadletter", "show", "-c", router.config_file, "0/999", check=False)
    assert missing.returncode == 65 and "no dead letter at 0/999" in missing.stderr
    assert daemon.stop() == 0


def test_a_dry_run_counts_and_changes_nothing(router):
    daemon = router.start()
    send(router, BAD)
    wait_until(lambda: len(letters(router)) == 5, 20, "five dead letters")
    before = router.kafka.end_offsets(router.home)
    text = requeue(router, "--dry-run", "--reason", "type").stdout
    assert re.search(r"^ +2  type +the event has no type$", text, re.M), text
    assert "3 dead letters would be requeued\n2 others stay\n" in text
    assert router.kafka.end_offsets(router.home) == before
    assert len(letters(router)) == 5
    assert daemon.stop() == 0


def test_what_comes_back_three_times_stays(router):
    daemon = router.start()
    send(router, BAD[3:4])
    for replay in range(1, 4):
        wait_until(lambda: len(letters(router)) == 1, 20, "the dead letter")
        assert letters(router)[0]["replays"] == replay - 1
        assert "1 dead letter requeued" in requeue(router).stdout
        router.wait_drained()
        wait_until(lambda: [one["replays"] for one in letters(router)] == [replay], 20,
                   "it to come back")
    text = requeue(router).stdout
    assert "0 dead letters requeued\n1 stay in quarantine" in text, text
    newest = router.kafka.read(router.topic("deadletter"))
    assert len(newest) == 4
    assert [header(record, "ombud-replays") for record in
            sorted(newest, key=lambda record: record.offset)] == ["", "1", "2", "3"]
    assert "1 dead letter requeued" in requeue(router, "--quarantined").stdout
    router.wait_drained()
    wait_until(lambda: [one["replays"] for one in letters(router)] == [4], 20, "it to come back")
    assert "1 dead letter discarded" in requeue(router, "--discard").stdout
    assert letters(router) == [] and len(letters(router, "--all")) == 5
    assert daemon.stop() == 0


def test_a_topic_that_nobody_named_is_not_written_to(kafka, make_router):
    router = make_router(kafka)
    kafka.create_topic(f"{router.prefix}.payroll", 1)
    producer = LoggingProducer(kafka.bootstrap)
    for number, topic in enumerate([f"{router.prefix}.payroll", router.home, "", "nowhere"]):
        producer.send(router.topic("deadletter"), key=f"k{number}", value="x", headers=[
            ("ombud-error", b"x"), ("ombud-topic", topic.encode()), ("ombud-partition", b"0"),
            ("ombud-offset", b"1")])
    assert producer.flush()
    text = requeue(router).stdout
    assert "1 dead letter requeued\n3 stay: their topic is none of this configuration" in text, text
    assert kafka.end_offsets(f"{router.prefix}.payroll") == [0]
    assert len(letters(router)) == 3


LETTERS, KEYS = 6000, 150


def bury(router, seed):
    """Dead letters of many keys and three reasons, in a known order."""
    chance = random.Random(seed)
    producer = LoggingProducer(router.kafka.bootstrap)
    sent = {}
    for number in range(LETTERS):
        key = f"k{chance.randrange(KEYS)}"
        reason = chance.choice(["the event has no type", "a string is not closed", "expired"])
        producer.send(router.topic("deadletter"), key=key, value=f"{number}", headers=[
            ("trace", b"kept"), ("ombud-error", reason.encode()), ("ombud-at", b""),
            ("ombud-topic", router.home.encode()), ("ombud-partition", b"0"),
            ("ombud-offset", b"1"), ("__connect.errors.topic", b"x")])
        sent.setdefault(key, []).append((number, reason))
    assert producer.flush()
    return sent


# Where the command dies, and how many batches it has committed by then.
DEATHS = [("mid_produce=700", 1), ("before_send_offsets=2", 1), ("before_commit=1", 0), ("before_commit=2", 1),
          ("after_commit=2", 2)]
BATCH = 500


def test_killed_in_the_middle_it_goes_on_where_it_was(kafka, make_router, monkeypatch):
    """Exactly once wherever it is killed, in the order of each key, and never a letter twice."""
    router = make_router(kafka)
    mended = f"{router.prefix}.mended"
    kafka.create_topic(mended, 3)
    sent = bury(router, 14)
    for place, _ in DEATHS:
        with monkeypatch.context() as patched:
            patched.setenv("OMBUD_FAILPOINT", f"{place}:kill")
            assert requeue(router, "--to", mended, check=False).returncode == KILLED, place
    left = LETTERS - BATCH * sum(batches for _, batches in DEATHS)
    assert f"\n{left} dead letters requeued\n" in "\n" + requeue(router, "--to", mended).stdout
    got = {}
    for record in kafka.read(mended):
        assert dict(record.headers) == {"trace": b"kept", "ombud-replays": b"1"}
        got.setdefault(record.key.decode(), []).append(int(record.value))
    assert got == {key: [number for number, _ in all_of] for key, all_of in sent.items()}
    assert letters(router) == []
    assert "0 dead letters requeued" in requeue(router, "--to", mended).stdout


def test_two_selections_share_what_is_settled(kafka, make_router):
    router = make_router(kafka)
    mended = f"{router.prefix}.mended"
    kafka.create_topic(mended, 3)
    producer = LoggingProducer(kafka.bootstrap)
    for number in range(300):
        reason = "expired" if number // 10 % 2 else "a string is not closed"
        producer.send(router.topic("deadletter"), key=f"k{number % 7}", value=f"{number}",
                      headers=[("ombud-error", reason.encode()),
                               ("ombud-topic", router.home.encode())])
    assert producer.flush()
    assert "150 dead letters requeued\n150 others stay" in \
        requeue(router, "--to", mended, "--reason", "expired").stdout
    assert "0 dead letters requeued\n150 others stay" in \
        requeue(router, "--to", mended, "--reason", "expired").stdout
    assert len(letters(router)) == 100 and len(letters(router, "--limit", "1000")) == 150
    assert "150 dead letters requeued" in requeue(router, "--to", mended).stdout
    assert sorted(int(record.value) for record in kafka.read(mended)) == list(range(300))


def test_of_two_at_once_the_older_commits_nothing_any_more(kafka, make_router):
    router = make_router(kafka)
    mended = f"{router.prefix}.mended"
    kafka.create_topic(mended, 3)
    bury(router, 7)
    command = [str(router.programs / "ombudctl"), "deadletter", "requeue", "-c",
               str(router.config_file), "--to", mended]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             stdin=subprocess.DEVNULL, text=True) for _ in range(3)]
    codes = [(run.communicate(timeout=120)[0], run.returncode) for run in runs]
    assert any(code == 0 for _, code in codes), codes
    for output, code in codes:
        assert code in (0, TEMPORARY, 69), output
    assert sorted(int(record.value) for record in kafka.read(mended)) == list(range(LETTERS))
