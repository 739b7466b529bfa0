"""Kafka as the tests see it: a cluster of their own, and clients that share no code with ombudd."""

import os
import shutil
import subprocess
import tempfile
import time
from collections import namedtuple
from pathlib import Path

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = Path(__file__).resolve().parents[2]

Record = namedtuple("Record", "topic partition offset timestamp key headers value")


def murmur2(key):
    """The Java client's hash of a key: what decides a ticket's home partition."""
    if isinstance(key, str):
        key = key.encode()
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(key)) & mask
    whole = len(key) & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    if len(key) & 3:
        h = (h ^ int.from_bytes(key[whole:], "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15


def home_partition(ticket, partitions):
    return (murmur2(ticket) & 0x7FFFFFFF) % partitions


class Kafka:
    """A cluster of its own, started by scripts/kafka in a folder of its own."""

    def __init__(self, nodes=1, acl=False, name="kafka", proxy=None, disk=None):
        """`disk`: everything of it lies on one of that size ("300m"), which takes root."""
        self.folder = Path(tempfile.mkdtemp(prefix=f"ombud-test-{name}-"))
        self._admin = None
        self._disk = disk
        if disk:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={disk}", "none", str(self.folder)],
                           check=True)
        self._environment = dict(os.environ, OMBUD_KAFKA_DIR=str(self.folder / "cluster"))
        try:
            self.script("up", *(["--acl"] if acl else []),
                        *(["--proxy", str(proxy)] if proxy else []), str(nodes))
            self._read_environment()
        except BaseException:
            self.close()
            raise

    def close(self):
        try:
            self.script("down")
        finally:
            if self._disk:
                subprocess.run(["umount", "--lazy", str(self.folder)], check=False)
            shutil.rmtree(self.folder, ignore_errors=True)

    def script(self, *arguments, stdin=None, check=True, timeout=180):
        result = subprocess.run([str(ROOT / "scripts/kafka"), *arguments], env=self._environment,
                                input=stdin, stdin=None if stdin else subprocess.DEVNULL,
                                capture_output=True, text=True, timeout=timeout)
        if check and result.returncode != 0:
            raise RuntimeError(f"scripts/kafka {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def _read_environment(self):
        self.env = dict(line.split("=", 1) for line in self.script("env").splitlines())
        self.bootstrap = self.env["KAFKA_BOOTSTRAP"]
        self.sasl_bootstrap = self.env.get("KAFKA_SASL_BOOTSTRAP")
        self.tls_bootstrap = self.env.get("KAFKA_TLS_BOOTSTRAP")
        self.authority = self.env.get("KAFKA_CA")
        self.proxied = self.env.get("KAFKA_PROXIED")
        self.nodes = int(self.env["KAFKA_NODES"])

    def pid(self, node=1):
        self._read_environment()
        return int(self.env[f"KAFKA_PID_{node}"])

    def is_gone(self, node=1):
        """Whether that node's process has ended, by whose will ever."""
        self._read_environment()
        return not self.env[f"KAFKA_PID_{node}"]

    def forget_admin(self):
        """A client that outlives its broker may never answer again, or abort this process."""
        self._admin = None

    def stop_node(self, node=1):
        self.forget_admin()
        self.script("stop-node", str(node))

    def kill_node(self, node=1, signal="KILL"):
        self.forget_admin()
        self.script("kill-node", str(node), signal)

    def start_node(self, node=1):
        self.script("start-node", str(node))

    def tool(self, *arguments, **options):
        """One of Kafka's own console tools; its standard output."""
        return self.script("tool", *arguments, **options)

    def admin(self):
        # Kept: the answers of a client that is gone never arrive.
        if self._admin is None:
            self._admin = AdminClient({"bootstrap.servers": self.bootstrap,
                                       "reconnect.backoff.max.ms": 1000})
        return self._admin

    def partitions(self, topic):
        """Number of partitions, 0 where the topic does not exist."""
        found = self.admin().list_topics(topic, timeout=20).topics[topic]
        return 0 if found.error else len(found.partitions)

    def coordinator(self, transactional_id):
        """The node that leads the transactions of that id; 0 while there is none."""
        topic = self.admin().list_topics("__transaction_state", timeout=20) \
            .topics["__transaction_state"]
        code = 0
        for character in transactional_id:  # Java's String.hashCode
            code = (code * 31 + ord(character)) & 0xFFFFFFFF
        partition = topic.partitions[abs(code - (code >> 31 << 32)) % len(topic.partitions)]
        return max(partition.leader, 0)

    def topics(self):
        return set(self.admin().list_topics(timeout=20).topics)

    def create_topic(self, topic, partitions=1, **config):
        settings = {name.replace("_", "."): str(value) for name, value in config.items()}
        future = self.admin().create_topics([NewTopic(topic, partitions, config=settings)])[topic]
        future.result(30)
        wait_until(lambda: self.partitions(topic) == partitions, 20, f"topic {topic}")

    def delete_topic(self, topic):
        self.admin().delete_topics([topic])[topic].result(30)
        wait_until(lambda: topic not in self.topics(), 20, f"{topic} to be gone")
        # The broker forgets the partitions a moment after the name.
        wait_until(lambda: self.partitions(topic) == 0, 20, f"{topic} to be gone")

    def producer(self, partitioner="murmur2_random", **config):
        return LoggingProducer(self.bootstrap, partitioner, **config)

    def end_offsets(self, topic):
        """High watermark of each partition, open transactions and their markers included."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "ombud-test-ends",
                             "isolation.level": "read_uncommitted"})
        try:
            return [consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=20)[1]
                    for p in range(self.partitions(topic))]
        finally:
            consumer.close()

    def read(self, *topics, isolation="read_committed", timeout=60):
        """Every record of the topics, by partition and offset. Waits until each partition's whole
        log, as long as it is now, is decided: no transaction in it is open any more."""
        ends = {(topic, partition): end for topic in topics
                for partition, end in enumerate(self.end_offsets(topic))}
        waiting = {place for place, end in ends.items() if end > 0}
        records = []
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "ombud-test-reader",
                             "isolation.level": isolation, "enable.partition.eof": True,
                             "enable.auto.commit": False, "fetch.wait.max.ms": 10})
        try:
            consumer.assign([TopicPartition(t, p, 0) for t, p in waiting])
            deadline = time.monotonic() + timeout
            while waiting:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not decided after {timeout} s: {sorted(waiting)}")
                for message in consumer.consume(10000, timeout=0.2):
                    place = (message.topic(), message.partition())
                    if message.error():
                        if message.error().code() != KafkaError._PARTITION_EOF:
                            raise KafkaException(message.error())
                        if message.offset() >= ends[place]:
                            waiting.discard(place)
                    else:
                        records.append(Record(*place, message.offset(), message.timestamp()[1],
                                              message.key(), message.headers() or [],
                                              message.value()))
        finally:
            consumer.close()
        return sorted(records, key=lambda r: (r.topic, r.partition, r.offset))


class LoggingProducer:
    """Produces, and remembers in `acknowledged` only what the broker acknowledged."""

    def __init__(self, bootstrap, partitioner="murmur2_random", **config):
        settings = {"bootstrap.servers": bootstrap, "partitioner": partitioner,
                    "enable.idempotence": True, "linger.ms": 5,
                    "message.max.bytes": 4 * 1024 * 1024}
        settings.update({name.replace("_", "."): value for name, value in config.items()})
        self._producer = Producer(settings)
        self.acknowledged = []
        self.failed = []

    def send(self, topic, key=None, value=None, headers=None, **options):
        def delivered(error, message):
            if error:
                self.failed.append((error, key, value))
            else:
                self.acknowledged.append(Record(topic, message.partition(), message.offset(),
                                                message.timestamp()[1], key, headers or [], value))

        while True:
            try:
                self._producer.produce(topic, key=key, value=value, headers=headers,
                                       on_delivery=delivered, **options)
                break
            except BufferError:
                self._producer.poll(0.1)
        self._producer.poll(0)

    def flush(self, timeout=60):
        """True when everything sent so far is acknowledged or has failed for good."""
        return self._producer.flush(timeout) == 0


def wait_until(condition, timeout, what, interval=0.05):
    """Calls `condition` until it is true; its last value. TimeoutError says what was missing."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout} s for {what}")
        time.sleep(interval)
