"""ombudctl ticket: one ticket's whole life, from recorded events and from the live topics."""

import json
import time

from kafka import ROOT, wait_until
from test_programs import run

DEFAULT = str(ROOT / "conf/ombud.yaml")
NOTHING_KNOWN = 65

EVENTS = [
    {"id": "e1", "type": "opened", "time": "2026-11-20T09:00:00Z", "ticket": "T-1",
     "subject": "Kettle", "body": "The kettle caught fire on Friday and nobody calls me back."},
    {"id": "e2", "type": "opened", "time": "2026-11-20T09:05:00Z", "ticket": "T-2",
     "body": "Where is my parcel?"},
    {"id": "e3", "type": "message", "from": "agent", "time": "2026-11-20T10:05:00Z",
     "ticket": "T-1", "body": "We are sorry and will call you."},
    {"id": "e4", "type": "resolved", "time": "2026-11-22T10:05:00Z", "ticket": "T-1"},
]


def stand_in_order(text, *pieces):
    at = 0
    for piece in pieces:
        at = text.find(piece, at)
        assert at >= 0, f"{piece!r} is not where it should be in:\n{text}"
        at += len(piece)


def test_a_life_from_recorded_events(build, tmp_path):
    recorded = tmp_path / "events.ndjson"
    recorded.write_text("".join(json.dumps(event) + "\n" for event in EVENTS))
    result = run(build, "ombudctl", "ticket", "-c", DEFAULT, "--from", str(recorded), "T-1")
    assert result.returncode == 0, result.stderr
    # The decision stands before what it caused; days are named; each step of a ladder is there.
    stand_in_order(result.stdout, "2026-11-20\n17:00:00  T-1  opened  P1", "“kettle caught fire”",
                   "⇑ lead of quality: band, step 1, firing", "→ quality",
                   "⏱ T-1  response made, due 2026-11-20 17:15", "17:15:00  T-1  response breach",
                   "⇑ lead of quality: breach, step 1, firing", "18:05:00  T-1  message",
                   "2026-11-22\n18:05:00  T-1  resolved", "step 1, resolved",
                   "as it stands: resolved, with quality, P1")
    assert "T-2" not in result.stdout


def test_a_life_goes_on_where_the_events_end(build, tmp_path):
    recorded = tmp_path / "events.ndjson"
    recorded.write_text(json.dumps(EVENTS[0]) + "\n")
    arguments = ["ticket", "-c", DEFAULT, "--from", str(recorded), "T-1"]
    assert "breach" not in run(build, "ombudctl", *arguments).stdout
    later = run(build, "ombudctl", *arguments, "--until", "2026-11-20T09:15:00Z")
    stand_in_order(later.stdout, "17:15:00  T-1  response breach", "as it stands: new, with quality")


def test_what_is_not_known_is_said(build, tmp_path):
    recorded = tmp_path / "events.ndjson"
    recorded.write_text("{}\n" + json.dumps(EVENTS[0]) + "\n")
    result = run(build, "ombudctl", "ticket", "-c", DEFAULT, "--from", str(recorded), "T-7")
    assert result.returncode == NOTHING_KNOWN
    assert "nothing is known of ticket 'T-7'" in result.stderr
    result = run(build, "ombudctl", "ticket", "-c", DEFAULT, "--until", "2026-11-20T09:15:00Z", "T-7")
    assert result.returncode == 64 and "--from" in result.stderr


def test_a_life_from_the_live_topics(router):
    daemon = router.start()
    producer = router.kafka.producer()
    for ticket in ("T-1", "T-2"):
        event = {"type": "opened", "ticket": ticket, "id": f"{ticket}-1", "category": "quality",
                 "body": f"The kettle of {ticket} caught fire."}
        producer.send(router.home, key=ticket.encode(), value=json.dumps(event).encode())
    assert producer.flush()
    wait_until(lambda: len(router.read("escalations.lead")) > 0, 30, "an escalation")
    told = router.ctl("ticket", "-c", router.config_file, "T-1").stdout
    stand_in_order(told, "T-1  opened  P1", "caught fire”", "→ quality", "response made",
                   "firing → lead", "as it stands: new, with quality, P1")
    assert "→ quality" in told and "T-2  opened" not in told
    unknown = router.ctl("ticket", "-c", router.config_file, "T-9", check=False)
    assert unknown.returncode == NOTHING_KNOWN
    assert daemon.stop() == 0


def test_what_a_backlog_decided_at_once_is_told_in_its_order(kafka, make_router):
    """Three events in one millisecond: each is told with what it caused, whatever their ids."""
    router = make_router(kafka, clock="stream")
    producer, now = router.kafka.producer(), int(time.time() * 1000)
    events = [{"type": "opened", "id": "z", "category": "quality", "body": "The kettle caught fire."},
              {"type": "message", "id": "m", "from": "agent", "body": "We are coming."},
              {"type": "resolved", "id": "a"}]
    for event in events:
        producer.send(router.home, key=b"T-1", value=json.dumps({"ticket": "T-1", **event}).encode(),
                      timestamp=now)
    assert producer.flush()
    router.start()
    wait_until(lambda: len(router.read("decisions")) == len(events), 30, "the decisions")
    told = router.ctl("ticket", "-c", router.config_file, "T-1").stdout
    stand_in_order(told, "T-1  opened  P1", "→ quality", "response made", "T-1  message", "response met",
                   "T-1  resolved", "resolution met", "as it stands: resolved")
