"""What should have come out: `ombudctl replay` over one partition's log, record for record."""

import base64
import json
import subprocess
from collections import namedtuple
from itertools import cycle

from harness import BUILD, sanitizer_environment
from kafka import home_partition

# One output, comparable byte for byte. `task` is the (topic, partition) whose log caused it: a task
# writes in order, so outputs of one task to one partition of one topic form a lane.
Output = namedtuple("Output", "topic task partition key headers value")


def lane(output):
    return output.topic, output.task, output.partition


def partition_of(key, count):
    """Where the producer puts a key; a record without one goes where the empty key goes."""
    return home_partition(key or b"", count)


def _packed(data):
    return None if data is None else base64.b64encode(data).decode()


def _line(record):
    line = {"topic": record.topic, "partition": record.partition, "offset": record.offset,
            "timestamp": record.timestamp,
            "headers": [[name, None if value is None else {"base64": _packed(value)}]
                        for name, value in record.headers]}
    if record.key is not None:
        line["key_base64"] = _packed(record.key)
    if record.value is None:
        line["value"] = None
    else:
        line["value_base64"] = _packed(record.value)
    return json.dumps(line)


def _output(line, task, counts, changelogs):
    row = json.loads(line)
    key = base64.b64decode(row["key_base64"]) if "key_base64" in row else \
        None if row["key"] is None else row["key"].encode()
    value = base64.b64decode(row["value_base64"]) if "value_base64" in row else None
    headers = tuple((name, base64.b64decode(text["base64"]) if isinstance(text, dict)
                     else None if text is None else text.encode())
                    for name, text in row["headers"].items())
    partition = task[1] if row["topic"] in changelogs else partition_of(key, counts(row["topic"]))
    return Output(row["topic"], task, partition, key, headers, value)


def _spread(outputs, task, home_partitions):
    """What a partition tells the others – how full departments are, whom to erase – goes to all but
    the own, one after the other."""
    others = cycle(number for number in range(home_partitions) if number != task[1])
    between = b'{"type":"load",', b'{"type":"account_erased",'
    return [output._replace(partition=next(others)) if (output.value or b"").startswith(between) and
            output.topic == task[0] and dict(output.headers).get("ombud-link") else output
            for output in outputs]


def replay(config_file, records, stage, counts, changelogs, home_partitions):
    """What one partition's log gives, as a list of Output: the same engine as the daemon's, in
    another process. `counts`: a topic's number of partitions."""
    if not records:
        return []
    result = subprocess.run([str(BUILD / "ombudctl"), "replay", "-c", str(config_file), "--base64",
                             "--stage", stage, "--partitions", str(home_partitions)],
                            input="\n".join(map(_line, records)), capture_output=True, text=True,
                            env=sanitizer_environment(), timeout=300)
    if result.returncode != 0:
        raise AssertionError(f"replay ended with {result.returncode}: {result.stderr}")
    task = (records[0].topic, records[0].partition)
    outputs = [_output(line, task, counts, changelogs) for line in result.stdout.splitlines()]
    return _spread(outputs, task, home_partitions)
