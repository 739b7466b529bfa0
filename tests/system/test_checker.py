"""The checker itself: a whole output passes, and each kind of damage is found."""

import json
import random

import pytest

import loads
import ownership
from compare import compare, compare_changelog, compare_remade, count_fates, is_tail
from harness import Router
from kafka import Record, home_partition
from oracle import Output, lane, replay
from traffic import CROWDED, Traffic

PARTITIONS = 4


class NoKafka:
    bootstrap = "127.0.0.1:1"


@pytest.fixture(scope="module")
def outputs(build, tmp_path_factory):
    """What a replay makes of some traffic: the outputs of a router that never failed."""
    router = Router(NoKafka(), tmp_path_factory.mktemp("checker"), "checker")
    logs = {p: [] for p in range(PARTITIONS)}
    for key, value in Traffic(seed=5).records(60):
        partition = home_partition(key, PARTITIONS)
        log = logs[partition]
        log.append(Record(router.home, partition, len(log), 1_795_000_000_000, key, [], value))
    result = []
    for log in logs.values():
        result += replay(router.config_file, log, "tickets", lambda topic: PARTITIONS,
                         {router.topic("state")}, PARTITIONS)
    assert len(result) > 300
    return result


def findings(verdict):
    return {name for name, sentences in verdict._asdict().items() if sentences}


def test_equal_outputs_have_no_finding(outputs):
    assert findings(compare(outputs, list(outputs))) == set()


def test_lanes_may_interleave_differently(outputs):
    lanes = {}
    for output in outputs:
        lanes.setdefault(lane(output), []).append(output)
    shuffled = list(lanes.values())
    random.Random(1).shuffle(shuffled)
    assert findings(compare(outputs, [o for lane in shuffled for o in lane])) == set()


def at_random(outputs, seed):
    return random.Random(seed).randrange(len(outputs))


@pytest.mark.parametrize("seed", range(25))
def test_a_lost_record_is_found(outputs, seed):
    at = at_random(outputs, seed)
    assert "lost" in findings(compare(outputs, outputs[:at] + outputs[at + 1:]))


@pytest.mark.parametrize("seed", range(25))
def test_a_record_that_comes_twice_is_found(outputs, seed):
    at = at_random(outputs, seed)
    assert "duplicates" in findings(compare(outputs, outputs[:at] + [outputs[at]] + outputs[at:]))


