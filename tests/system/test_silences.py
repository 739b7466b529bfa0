"""Silences on a real Kafka: made from the command line, they keep a level from hearing of something until
they end, and never of its end."""

import datetime
import json
import re

from kafka import wait_until

FIRE = "the kettle caught fire and I am burnt"


def send(router, *events):
    producer = router.kafka.producer()
    for event in events:
        producer.send(router.home, key=event["ticket"].encode(), value=json.dumps(event).encode())
    assert producer.flush()


def opened(ticket, **more):
    return {"type": "opened", "ticket": ticket, "id": f"{ticket}-1", "body": "hello", **more}


def manager(ticket):
    """Demands one: a trigger of its own, whatever the band."""
    return opened(ticket, body="I want to speak to your manager now")


def silence(router, *arguments, check=True):
    return router.ctl("silence", "-c", router.config_file, *arguments, check=check)


def told(router, ticket):
    """(status, what held it back) of each message of the leads that lists the ticket."""
    return [(row["status"], row["held_back"] and row["held_back"]["name"])
            for _, message in router.read("escalations.lead") if message["kind"] == "escalation"
            for row in message["tickets"] if row["ticket"] == ticket]


def suppressed(router, ticket):
    return [value["name"] for _, value in router.read("decisions")
            if value["kind"] == "suppressed" and value["ticket"] == ticket]


def rules(router):
    router.config["escalations"][0]["on"].append("manager")
    router.write_config()


def made_hours_ago(router, name, condition, hours):
    """A silence that somebody made then and forgot."""
    now = datetime.datetime.now(datetime.timezone.utc)
    row = {"kind": "silence", "id": name, "match": condition, "by": "Lin", "comment": "forgotten",
           "from": (now - datetime.timedelta(hours=hours)).isoformat(timespec="seconds"),
           "until": (now + datetime.timedelta(hours=9)).isoformat(timespec="seconds")}
    producer = router.kafka.producer()
    producer.send(router.topic("silences"), key=name.encode(), value=json.dumps(row).encode())
    assert producer.flush()


def listed(router, *options):
    """What `silence list` says: the name and how much it covers of each, in its order."""
    lines = silence(router, "list", *options).stdout.splitlines()[1:]
    return [re.match(r"(\S+) .* (\d+|nothing|ended)  \S+: ", line).groups() for line in lines]


def test_what_is_silenced_is_told_when_the_silence_is_taken_away(router):
    """Alertmanager #578, karma #3848: a console shows a silence that has ended, and not the one just made.
    Here what a command shows is what the topics have: at once, with a router or without one.
    Alertmanager #5459, #1057, karma #6314, #625: what is forgotten stands first, and says that it covers
    nothing."""
    rules(router)
    daemon = router.start()
    made = silence(router, "add", "ticket == T-1", "--by", "Lee", "--comment", "known", "--for", "2h")
    assert "it matches nothing that is open" in made.stdout
    name = made.stdout.split()[0]
    assert listed(router) == [(name, "nothing")]
    made_hours_ago(router, "z", "ticket == T-8", 14)
    made_hours_ago(router, "b", "ticket == T-7", 11)
    made_hours_ago(router, "c", "ticket == T-9", 12)
    send(router, manager("T-1"), manager("T-2"))
    wait_until(lambda: told(router, "T-2"), 30, "the other ticket's message")
    wait_until(lambda: suppressed(router, "T-1") == [name], 30, "the record of what was not told")
    assert told(router, "T-1") == []
    assert listed(router) == [("z", "nothing"), ("c", "nothing"), ("b", "nothing"), (name, "1")]
    assert " 1  Lee: ticket == T-1  “known”" in silence(router, "list").stdout

    daemon.kill()
    assert silence(router, "expire", "z", "b").stdout == "z: ended\nb: ended\n"
    assert listed(router) == [("c", "nothing"), (name, "1")]
    daemon = router.start()
    silence(router, "expire", name, "c")
    assert listed(router) == []
    assert listed(router, "--all") == [(each, "ended") for each in ("z", "c", "b", name)]
    wait_until(lambda: told(router, "T-1") == [("firing", name)], 30, "what was still open")
    taken_out = silence(router, "expire", "--ended").stdout.splitlines()
    assert sorted(taken_out) == sorted(f"{each}: taken out" for each in ("z", "c", "b", name))
    assert silence(router, "list", "--all").stdout == ""
    assert daemon.stop() == 0


def test_the_end_of_what_was_told_is_told_in_silence(router):
    rules(router)
    daemon = router.start()
    send(router, manager("T-1"))
    wait_until(lambda: told(router, "T-1") == [("firing", None)], 30, "the message")
    made = silence(router, "add", "department == service", "--by", "Lee", "--comment", "known",
                   "--for", "2h")
    assert "it covers 1 open notice" in made.stdout
    send(router, {"type": "resolved", "ticket": "T-1", "id": "T-1-2"})
    wait_until(lambda: told(router, "T-1") == [("firing", None), ("resolved", None)], 30, "the end")
    assert daemon.stop() == 0


