"""Proves delivery: every record that was acknowledged to a producer became exactly one decision,
dead letter or forward, and every output is, byte for byte, what `ombudctl replay` makes of the same
logs (clock: stream). Python counts on its own what became of each input."""

import json
from collections import Counter, defaultdict, namedtuple

import loads
import ownership
import schemas
from compare import (Verdict, compare, compare_changelog, compare_remade, count_fates, is_tail,
                     sentence)
from oracle import Output, lane, partition_of, replay

# What Checker.check found, for a test's own questions. `expected`: what replay says, by topic;
# `redirected`: Outputs to a topic that was gone, found in the dead-letter topic.
Checked = namedtuple("Checked", "counts inputs records expected redirected")

# A topic that was deleted and made again, or refused for a while. `before`: what was read while it was
# there; `whole`: nothing was written between that and its end.
Remade = namedtuple("Remade", "before whole")

IDENTITIES_KEPT = 256


def place_of(record):
    return record.topic, record.partition, record.offset


def header(record, name):
    return dict(record.headers).get(name)


def told_from(record):
    """The task of whose turn a record of the home topic is the word for another ticket; None: it is
    somebody else's."""
    place = header(record, "ombud-link")
    if not place:
        return None
    topic, partition, _ = place.decode().rsplit("/", 2)
    return topic, int(partition)


def sent_from(record):
    """The place of the record that a record of the home topic is a forward of; None: it is none.
    One that was passed on from ticket to ticket names the first place and the last."""
    if header(record, "ombud-link"):
        return None  # a record of its own: the router's word from one ticket to another
    passed, first = header(record, "ombud-passed"), header(record, "ombud-from")
    place = passed.split(b" ", 1)[1] if passed else first
    if not place:
        return None
    topic, partition, offset = place.decode().rsplit("/", 2)
    return topic, int(partition), int(offset)