@pytest.mark.parametrize("seed", range(25))
def test_one_changed_byte_is_found(outputs, seed):
    valued = [i for i, output in enumerate(outputs) if output.value]
    at = random.Random(seed).choice(valued)
    value = bytearray(outputs[at].value)
    value[len(value) // 2] ^= 1
    damaged = outputs[at]._replace(value=bytes(value))
    assert "altered" in findings(compare(outputs, outputs[:at] + [damaged] + outputs[at + 1:]))


@pytest.mark.parametrize("seed", range(25))
def test_a_changed_header_is_found(outputs, seed):
    headed = [i for i, output in enumerate(outputs) if output.headers]
    at = random.Random(seed).choice(headed)
    damaged = outputs[at]._replace(headers=outputs[at].headers[1:])
    assert "altered" in findings(compare(outputs, outputs[:at] + [damaged] + outputs[at + 1:]))


@pytest.mark.parametrize("seed", range(25))
def test_two_records_of_a_lane_that_change_places_are_found(outputs, seed):
    lanes = {}
    for i, output in enumerate(outputs):
        lanes.setdefault(lane(output), []).append(i)
    pairs = [(a, b) for lane in lanes.values() for a, b in zip(lane, lane[1:])
             if outputs[a] != outputs[b]]
    first, second = random.Random(seed).choice(pairs)
    swapped = list(outputs)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert findings(compare(outputs, swapped)) == {"reordered"}


def states(text):
    """What a changelog says, a letter for a key and a figure for its value."""
    return [Output("state", ("events", 0), 0, key.encode(), (), value.encode())
            for key, value in text.split()]


# What each change says is a1 b1 a2 a1 b2 a3.
@pytest.mark.parametrize("got, found", [
    ("a1 b1 a2 a1 b2 a3", set()),
    ("b2 a3", set()),
    ("a2 b1 b2 a3", set()),
    ("a1 a1 b2 a3", set()),
    ("a3", {"lost"}),              # b2
    ("b2 a3 a1", {"lost"}),        # a3 is not what stands at last
    ("b2 a2 a3 a3", {"duplicates"}),
    ("b2 b1 a3 b2", {"duplicates"}),
    ("b2 a2 a1 a2 a3", {"duplicates"}),
    ("b2 a2 a1 a1 a3", {"reordered"}),
    ("b2 a4 a3", {"altered"}),
    ("b2 a4", {"altered"}),
    ("b2 a3 c1", {"unexpected"}),
])
def test_a_changelog_that_has_a_key_once_a_transaction(got, found):
    verdict = compare_changelog(states("a1 b1 a2 a1 b2 a3"), states(got))
    assert findings(verdict) == found


def test_a_changelog_need_not_have_what_came_and_went_within_a_transaction():
    """A letter with the figure 0 is a tombstone."""
    def of(text):
        return [o._replace(value=None) if o.value.endswith(b"0") else o for o in states(text)]
    want = of("a1 b1 a0 b2")
    for got, found in (("b2", set()), ("a0 b2", set()), ("a1 b2", {"lost"}), ("a0 a0 b2", {"duplicates"}),
                       ("a1 a0", {"lost"})):
        assert findings(compare_changelog(want, of(got))) == found, got


def test_a_record_nobody_expected_is_found(outputs):
    stranger = outputs[0]._replace(value=b"{}")
    assert "unexpected" in findings(compare(outputs, outputs + [stranger]))


def test_every_input_has_exactly_one_fate():
    places = {("events", 0, n) for n in range(5)}
    assert count_fates(places, list(places)) == ([], [])
    assert count_fates(places, [p for p in places if p[2] != 3])[0] == [("events", 0, 3)]
    assert count_fates(places, list(places) + [("events", 0, 2)])[1] == [("events", 0, 2)]
    assert count_fates(places, list(places) + [("events", 0, 9)])[1] == [("events", 0, 9)]


def test_a_record_in_another_partition_is_found(outputs):
    moved = outputs[0]._replace(partition=(outputs[0].partition + 1) % PARTITIONS)
    assert findings(compare(outputs, [moved] + outputs[1:])) == {"lost", "unexpected"}


def test_each_lost_or_doubled_record_is_counted(outputs):
    verdict = compare(outputs, outputs[7:] + outputs[-3:])
    assert (len(verdict.lost), len(verdict.duplicates)) == (7, 3)


def test_a_tail_is_the_end_of_a_list():
    assert is_tail([2, 3], [1, 2, 3]) and is_tail([], [1])
    assert not is_tail([1, 2], [1, 2, 3]) and not is_tail([0, 1], [1])


def letters(text):
    """A lane of records with one letter each."""
    return [Output("topic", ("events", 0), 0, letter.encode(), (), letter.encode())
            for letter in text]


# What one lane was to get is a to f.
@pytest.mark.parametrize("before, redirected, after, whole, fine", [
    ("abc", "", "def", True, True),
    ("abc", "ed", "f", True, True),
    ("abc", "e", "f", True, False),      # d is lost
    ("abc", "e", "f", False, True),      # or went away with the topic
    ("abc", "d", "f", False, False),     # which e cannot have
    ("bc", "d", "ef", False, False),     # nor a
    ("abc", "d", "def", True, False),    # d came twice
    ("abc", "d", "fe", True, False),
    ("abc", "", "defg", True, False),
])
def test_a_lane_of_a_topic_that_was_made_again(before, redirected, after, whole, fine):
    problems = compare_remade(*map(letters, ("abcdef", before, redirected, after)), whole)
    assert (problems == []) == fine, problems


DEPARTMENTS = ["service", "quality", "billing", "legal"]


def decisions_of(outputs):
    return [json.loads(o.value) for o in outputs if o.topic.endswith("decisions")]


def test_traffic_hands_tickets_back_and_its_owners_are_found_right(outputs):
    decisions = decisions_of(outputs)
    assert ownership.problems(decisions, DEPARTMENTS) == []
    outcomes = {(d["type"], d["outcome"]) for d in decisions if d["kind"] == "decision"}
    assert {("returned", "applied"), ("returned", "rejected"), ("settled", "applied")} <= outcomes
    assert any(d.get("hands", {}).get("dispute") for d in decisions)


@pytest.mark.parametrize("damage", [
    lambda decision: decision.update(responsible="nobody"),
    lambda decision: decision["ledger"].update(age=decision["ledger"]["age"] + 1),
    lambda decision: decision["ledger"]["shares"].append({"party": "dispute", "seconds": 1})])
def test_a_wrong_owner_and_a_wrong_ledger_are_found(outputs, damage):
    decisions = decisions_of(outputs)
    damage(next(d for d in decisions if "ledger" in d))
    assert len(ownership.problems(decisions, DEPARTMENTS)) == 1


DEPARTMENTS_CROWDED = {"service": {}, "legal": {}, **CROWDED["departments"]}


def events_of_load(outputs, changes=()):
    """(home, decisions) of some traffic as if one partition had all: what it has, and a word on each change of it."""
    decisions = [Record("decisions", 0, n, 0, b"", [], o.value) for n, o in enumerate(outputs)
                 if o.topic.endswith("decisions")]
    told = list(dict.fromkeys(loads.histories(decisions, ["billing", "quality"])[0]))[1:]
    rows = [dict(zip(("billing", "quality"), load)) for load in told]
    words = list(enumerate(rows, 1))
    assert len(decisions) > 50 and len(words) > 5
    for change in changes:
        words = change(words)
    home = [Record("events", to, 0, 0, b"load/0", [], json.dumps(
        {"id": f"load/0/{number}", "attributes": load}).encode()) for number, load in words for to in (1, 2, 3)]
    return home, decisions


@pytest.mark.parametrize("change, fine", [
    (lambda words: words, True),
    (lambda words: words[:5], True),
    (lambda words: words[:3] + words[4:], False),                       # one is lost
    (lambda words: words + words[:1], False),                           # one is told twice
    (lambda words: words[:3] + [(4, {"billing": 999, "quality": 0})], False),
    (lambda words: [(1, words[4][1]), (2, words[0][1])], False)])       # out of order
def test_a_load_that_nobody_had_is_found(outputs, change, fine):
    home, decisions = events_of_load(outputs, [change])
    assert (loads.problems(home, decisions, DEPARTMENTS_CROWDED, 4) == []) == fine


def test_an_overflow_of_what_is_urgent_or_of_a_department_that_has_room_is_found():
    def found(band, load, capacity=12):
        value = {"kind": "decision", "ticket": "T-1", "responsible": "service", "status": "open", "band": band,
                 "overflow": {"from": "billing", "load": load, "capacity": capacity}}
        return loads.problems([], [Record("decisions", 0, 0, 0, b"", [], json.dumps(value).encode())],
                              DEPARTMENTS_CROWDED, 4)
    assert not found("P3", 12) and not found("P4", 11)
    assert found("P2", 12) and found("P3", 10) and found("P3", 12, 13)
