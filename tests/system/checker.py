"""Proves delivery: every record that was acknowledged to a producer became exactly one decision,
dead letter or forward, and every output is, byte for byte, what `ombudctl replay` makes of the same
logs.

The pure part, `compare`, knows nothing of Kafka: it is given what went in, what should have come
out and what did come out, and tells what is lost, doubled, out of order or altered. test_checker.py
feeds it damaged outputs and expects each damage to be found.
"""

import base64
import json
import random
import subprocess
from collections import Counter, defaultdict, namedtuple
from datetime import datetime, timedelta, timezone

from harness import BUILD, sanitizer_environment
from kafka import home_partition

# One output, comparable byte for byte. `lane` is where order is promised: a key, or, in a changelog,
# a partition.
Output = namedtuple("Output", "topic lane key headers value")

Verdict = namedtuple("Verdict", "lost duplicates reordered altered unexpected")


class Findings(Exception):
    pass


def compare(expected, actual):
    """What is wrong with `actual`, two lists of Output; every field of the Verdict is a list of
    sentences and all are empty when they are equal lane by lane."""
    verdict = Verdict([], [], [], [], [])
    want, got = defaultdict(list), defaultdict(list)
    for output in expected:
        want[output.topic, output.lane].append(output)
    for output in actual:
        got[output.topic, output.lane].append(output)
    for lane in sorted(set(want) | set(got)):
        if want[lane] != got[lane]:
            _compare_lane(lane, want[lane], got[lane], verdict)
    return verdict


def _compare_lane(lane, want, got, verdict):
    missing = Counter(want) - Counter(got)
    extra = Counter(got) - Counter(want)
    known = set(want)
    altered = min(sum(missing.values()), sum(n for o, n in extra.items() if o not in known))
    for output, count in extra.items():
        if output in known:
            verdict.duplicates.append(f"{lane}: {count} more of {_short(output)}")
        elif altered:
            verdict.altered.append(f"{lane}: {_short(output)}")
        else:
            verdict.unexpected.append(f"{lane}: {_short(output)}")
    lost = sum(missing.values()) - altered
    if lost > 0:
        examples = [_short(output) for output in missing][:3]
        verdict.lost.append(f"{lane}: {lost} of {len(want)}, such as {examples}")
    elif altered:
        verdict.altered.append(f"{lane}: should be {[_short(o) for o in missing][:3]}")
    if not missing and not extra:
        at = next(i for i, pair in enumerate(zip(want, got)) if pair[0] != pair[1])
        verdict.reordered.append(f"{lane}: at {at} {_short(got[at])} stands for {_short(want[at])}")


def _short(output):
    text = repr(output.value[:160]) if output.value is not None else "tombstone"
    return f"{output.key!r} {text}"


def count_fates(inputs, fates):
    """`inputs`: (topic, partition, offset) of every record read; `fates`: the same for what became
    of one. (lost, duplicates) as lists: each input needs exactly one."""
    fates = Counter(fates)
    lost = [place for place in inputs if fates[place] == 0]
    doubled = [place for place, count in fates.items() if count > 1]
    strangers = [place for place in fates if place not in set(inputs)]
    return lost, doubled + strangers


# ---- traffic

TEXTS = [
    ("zh", "充电器冒烟着火了，孩子的手被烫伤", "quality"),
    ("zh", "多扣了我六十八块，三天了还没退款", "billing"),
    ("zh", "快递五天没动，电话没人接", "service"),
    ("zh", "再不处理我就向市场监管局投诉", "service"),
    ("zh", "会不会着火？我只是问问", "quality"),
    ("en", "The heater caught fire last night and we had to leave the flat", "quality"),
    ("en", "I was charged twice and nobody refunds me", "billing"),
    ("en", "The parcel never arrived, I want to speak to a manager", "service"),
    ("en", "My lawyer will hear about this unless you answer by tomorrow", "legal"),
    ("en", "Thank you, the courier was very kind", "service"),
]


