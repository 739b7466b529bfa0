"""scripts/bench: the router against a copy loop on the same broker and events, its latency, its
state, and how its cost grows. Ratios are taken within a round, because machines are noisy."""

import argparse
import itertools
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/system"))
os.environ["OMBUD_BUILD"] = "build/release"
os.environ["OMBUD_KAFKA_JAVA"] = "-Xms1g -Xmx1g -XX:+UseG1GC"  # as Apache's start script has it

from confluent_kafka import Consumer, TopicPartition  # noqa: E402
from harness import Router  # noqa: E402
from kafka import Kafka, home_partition  # noqa: E402

TOOLS = ROOT / "build/release/tests"
INPUT_PARTITIONS = 12
HEADERS, NAME_BYTES = 4, 9  # of a record that the copy loop writes: how many, a name on average


def cpu_of(command, **options):
    """Runs a command; (its user and system seconds, its standard output)."""
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True,
                               **options)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, output


def fields(line):
    return {name: float(value) for name, value in
            (pair.split("=") for pair in line.split() if "=" in pair)}


class Bench:
    def __init__(self, events):
        self.kafka = Kafka(1, name="bench")
        self.folder = Path(tempfile.mkdtemp(prefix="ombud-bench-"))
        self.events = events
        self.serial = 0
        self.preloaded = {} # topic: events; its offsets also count each start's aborted probe

    def close(self):
        self.kafka.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def name(self, what):
        self.serial += 1
        return f"{what}-{self.serial}"

    def preload(self, events, partitions=INPUT_PARTITIONS, *mode):
        topic = self.name("bench.events")
        # The events are of the past, and must stay.
        self.kafka.create_topic(topic, partitions, retention_ms=-1)
        _, output = cpu_of([TOOLS / "preload", self.kafka.bootstrap, topic, partitions, events,
                            *mode])
        print(f"preloaded {topic}: {output.strip()}", flush=True)
        self.preloaded[topic] = events
        return topic

    def router(self, home, kind=None, tree=ROOT, libraries=None, **changes):
        """A router with the default configuration, or another kind, on its own outputs, reading
        `home`; of another built tree, with libraries from a folder."""
        prefix = self.name("bench")
        folder = self.folder / prefix
        folder.mkdir()
        partitions = self.kafka.partitions(home)
        router = (kind or DefaultRouter)(self.kafka, folder, prefix, home, partitions, tree, changes)
        router.libraries = {"LD_LIBRARY_PATH": str(libraries)} if libraries else {}
        router.events = self.preloaded.get(home, 0)
        router.create_topics()
        return router

    def delete(self, topics):
        for future in self.kafka.admin().delete_topics(list(topics)).values():
            future.result(30)

    def ends(self, topic):
        return sum(self.kafka.end_offsets(topic))


class DefaultRouter(Router):
    """conf/ombud.yaml with another broker and other topics."""

    def __init__(self, kafka, folder, prefix, home, partitions, tree, changes):
        self._home_topic, self._home_partitions, self._changes = home, partitions, changes
        self.tree, self.programs = Path(tree), Path(tree) / "build/release"
        super().__init__(kafka, folder, prefix)

    def _base(self):
        return {**self._decides(),
                "kafka": {"bootstrap.servers": self.kafka.bootstrap, "group.id": self.prefix},
                "sources": [{"topic": self._home_topic, "format": "ombud"}],
                "topics": {"prefix": self.prefix, "partitions": self._home_partitions},
                **self._changes}

    def _decides(self):
        return {"include": [str(self.tree / "conf/ombud.yaml")]}

    def start(self, **options):
        """An older tree knows no control socket."""
        if self.tree != ROOT:
            options["config"] = {"control": None}
        return super().start(**options)

    def run(self, instances=1, timeout=600):
        """Drains the input, then ends; CPU seconds of all instances, and events per second."""
        total = self.events
        daemons = [self.start(instance=f"i{i}", ready=False, **self.libraries)
                   for i in range(instances)]
        started = finished = None
        deadline = time.monotonic() + timeout
        self.samples = []  # events done, CPU seconds of the first instance so far
        while finished is None:
            if time.monotonic() > deadline:
                raise SystemExit("the router did not drain its input in time")
            for daemon in daemons:
                daemon.check_alive_or_expected()
            done = sum(positions(daemon) for daemon in daemons)
            self.samples.append((done, cpu_so_far(daemons[0].process.pid)))
            if started is None and done:
                started = (time.monotonic(), done)
            if done >= total:
                finished = time.monotonic()
            else:
                time.sleep(0.05)
        time.sleep(1)  # for the last commit to be counted
        metrics = daemons[0].http("/metrics")[1]
        cpu = 0
        for daemon in daemons:
            daemon.may_die = True
            daemon.signal(signal.SIGTERM)
            _, status, usage = os.wait4(daemon.process.pid, 0)
            daemon.process.returncode = os.waitstatus_to_exitcode(status)
            cpu += usage.ru_utime + usage.ru_stime
            self.peak_rss = usage.ru_maxrss * 1024
        rate = (total - started[1]) / max(finished - started[0], 1e-3)
        return cpu, rate, metrics