def test_a_silence_has_one_writer(router):
    """Alerta #278, #887: two systems write the same silence, and disagree. The router keeps for itself what
    it knows of one: here that all that it was to last for has been resolved."""
    rules(router)
    daemon = router.start()
    made = silence(router, "add", "ticket == T-1", "--by", "Lee", "--comment", "known", "--for", "2h",
                   "--until-resolved")
    name = made.stdout.split()[0]
    send(router, manager("T-1"))
    wait_until(lambda: suppressed(router, "T-1") == [name], 30, "the record of what was not told")
    send(router, {"type": "resolved", "ticket": "T-1", "id": "T-1-2"})
    spent = f"s/{name}".encode()
    wait_until(lambda: spent in {record.key for record in router.kafka.read(router.topic("groups"))}, 30,
               "the router's own record")
    daemon.kill()
    daemon = router.start()
    send(router, {"type": "reopened", "ticket": "T-1", "id": "T-1-3"},
         manager("T-1") | {"type": "message", "id": "T-1-4", "from": "customer"})
    wait_until(lambda: told(router, "T-1"), 30, "the new matter")
    written = [record for record in router.kafka.read(router.topic("silences"))]
    assert [record.key.decode() for record in written] == [name], "somebody else wrote it"
    assert daemon.stop() == 0


def test_a_danger_is_silenced_by_its_name_alone(router):
    daemon = router.start()
    silence(router, "add", "department == quality", "--by", "Lee", "--comment", "known", "--for", "2h")
    send(router, opened("T-1", body=FIRE))
    wait_until(lambda: told(router, "T-1"), 30, "the message")
    made = silence(router, "add", "ticket != T-9", "--by", "Lee", "--comment", "known", "--for", "2h")
    assert "that tell" in made.stdout
    assert daemon.stop() == 0


def test_a_silence_that_is_none_is_refused(router):
    for arguments, code, says in [
            (["add", "ticket == T-1", "--for", "1h", "--by", "Lee"], 64, "--comment"),
            (["add", "ticket == T-1", "--by", "Lee", "--comment", "x"], 64, "--for or --until"),
            (["add", "ticket = T-1", "--by", "Lee", "--comment", "x", "--for", "1h"], 65, "column 8"),
            (["add", "signal == text.legal", "--by", "Lee", "--comment", "x", "--for", "1h"], 65,
             "a notice has no 'signal'"),
            (["add", "ticket == T-1", "--by", "Lee", "--comment", "x", "--for", "25h"], 65,
             "at most 1d"),
            (["expire", "s-1"], 65, "no silence 's-1'"),
            (["expire"], 64, "--ended"),
            (["mute"], 64, "add, list or expire?")]:
        result = silence(router, *arguments, check=False)
        assert result.returncode == code and says in result.stderr, result


def test_who_answers_hears_what_that_stopped(router):
    """iris #542, PR #705: a claim that answers 200 while the escalation goes on, or takes the last only."""
    rules(router)
    daemon = router.start()
    send(router, manager("T-1"), manager("T-2"), opened("T-3"))
    wait_until(lambda: told(router, "T-1") and told(router, "T-2"), 30, "both messages")
    answer = router.ctl("ack", "-c", router.config_file, "lead/service/manager", "T-3", "--by", "Lee",
                        "--comment", "on it, 13912345678", "--for", "2h", "--wait", check=False)
    assert answer.returncode == 65
    assert sorted(answer.stdout.splitlines()) == [
        "T-1: applied; manager is acknowledged for lead",
        "T-2: applied; manager is acknowledged for lead",
        "T-3: rejected: no escalation is under way"]
    wait_until(lambda: ("acknowledged", None) in told(router, "T-2"), 30, "the news of it")
    last = router.read("escalations.lead")[-1][1]
    assert last["status"] == "acknowledged" and "Lee has taken it: “on it, [phone]”" in last["text"]
    send(router, {"type": "resolved", "ticket": "T-1", "id": "T-1-2"})
    late = router.ctl("ack", "-c", router.config_file, "T-1", "--by", "Lee", "--wait", check=False)
    assert late.returncode == 65 and late.stdout == "T-1: late: the ticket is resolved\n"
    assert daemon.stop() == 0


def test_each_level_hears_that_the_router_lives(make_router, kafka):
    """Quiet is not dead, and that somebody says so changes nothing else."""
    router = make_router(kafka, heartbeat="1s")
    daemon = router.start()
    for level in ("lead", "manager"):
        beats = wait_until(lambda level=level: len(router.read(f"escalations.{level}")) >= 3 and
                           router.read(f"escalations.{level}"), 30, "three heartbeats")
        times = [value["sent_at"] for _, value in beats]
        assert {value["kind"] for _, value in beats} == {"heartbeat"}
        assert times == sorted(set(times)) and all(record.key == b"heartbeat" for record, _ in beats)
    assert daemon.stop() == 0