class Traffic:
    """Events of many tickets, interleaved, each ticket's in order, with unique ids and times that
    move forward from an hour ago. Some records are no events at all."""

    def __init__(self, seed=1, step_ms=200, start=None):
        self.random = random.Random(seed)
        self.now = start or datetime.now(timezone.utc) - timedelta(hours=2)
        self.step = timedelta(milliseconds=step_ms)
        self.serial = 0
        self.seed = seed

    def _event(self, kind, ticket, **fields):
        self.serial += 1
        self.now += self.step * self.random.random() * 2
        time = self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"type": kind, "ticket": ticket, "id": f"{self.seed}-{self.serial}", "time": time,
                **fields}

    def _life(self, ticket):
        lang, body, category = self.random.choice(TEXTS)
        opening = {"subject": body[:12], "body": body, "lang": lang, "category": category,
                   "channel": self.random.choice(["web", "hotline", "app"]),
                   "customer": {"account": f"a-{self.random.randrange(50)}",
                                "tier": self.random.choice(["standard", "gold"])}}
        yield lambda: self._event("opened", ticket, **opening)
        for _ in range(self.random.randrange(6)):
            kind = self.random.choice(["message", "message", "reply", "accepted", "assigned",
                                       "updated", "acknowledged", "resolved", "reopened", "closed",
                                       "pending"])
            if kind == "reply":
                yield lambda: self._event("message", ticket, body="We look into it.",
                                          **{"from": "agent"})
            elif kind == "message":
                yield lambda: self._event("message", ticket,
                                          body=self.random.choice(TEXTS)[1])
            elif kind == "assigned":
                to = self.random.choice(["quality", "billing", "legal", "service", "nobody"])
                yield lambda to=to: self._event("assigned", ticket, department=to)
            else:
                by = {"by": "wang"} if kind == "acknowledged" else {}
                yield lambda kind=kind, by=by: self._event(kind, ticket, **by)

    def events(self, tickets, prefix="T"):
        """Every event of that many new tickets as dictionaries."""
        waiting = [self._life(f"{prefix}-{self.seed}-{i}") for i in range(tickets)]
        active = []
        while waiting or active:
            while waiting and len(active) < 40:
                active.append(waiting.pop(0))
            life = self.random.choice(active)
            make = next(life, None)
            if make is None:
                active.remove(life)
            else:
                yield make()

    def records(self, tickets, prefix="T", bad_every=97):
        """(key, value) of the same, with a record now and then that is no event, and one that comes
        twice."""
        for number, event in enumerate(self.events(tickets, prefix), 1):
            value = json.dumps(event, ensure_ascii=False).encode()
            yield event["ticket"].encode(), value
            if number % bad_every == 0:
                yield self.random.choice([(b"bad", b'{"type":"opened"'), (b"bad", b"\xff\xfe"),
                                          (b"bad", b'{"type":"opened","type":"x","ticket":"T"}'),
                                          (b"bad", None), (b"", b'{"ticket":"T-9"}')])
            if number % (bad_every * 2) == 0:
                yield event["ticket"].encode(), value


# ---- the oracle

def _line(record):
    def packed(data):
        return None if data is None else base64.b64encode(data).decode()

    line = {"topic": record.topic, "partition": record.partition, "offset": record.offset,
            "timestamp": record.timestamp,
            "headers": [[name, None if value is None else {"base64": packed(value)}]
                        for name, value in record.headers]}
    if record.key is not None:
        line["key_base64"] = packed(record.key)
    if record.value is None:
        line["value"] = None
    else:
        line["value_base64"] = packed(record.value)
    return json.dumps(line)


def _from_line(line, changelogs, partition):
    row = json.loads(line)
    key = base64.b64decode(row["key_base64"]) if "key_base64" in row else \
        None if row["key"] is None else row["key"].encode()
    value = base64.b64decode(row["value_base64"]) if "value_base64" in row else None
    headers = tuple((name, base64.b64decode(text["base64"]) if isinstance(text, dict)
                     else None if text is None else text.encode())
                    for name, text in row["headers"].items())
    lane = partition if row["topic"] in changelogs else key or b""
    return Output(row["topic"], lane, key, headers, value)


def replay(config_file, records, stage, partitions, changelogs):
    """What one partition's log gives, as a list of Output: the same engine as the daemon's, another
    process."""
    if not records:
        return []
    result = subprocess.run([str(BUILD / "ombudctl"), "replay", "-c", str(config_file), "--base64",
                             "--stage", stage, "--partitions", str(partitions)],
                            input="\n".join(map(_line, records)), capture_output=True, text=True,
                            env=sanitizer_environment(), timeout=300)
    if result.returncode != 0:
        raise AssertionError(f"replay ended with {result.returncode}: {result.stderr}")
    return [_from_line(line, changelogs, records[0].partition)
            for line in result.stdout.splitlines()]


def as_output(record, changelogs):
    lane = record.partition if record.topic in changelogs else record.key or b""
    return Output(record.topic, lane, record.key, tuple(record.headers), record.value)


def _by_partition(records):
    groups = defaultdict(list)
    for record in records:
        groups[record.topic, record.partition].append(record)
    return groups