class SmallRouter(DefaultRouter):
    """500 phrases, routing by category, and state: no promises, no copies, no ladders."""

    def _decides(self):
        departments = ["quality", "billing", "logistics", "technical", "property", "service",
                       "privacy", "legal"]
        lexicons = [self._lexicon("zh", 250), self._lexicon("en", 250)]
        return {"levels": ["lead"], "departments": {name: {} for name in departments},
                "lexicons": lexicons, "slas": [], "ladders": {}, "escalations": [],
                "route": {"department": "service",
                          "routes": [{"match": f"category == {name}", "department": name}
                                     for name in departments if name != "service"]}}

    def _lexicon(self, language, count):
        """The first `count` phrases of the shipped ones that are plain words."""
        phrases = []
        for path in sorted((self.tree / "conf/lexicons" / language).glob("*.yaml")):
            for concept in yaml.safe_load(path.read_text()).get("concepts", []):
                phrases += [p for p in concept.get("phrases", []) if isinstance(p, str) and
                            not re.search(r"[^\w ']", p)]
        path = self.folder / f"{language}.yaml"
        path.write_text(yaml.safe_dump(
            {"category": "words", "lang": language,
             "concepts": [{"points": 10, "phrases": list(dict.fromkeys(phrases))[:count]}]},
            allow_unicode=True))
        return str(path)


def cpu_so_far(pid):
    ticks = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def growth(samples, part=0.2):
    """CPU of an event in the last part of a run in ratio to one after the first."""
    total = samples[-1][0]

    def cost(low, high):
        within = [s for s in samples if low * total <= s[0] <= high * total]
        return (within[-1][1] - within[0][1]) / (within[-1][0] - within[0][0])
    return cost(1 - part, 1) / cost(part / 2, part * 1.5)


def positions(daemon):
    """Records of the home topic that an instance has taken, over its partitions."""
    return sum(float(line.rsplit(" ", 1)[1]) for line in daemon.http("/metrics")[1].splitlines()
               if line.startswith('ombud_task_position{stage="tickets"'))


def metric(text, name):
    return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
               if line.startswith(name + "{"))


def headers_of(bench, topics, sample=2000):
    """Of all records that were written: the share that has headers, and their bytes on average."""
    share = size = weight = 0
    for topic in topics:
        written = bench.ends(topic)
        consumer = Consumer({"bootstrap.servers": bench.kafka.bootstrap, "group.id": "bench-look",
                             "auto.offset.reset": "earliest"})
        consumer.assign([TopicPartition(topic, 0, 0)])
        found = [m for m in consumer.consume(sample, timeout=2) if not m.error()]
        consumer.close()
        if found:
            share += written * statistics.mean(bool(m.headers()) for m in found)
            size += written * statistics.mean(sum(len(n) + len(v or b"") for n, v in
                                                  m.headers() or []) for m in found)
            weight += written
    return share / max(weight, 1), size / max(weight, 1)