class Checker:
    """Compares one router's topics with what they should hold. Everything written to its inputs
    goes through `send`."""

    def __init__(self, router):
        self.router = router
        self.kafka = router.kafka
        self.producer = self.kafka.producer()
        self.producers = [self.producer]
        self.changelogs = {router.topic("state"), router.topic("groups")}
        self._counts = {}

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

    def drain(self, timeout=120):
        """Waits until everything sent is consumed by both stages."""
        self.finish_sending()
        self.router.wait_drained(timeout)
        self.router.wait_drained(timeout, topics=[self.router.topic("notices")])

    def check(self, drain=120, poison=(), gone=(), remade=None, storm=None):
        """Waits until everything is consumed, compares, prints the one line; AssertionError with
        examples where something is wrong.

        `poison`: places of inputs that kill the process whenever they are met. Each must be a dead
        letter that says so; everything else must be as if it had never been written.
        `gone`: topics that were deleted under way. What replay has for them must have gone there
        up to some point and from there on, task by task, to the dead-letter topic and to the root
        department.
        `remade`: topics that came back, each with its Remade: what replay has for them must have been
        written before, or have gone to the dead-letter topic, or have been written since.
        `storm`: {name: value} of what went on meanwhile, told in the line instead of the fates."""
        remade = remade or {}
        self.drain(drain)
        inputs = self._read_inputs()
        records = self._read_outputs(gone)
        for topic, there in remade.items():
            records[topic] = there.before + records[topic]
        problems = self._check_acknowledged(inputs) + self._check_ids(records) + \
            self._check_schemas(records)
        fates, counts = self._fates(inputs, records)
        lost, doubled = count_fates([place_of(r) for rs in inputs.values() for r in rs], fates)
        problems += [f"no fate: {place}" for place in lost[:5]]
        problems += [f"more than one fate, or none of an input: {place}" for place in doubled[:5]]
        problems += self._check_decisions(inputs, records)
        problems += ownership.problems((json.loads(r.value) for r in
                                        records[self.router.topic("decisions")]),
                                       self.router.config["departments"])
        problems += loads.problems(inputs[self.router.home], records[self.router.topic("decisions")],
                                   self.router.config["departments"],
                                   self._partitions(self.router.home))

        kept = {topic: [r for r in rs if place_of(r) not in poison]
                for topic, rs in inputs.items()}
        expected = self._replay_inputs(kept) + self._replay_notices(records)
        actual = self._actual(inputs, records)
        found, actual = self._take_poison(actual, inputs, poison)
        problems += found
        found, redirected, expected_kept, actual = self._take_gone(expected, actual, gone, remade)
        problems += found
        verdict = self._compare(expected_kept, actual)
        self._conclude(inputs, counts, problems, verdict, len(lost), len(doubled), storm)
        by_topic = defaultdict(list)
        for output in expected:
            by_topic[output.topic].append(output)
        return Checked(counts, inputs, records, by_topic, redirected)

    def check_fates(self, drain=120):
        """The same without replay, for `clock: wall`, where what timers do depends on the day: each
        input has one fate, identities are unique, decisions agree with their inputs."""
        self.drain(drain)
        inputs = self._read_inputs()
        records = self._read_outputs(())
        problems = self._check_acknowledged(inputs) + self._check_ids(records) + \
            self._check_schemas(records)
        fates, counts = self._fates(inputs, records)
        lost, doubled = count_fates([place_of(r) for rs in inputs.values() for r in rs], fates)
        problems += [f"no fate: {place}" for place in lost[:5]]
        problems += [f"more than one fate, or none of an input: {place}" for place in doubled[:5]]
        problems += self._check_decisions(inputs, records)
        self._conclude(inputs, counts, problems, compare([], []), len(lost), len(doubled))
        return Checked(counts, inputs, records, {}, [])

    def check_replay(self, drain=120):
        """Only whether the outputs are those of replay, byte for byte: (Verdict, records by topic)."""
        self.drain(drain)
        inputs = self._read_inputs()
        records = self._read_outputs(())
        expected = self._replay_inputs(inputs) + self._replay_notices(records)
        return self._compare(expected, self._actual(inputs, records)), records

    # ---- reading

    def _partitions(self, topic):
        if topic not in self._counts:
            self._counts[topic] = self.kafka.partitions(topic) or 1  # one that is gone
        return self._counts[topic]

    def _read(self, topics):
        by_topic = {topic: [] for topic in topics}
        for record in self.kafka.read(*topics):
            by_topic[record.topic].append(record)
        return by_topic

    def _read_inputs(self):
        return self._read([source["topic"] for source in self.router.config["sources"]])

    def _read_outputs(self, gone):
        router = self.router
        names = ["decisions", "promises", "deadletter", "state", "notices", "groups"]
        topics = [router.topic(n) for n in names] + router.departments() + router.levels()
        return self._read([topic for topic in topics if topic not in gone])

    def _home_task(self, ticket):
        home = self.router.home
        return home, partition_of(ticket, self._partitions(home))

    def _task_of(self, record):
        """The task whose turn wrote a record."""
        router = self.router
        notices = (router.topic("notices"), 0)
        if record.topic in router.levels() or record.topic == router.topic("groups"):
            return notices
        if record.topic == router.topic("state"):
            return router.home, record.partition
        if header(record, "ombud-topic"):
            return header(record, "ombud-topic").decode(), int(header(record, "ombud-partition"))
        if record.value is None:
            return self._home_task(record.key)
        value = json.loads(record.value)
        if value["kind"] in ("escalation", "suppressed"):
            return notices
        if value["kind"] == "decision":
            return value["source"]["topic"], value["source"]["partition"]
        if value.get("ticket"):
            return self._home_task(value["ticket"].encode())
        topic, partition, _ = value["source"].rsplit("/", 2)
        return topic, int(partition)

    def _output(self, record):
        return Output(record.topic, self._task_of(record), record.partition, record.key,
                      tuple(record.headers), record.value)

    def _actual(self, inputs, records):
        outputs = [self._output(record) for rs in records.values() for record in rs]
        for record in inputs[self.router.home]:
            origin = sent_from(record)
            task = told_from(record) or (origin[:2] if origin else None)
            if task:
                outputs.append(Output(record.topic, task, record.partition, record.key,
                                      tuple(record.headers), record.value))
        return outputs

    # ---- what should be there

    def _replay_inputs(self, inputs):
        home = self.router.home
        expected = []
        for topic, records in inputs.items():
            stage = "tickets" if topic == home else "intake"
            logs = defaultdict(list)
            for record in records:
                logs[record.partition].append(record)
            for log in logs.values():
                expected += self._replay(log, stage)
        return expected

    def _replay_notices(self, records):
        return self._replay(records[self.router.topic("notices")], "escalations")

    def _replay(self, log, stage):
        return replay(self.router.config_file, log, stage, self._partitions, self.changelogs,
                      self._partitions(self.router.home))

    # ---- what is checked without replay

    def _check_acknowledged(self, inputs):
        places = {place_of(r) for rs in inputs.values() for r in rs}
        # Where the broker knew a record that was sent again, the client is not told where that stands.
        texts = {(r.topic, r.key, r.value) for rs in inputs.values() for r in rs}
        unread = [r for p in self.producers for r in p.acknowledged
                  if place_of(r) not in places and
                  not (r.offset is None and (r.topic, r.key, r.value) in texts)]
        return [f"the broker lost what it acknowledged: {r}" for r in unread[:3]]

    @staticmethod
    def _is_of_nobody(record):
        """The decision about a ticket that is unknown has its event's identity: of one that was
        written twice there are two alike."""
        return header(record, "ce_type") == b"ombud.decision" and \
            b'"responsible":null' in record.value

    @staticmethod
    def _check_ids(records):
        problems = []
        for topic, rs in records.items():
            ids = Counter(header(r, "ce_id") for r in rs
                          if header(r, "ce_id") and not header(r, "ombud-output") and
                          not Checker._is_of_nobody(r))
            problems += [f"{topic}: ce_id {name} stands {count} times"
                         for name, count in ids.items() if count > 1][:3]
        return problems

    def _check_schemas(self, records):
        """Dead letters and changelogs hold what they hold; all else is as its schema says."""
        free = self.changelogs | {self.router.topic("deadletter")}
        problems = []
        for record in (r for topic, rs in records.items() if topic not in free for r in rs):
            try:
                if record.value is not None:
                    schemas.check(json.loads(record.value))
            except AssertionError as error:
                problems.append(f"{record.topic}: {error}")
        return problems[:3]

    def _fates(self, inputs, records):
        fates, counts = [], Counter()
        decisions = self.router.topic("decisions")
        for record in records[decisions] + [r for r in records[self.router.topic("deadletter")] if
                                            header(r, "ombud-output") == decisions.encode()]:
            value = json.loads(record.value)
            if value["kind"] == "decision":
                source = value["source"]
                fates.append((source["topic"], source["partition"], source["offset"]))
                counts["decisions"] += 1
        for record in records[self.router.topic("deadletter")]:
            if header(record, "ombud-output"):
                continue
            fates.append((header(record, "ombud-topic").decode(),
                          int(header(record, "ombud-partition")),
                          int(header(record, "ombud-offset"))))
            counts["deadletters"] += 1
        for record in inputs[self.router.home]:
            origin = sent_from(record)
            if origin:
                fates.append(origin)
                counts["forwards"] += 1
        return fates, counts

    def _check_decisions(self, inputs, records):
        """Each decision is about the event that stands where it says, and says `duplicate` of
        exactly those events that a ticket had before."""
        decided = {}
        for record in records[self.router.topic("decisions")]:
            value = json.loads(record.value)
            if value["kind"] == "decision":
                source = value["source"]
                decided[source["topic"], source["partition"], source["offset"]] = value
        problems, seen = [], defaultdict(list)
        for record in inputs[self.router.home]:
            decision = decided.get(place_of(record))
            if decision is None:
                continue
            event = json.loads(record.value)
            origin = header(record, "ombud-from")
            first = (origin or f"{record.topic}/{record.partition}/{record.offset}".encode())
            name = (first.decode().rsplit("/", 2)[0], event.get("id", first.decode()))
            passed_to = header(record, "ombud-ticket")
            if passed_to:
                event["ticket"] = passed_to.decode()
            ticket = event.get("ticket")  # None: it erases an account, on that partition
            known = seen[ticket or record.partition]
            again = name in known[-IDENTITIES_KEPT:]
            # An unknown ticket keeps no identities.
            if not again and (decision["band"] or ticket is None):
                known.append(name)
            told = decision["ticket"], decision["type"], decision["outcome"] == "duplicate"
            if told != (ticket, event["type"], again) or \
                    event.get("id", decision["event"]) != decision["event"]:
                problems.append(f"{place_of(record)}: {event} became {decision}")
        return problems[:3]

    # ---- the two faults after which replay alone cannot tell

    def _take_poison(self, actual, inputs, poison):
        """Takes the dead letters of poisonous inputs, and the notices about them, out of `actual`."""
        if not poison:
            return [], actual
        router, problems, rest = self.router, [], []
        letters, notices = defaultdict(list), defaultdict(list)
        for output in actual:
            place = self._letter_place(output)
            if output.topic == router.topic("deadletter") and place in poison:
                letters[place].append(output)
            elif output.topic == router.topic("notices") and \
                    (source := self._letter_source(output)) in poison:
                notices[source].append(output)
            else:
                rest.append(output)
        by_place = {place_of(r): r for rs in inputs.values() for r in rs}
        for place in poison:
            record = by_place[place]
            found = letters[place]
            if len(found) != 1 or len(notices[place]) != 1:
                problems.append(f"poison {place}: {len(found)} dead letters, "
                                f"{len(notices[place])} notices, where each is due once")
            elif (found[0].key, found[0].value) != (record.key, record.value) or \
                    b"ended the process" not in dict(found[0].headers)["ombud-error"]:
                problems.append(f"poison {place}: {sentence(found[0])}")
        return problems, rest

    @staticmethod
    def _letter_source(output):
        """The place of the record that a notice about a dead letter speaks of, or None."""
        source = json.loads(output.value)["source"]
        if source is None:
            return None
        topic, partition, offset = source.rsplit("/", 2)
        return topic, int(partition), int(offset)

    @staticmethod
    def _letter_place(output):
        names = dict(output.headers)
        if "ombud-topic" not in names:
            return None
        return (names["ombud-topic"].decode(), int(names["ombud-partition"]),
                int(names["ombud-offset"]))

    def _take_gone(self, expected, actual, gone, remade):
        """(problems, redirected, expected and actual without what concerns those topics)."""
        if not gone and not remade:
            return [], [], expected, actual
        redirected, copies, rest = self._set_apart(actual)
        problems = self._check_copies(redirected, copies)
        for name, outputs in (("dead-letter topic", redirected), ("root department", copies)):
            want = self._by_task(o for o in expected if o.topic in gone)
            got = self._by_task(o for o in outputs if o.topic not in remade)
            for place, there in got.items():
                # Two partitions of one task's outputs have no order between them.
                if Counter(there) - Counter(want[place]) or not self._is_tail(there, want[place]):
                    problems.append(f"{name}: not what {place} was to get from some point on: "
                                    f"{[sentence(o) for o in there[:2]]}")
        problems += self._check_remade(expected, redirected, rest, remade)
        apart = set(gone) | set(remade)
        return (problems, redirected, [o for o in expected if o.topic not in apart],
                [o for o in rest if o.topic not in apart])

    def _set_apart(self, actual):
        """(what went to the dead-letter topic instead, its copies for the root department, the
        rest): the first two as they were meant."""
        router = self.router
        root = router.config["route"]["department"]
        redirected, copies, rest = [], [], []
        for output in actual:
            names = dict(output.headers)
            if "ombud-output" in names:
                redirected.append(self._as_meant(output, names["ombud-output"].decode()))
            elif output.topic == router.topic(f"dept.{root}") and \
                    (slug := json.loads(output.value)["department"]) != root:
                copies.append(self._as_meant(output, router.topic(f"dept.{slug}")))
            else:
                rest.append(output)
        return redirected, copies, rest

    def _check_copies(self, redirected, copies):
        root = self.router.topic(f"dept.{self.router.config['route']['department']}")
        due = [o for o in redirected if o.topic in self.router.departments() and o.topic != root]
        if Counter(due) == Counter(copies):
            return []
        return [f"{len(due)} dead letters for undeliverable records of departments, but "
                f"{len(copies)} copies for the root department"]

    def _check_remade(self, expected, redirected, rest, remade):
        problems = []
        for topic, there in remade.items():
            want, aside, seen = (self._by_lane(o for o in outputs if o.topic == topic)
                                 for outputs in (expected, redirected, rest))
            before = self._by_lane(map(self._output, there.before))
            for place in set(want) | set(aside) | set(seen):
                first = len(before[place])
                problems += compare_remade(want[place], seen[place][:first], aside[place],
                                           seen[place][first:], there.whole)
        return problems

    @staticmethod
    def _by_lane(outputs):
        found = defaultdict(list)
        for output in outputs:
            found[lane(output)].append(output)
        return found

    @staticmethod
    def _by_task(outputs):
        found = defaultdict(list)
        for output in outputs:
            found[output.topic, output.task].append(output._replace(partition=None))
        return found

    def _is_tail(self, there, want):
        return is_tail(sorted(there, key=repr), sorted(want[len(want) - len(there):], key=repr))

    def _as_meant(self, output, topic):
        headers = tuple((name, value) for name, value in output.headers
                        if name not in ("ombud-error", "ombud-output") and
                        not name.startswith("__connect."))
        return output._replace(topic=topic, headers=headers,
                               partition=partition_of(output.key, self._partitions(topic)))

    # ---- the end

    def _compare(self, expected, actual):
        """Byte for byte; but of changelogs `replay` writes every change, the daemon each record once a
        transaction."""
        parts = [[[o for o in outputs if (o.topic in self.changelogs) == of_state]
                  for outputs in (expected, actual)] for of_state in (False, True)]
        return Verdict(*map(list.__add__, compare(*parts[0]), compare_changelog(*parts[1])))

    @staticmethod
    def _conclude(inputs, counts, problems, verdict, lost, doubled, storm=None):
        problems = list(problems)
        for name, sentences in verdict._asdict().items():
            problems += [f"{name} ({len(sentences)}): {text}" for text in sentences[:3]]
        lost += len(verdict.lost)
        doubled += len(verdict.duplicates)
        total = sum(map(len, inputs.values()))
        fates = counts["decisions"] + counts["deadletters"] + counts["forwards"]
        if total != fates:
            problems.append(f"{total} records in, {fates} fates")
        word = "DELIVERED" if not problems else "NOT-DELIVERED"
        told = {**storm, "records": total} if storm else {"in": total, **{
            name: counts[name] for name in ("decisions", "deadletters", "forwards")}}
        print(f"ALL-RECORDS-{word} {' '.join(f'{name}={value}' for name, value in told.items())} "
              f"duplicates={doubled} lost={lost}")
        assert not problems, "\n".join(problems)