class Checker:
    """Compares one router's topics with what they should hold. The router runs with clock: stream;
    everything written to its inputs goes through `send`."""

    def __init__(self, router, producer=None):
        self.router = router
        self.kafka = router.kafka
        self.producer = producer or self.kafka.producer()
        self.producers = [self.producer]

    def add_producer(self, **options):
        producer = self.kafka.producer(**options)
        self.producers.append(producer)
        return producer

    def send(self, records, topic=None, producer=None):
        for key, value in records:
            (producer or self.producer).send(topic or self.router.home, key=key, value=value)

    def finish_sending(self):
        for producer in self.producers:
            assert producer.flush(120), "the broker did not take everything"

    def _inputs(self):
        sources = [source["topic"] for source in self.router.config["sources"]]
        return {topic: self.kafka.read(topic) for topic in sources}

    def _expect_tickets(self, inputs, changelogs):
        home = self.router.home
        partitions = self.kafka.partitions(home)
        expected = []
        for topic, records in inputs.items():
            stage = "tickets" if topic == home else "intake"
            for place in _by_partition(records).values():
                expected += replay(self.router.config_file, place, stage, partitions, changelogs)
        return expected

    def _actual(self, names):
        present = [name for name in names if self.kafka.partitions(name)]
        return self.kafka.read(*present)

    def _fates(self, inputs, decisions, deadletters):
        fates = []
        counts = Counter()
        for record in decisions:
            value = json.loads(record.value)
            if value["kind"] == "decision":
                source = value["source"]
                fates.append((source["topic"], source["partition"], source["offset"]))
                counts["decisions"] += 1
        for record in deadletters:
            headers = dict(record.headers)
            if "ombud-output" in headers:
                continue
            fates.append((headers["ombud-topic"].decode(), int(headers["ombud-partition"]),
                          int(headers["ombud-offset"])))
            counts["deadletters"] += 1
        for record in inputs[self.router.home]:
            origin = dict(record.headers).get("ombud-from")
            if origin:
                topic, partition, offset = origin.decode().rsplit("/", 2)
                fates.append((topic, int(partition), int(offset)))
                counts["forwards"] += 1
        return fates, counts

    def check(self, drain=120, outputs_lost_with=()):
        """Waits until everything is consumed, compares, prints the one line; AssertionError with
        examples where something is wrong. `outputs_lost_with`: topics that were deleted under way,
        whose records nobody can read any more."""
        router = self.router
        self.finish_sending()
        router.wait_drained(drain)
        router.wait_drained(drain, topics=[router.topic("notices")])
        changelogs = {router.topic("state"), router.topic("groups")}
        inputs = self._inputs()
        acknowledged = [r for p in self.producers for r in p.acknowledged]
        places = {(r.topic, r.partition, r.offset) for rs in inputs.values() for r in rs}
        unread = [r for r in acknowledged if (r.topic, r.partition, r.offset) not in places]
        assert not unread, f"the broker lost what it acknowledged: {unread[:3]}"

        names = [router.topic(n) for n in ("decisions", "promises", "deadletter", "state",
                                           "notices")] + router.departments()
        actual = self._actual(names)
        by_topic = defaultdict(list)
        for record in actual:
            by_topic[record.topic].append(record)
        fates, counts = self._fates(inputs, by_topic[router.topic("decisions")],
                                    by_topic[router.topic("deadletter")])
        lost, doubled = count_fates(places, fates)

        expected = self._expect_tickets(inputs, changelogs)
        forwarded = [r for r in inputs[router.home] if dict(r.headers).get("ombud-from")]
        ignored = set(outputs_lost_with)
        verdict = compare([o for o in expected if o.topic not in ignored],
                          [as_output(r, changelogs) for r in actual + forwarded
                           if r.topic not in ignored])
        second = self._check_escalations(by_topic[router.topic("notices")], changelogs)
        self._conclude(len(places), counts, lost, doubled, [verdict, second])

    def _check_escalations(self, notices, changelogs):
        router = self.router
        expected = replay(router.config_file, notices, "escalations", 1, changelogs)
        actual = self._actual([router.topic("groups")] + router.levels())
        return compare(expected, [as_output(r, changelogs) for r in actual])

    @staticmethod
    def _conclude(total, counts, lost, doubled, verdicts):
        problems = [f"no fate: {place}" for place in lost[:5]]
        problems += [f"more than one fate, or none of an input: {place}" for place in doubled[:5]]
        missing, again = len(lost), len(doubled)
        for verdict in verdicts:
            missing += len(verdict.lost)
            again += len(verdict.duplicates)
            for name, sentences in verdict._asdict().items():
                problems += [f"{name}: {sentence}" for sentence in sentences[:5]]
        word = "DELIVERED" if not problems else "NOT-DELIVERED"
        print(f"ALL-RECORDS-{word} in={total} decisions={counts['decisions']} "
              f"deadletters={counts['deadletters']} forwards={counts['forwards']} "
              f"duplicates={again} lost={missing}")
        assert not problems, "\n".join(problems)
        assert total == counts["decisions"] + counts["deadletters"] + counts["forwards"]
        return total


def misplaced_key(ticket, partitions):
    """A partition that is not the ticket's home: where a CRC32 producer may put it."""
    return (home_partition(ticket, partitions) + 1) % partitions