def summary(values):
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def output_topics(router):
    return [t for t in router.kafka.topics() if t.startswith(router.prefix + ".")]


def output_of(bench, home, **kind):
    """Runs a router once; what the copy loop is to write to do the same: (records an event, bytes of
    a value, share of records with headers, bytes of all headers of one)."""
    probe = bench.router(home, **kind)
    _, _, metrics = probe.run()
    records = metric(metrics, "ombud_records_written_total")
    outputs = output_topics(probe)
    with_headers, header_bytes = headers_of(bench, outputs)
    bench.delete(outputs)
    return (records / bench.events, metric(metrics, "ombud_bytes_written_total") / records,
            with_headers, header_bytes / with_headers)


def copy(bench, home, output=None, headers=True):
    """The copy loop, with a router's output; without `headers` their bytes are in the values."""
    arguments = []
    if output:
        records, value, share, header_bytes = output
        arguments = ([records, int(value), share, int(header_bytes / HEADERS - NAME_BYTES)]
                     if headers else [records, int(value + share * header_bytes)])
    target = bench.name("bench.copy")
    bench.kafka.create_topic(target, INPUT_PARTITIONS)
    cpu, printed = cpu_of([TOOLS / "copy", bench.kafka.bootstrap, home, INPUT_PARTITIONS,
                           target, target, *arguments])
    bench.delete([target])
    found = fields(printed)
    return cpu, found["events"] / found["seconds"]


def route(bench, home, **kind):
    router = bench.router(home, **kind)
    cpu, rate, _ = router.run()
    bench.delete(output_topics(router))
    return cpu, rate


def print_jobs(results, base):
    """`base`: of each job the one that its cost is divided by."""
    print("\n| job | CPU s a million events | events/s | CPU, in ratio to |")
    print("|---|---|---|---|")
    for name, rows in results.items():
        rates = [rate for _, rate in rows]
        ratios = [f"{other}: " + summary([cpu / own for (cpu, _), (own, _) in
                                          zip(rows, results[other])]) for other in base[name]]
        print(f"| {name} | {summary([c for c, _ in rows])} | {statistics.median(rates):,.0f} "
              f"({min(rates):,.0f} to {max(rates):,.0f}) | {'<br>'.join(ratios)} |", flush=True)


def throughput(bench, rounds, old, libraries):
    """Routers and loops that write as much, in random order: the default configuration and 500
    phrases; of another tree and with another librdkafka where they are given."""
    home = bench.preload(bench.events)
    whole, small = output_of(bench, home), output_of(bench, home, kind=SmallRouter)
    for name, (records, value, share, header_bytes) in ("the router", whole), ("500 phrases", small):
        print(f"{name}: {records:.2f} records of {value:.0f} bytes an event; {share:.0%} of them "
              f"have headers, {header_bytes:.0f} bytes", flush=True)
    loop, bare, few = "its records with headers", "its records without", "records of 500 phrases"
    jobs = {"copy": (lambda: copy(bench, home), []),
            bare: (lambda: copy(bench, home, whole, headers=False), []),
            loop: (lambda: copy(bench, home, whole), []),
            "router": (lambda: route(bench, home), [loop, bare]),
            few: (lambda: copy(bench, home, small), []),
            "router, 500 phrases": (lambda: route(bench, home, kind=SmallRouter), [few])}
    if old:
        jobs["router, old"] = (lambda: route(bench, home, tree=old), ["router"])
    if libraries:
        jobs["router, other librdkafka"] = (lambda: route(bench, home, libraries=libraries),
                                            ["router"])
    results = {name: [] for name in jobs}
    order = random.Random(1)
    for number in range(rounds):
        for name in order.sample(list(jobs), len(jobs)):
            cpu, rate = jobs[name][0]()
            results[name].append((cpu * 1e6 / bench.events, rate))
            print(f"round {number + 1}: {name}: {results[name][-1][0]:.2f} CPU s a million, "
                  f"{rate:,.0f} events/s", flush=True)
    print_jobs(results, {name: base for name, (_, base) in jobs.items()})


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Arrivals:
    """Reads committed records of topics as they come and notes when each became visible. In a process
    of its own: the producer's would keep it waiting."""

    def __init__(self, kafka, topics):
        partitions = [TopicPartition(t, p, 0) for t in topics for p in range(kafka.partitions(t))]
        self.pipe, far = multiprocessing.Pipe()
        # Spawned: librdkafka's threads do not survive a fork.
        self.process = multiprocessing.get_context("spawn").Process(
            target=note_arrivals, daemon=True,
            args=(kafka.bootstrap, [(p.topic, p.partition) for p in partitions], far))
        self.process.start()
        self.pipe.recv()

    def stop(self):
        """[(when, value)]"""
        self.pipe.send(None)
        seen = self.pipe.recv()
        self.process.join()
        return seen


