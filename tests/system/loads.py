"""What partitions tell each other of how full departments are, against what their decisions say that they
had: a word that is lost, doubled or made of half a transaction is one that nobody ever had reason to say."""

import json
from collections import defaultdict

WEIGHTS = {"P1": 4, "P2": 3, "P3": 2, "P4": 1}
ENDED = ("resolved", "closed")
FREE = 90  # percent of the capacity: until then a full department is full


def histories(decisions, slugs):
    """{partition: the loads it had one after the other}, each with a number for each of `slugs`.
    `decisions`: records of that topic, which has as many partitions as home; a ticket's are in its own."""
    standing, loads = defaultdict(dict), defaultdict(lambda: [(0,) * len(slugs)])
    for record in decisions:
        value = json.loads(record.value)
        if value["kind"] not in ("decision", "timer") or not value.get("responsible"):
            continue
        tickets = standing[record.partition]
        tickets[value["ticket"]] = (value["responsible"], value["band"]) \
            if value["status"] not in ENDED else None
        loads[record.partition].append(tuple(
            sum(WEIGHTS[held[1]] for held in tickets.values() if held and held[0] == slug)
            for slug in slugs))
    return loads


def words(home):
    """{partition: what it told the others one after the other}, and how often each was told."""
    told, copies = defaultdict(dict), defaultdict(int)
    for record in home:
        if not (record.key or b"").startswith(b"load/"):
            continue
        value = json.loads(record.value)
        sender, number = int(record.key.split(b"/")[1]), int(value["id"].rsplit("/", 1)[1])
        told[sender][number] = value["attributes"]
        copies[sender, number] += 1
    return told, copies


def problems(home, decisions, departments, partitions):
    """Sentences about the first few words and overflows that cannot be."""
    slugs = [slug for slug, department in departments.items() if department.get("capacity")]
    had = histories(decisions, slugs)
    told, copies = words(home)
    found = [f"the load {number} of partition {sender} was told {count} times, to {partitions - 1} others"
             for (sender, number), count in copies.items() if count != partitions - 1]
    for sender, said in told.items():
        if sorted(said) != list(range(1, len(said) + 1)):
            found.append(f"partition {sender} told the loads {sorted(said)}")
        rest = iter(had[sender])
        for number in sorted(said):
            load = tuple(said[number][slug] for slug in slugs)
            if load not in rest:
                found.append(f"partition {sender} never had {said[number]}, which it told as its load {number}")
                break
    for record in decisions:
        value = json.loads(record.value)
        over = value.get("overflow")
        if over and (over["capacity"] != departments[over["from"]]["capacity"] or
                     over["load"] * 100 < FREE * over["capacity"] or value["band"] in ("P1", "P2")):
            found.append(f"{value['ticket']} went elsewhere: {over}, {value['band']}")
    return found[:5]