def note_arrivals(bootstrap, partitions, pipe):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bench-latency",
                         "isolation.level": "read_committed", "fetch.wait.max.ms": 5,
                         "enable.auto.commit": False})
    consumer.assign([TopicPartition(t, p, 0) for t, p in partitions])
    seen = []
    pipe.send(None)
    while not pipe.poll():
        message = consumer.poll(0.1)
        while message is not None:
            if not message.error():
                seen.append((time.time(), message.value()))
            message = consumer.poll(0)
    pipe.send(seen)
    consumer.close()


def latency(bench, rate=2000, seconds=40):
    """From the producer's send to the dispatch, and to the escalation, in a reader's hands. The first
    half is left out: Java translates what it runs often only after a while."""
    print("\n| commit_interval | to dispatch, ms: p50 | p99 | to escalation, ms: p50 | p99 |")
    print("|---|---|---|---|---|")
    for interval in (100, 10):
        home = bench.name("bench.live")
        bench.kafka.create_topic(home, INPUT_PARTITIONS, message_timestamp_type="LogAppendTime")
        router = bench.router(home, commit_interval=f"{interval}ms", group_wait="1s",
                              group_interval="1s")
        daemon = router.start()
        dispatches = Arrivals(bench.kafka, router_topics(router, "dept."))
        escalations = Arrivals(bench.kafka, router_topics(router, "escalations."))
        time.sleep(2)
        sent = offer(bench.kafka, home, rate, seconds)
        time.sleep(5)
        dispatches, escalations = dispatches.stop(), escalations.stop()
        daemon.stop()
        first = {}
        for at, value in dispatches:
            first.setdefault(json.loads(value)["ticket"], at)
        warm = sorted(sent.values())[len(sent) // 2]
        to_dispatch = [(first[t] - at) * 1000 for t, at in sent.items() if t in first and at > warm]
        to_people = to_messages(escalations, sent, warm)
        assert len(to_dispatch) > 0.49 * len(sent) and to_people, \
            f"{len(to_dispatch)} dispatches and {len(to_people)} escalations of {len(sent)}"
        print(f"| {interval} ms | {percentile(to_dispatch, 0.5):.0f} | "
              f"{percentile(to_dispatch, 0.99):.0f} | {percentile(to_people, 0.5):.0f} | "
              f"{percentile(to_people, 0.99):.0f} |", flush=True)


def to_messages(seen, sent, warm):
    """Milliseconds until a message counts a dangerous ticket. A message lists only the most urgent of
    its group, so what tells is the number of them: the n-th is in the first message that counts n."""
    counts = [(at, json.loads(value)["tickets_total"]) for at, value in seen]
    found = []
    for number, at in enumerate(sorted(at for t, at in sent.items() if is_danger(t)), 1):
        counted = [when for when, total in counts if total >= number]
        if counted and at > warm:
            found.append((min(counted) - at) * 1000)
    return found


def is_danger(ticket):
    return int(ticket.rsplit("-", 1)[1]) % 200 == 0


def router_topics(router, part):
    return [t for t in router.kafka.topics() if t.startswith(f"{router.prefix}.{part}")]


def offer(kafka, home, rate, seconds, together=10):
    """Sends openings at a steady rate; {ticket: when}. One in 200 is dangerous. A few of one partition
    go together: a request for each would be most of what the broker does."""
    waiting, events = defaultdict(list), []
    for number in itertools.count():
        ticket = f"L-{number}"
        of_one = waiting[home_partition(ticket.encode(), INPUT_PARTITIONS)]
        of_one.append((ticket, opening(ticket)))
        if len(of_one) == together:
            events += of_one
            of_one.clear()
        if len(events) >= rate * seconds:
            break
    producer = kafka.producer(linger_ms=1)
    sent = {}
    start = time.time()
    for number, (ticket, value) in enumerate(events):
        wait = start + number // together * together / rate - time.time()
        if wait > 0:
            time.sleep(wait)
        sent[ticket] = time.time()
        producer.send(home, key=ticket.encode(), value=value)
    producer.flush()
    return sent


def opening(ticket):
    body = "The charger caught fire and burned my hand. " if is_danger(ticket) else \
        "The parcel is a week late and nobody answers the telephone. "
    return json.dumps({"type": "opened", "ticket": ticket, "id": ticket, "subject": body[:20],
                       "body": body * 8, "lang": "en", "category": "logistics"}).encode()


def state(bench, tickets):
    """Memory of open tickets, and how long their restore takes."""
    few = bench.preload(1000, INPUT_PARTITIONS, "open")
    small = bench.router(few)
    small.run()
    home = bench.preload(tickets, INPUT_PARTITIONS, "open")
    router = bench.router(home)
    cpu, _, _ = router.run()
    grown = growth(router.samples)
    started = time.monotonic()
    daemon = router.start(instance="i0")
    ready = time.monotonic() - started
    seconds = [v for n, v in daemon.metrics().items() if "restore_seconds" in n]
    rss = int(Path(f"/proc/{daemon.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    print(f"\n{tickets} open tickets: {cpu * 1e6 / tickets:.2f} CPU s a million openings; "
          f"restored in {max(seconds, default=ready):.1f} s (ready {ready:.1f} s after the start), "
          f"{rss / 1e6:.0f} MB resident, {(rss - small.peak_rss) / tickets:.0f} bytes a ticket "
          f"with its kept text and identities; an opening with {0.9 * tickets:,.0f} of them open "
          f"costs {grown:.2f} times what it costs with {0.2 * tickets:,.0f}", flush=True)
    daemon.stop()


def scaling(bench, events):
    """CPU of 2 workers, of 48 partitions and of many open tickets, in ratio to one plain run."""
    plain, one, many = [], bench.preload(events, 1), bench.preload(events, 48)
    home = bench.preload(events)
    rows = {"2 workers": [], "1 partition": [], "48 partitions": []}
    for _ in range(3):
        plain.append(route(bench, home)[0])
        rows["2 workers"].append(route(bench, home, workers=2)[0])
        rows["1 partition"].append(route(bench, one)[0])
        rows["48 partitions"].append(route(bench, many)[0])
    print("\n| against 12 partitions and 1 worker | CPU ratio |\n|---|---|")
    for name, values in rows.items():
        print(f"| {name} | {summary([v / p for v, p in zip(values, plain)])} |")
    print(f"| 48 partitions against 1 | "
          f"{summary([a / b for a, b in zip(rows['48 partitions'], rows['1 partition'])])} |",
          flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("what", nargs="*",
                        help="throughput, latency, state, scaling (default: all of them)")
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--old", metavar="TREE", help="another tree with a release build, for "
                        "throughput: its router in the same rounds")
    parser.add_argument("--librdkafka", metavar="FOLDER", help="with another librdkafka.so.1, for "
                        "throughput: the router with it in the same rounds")
    arguments = parser.parse_args()
    what = arguments.what or ["throughput", "latency", "state", "scaling"]
    bench = Bench(arguments.events)
    try:
        if "throughput" in what:
            throughput(bench, arguments.rounds, arguments.old, arguments.librdkafka)
        if "latency" in what:
            latency(bench)
        if "state" in what:
            state(bench, arguments.tickets)
        if "scaling" in what:
            scaling(bench, arguments.events // 2)
    finally:
        bench.close()


if __name__ == "__main__":
    main()
