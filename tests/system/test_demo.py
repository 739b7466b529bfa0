"""The demo as a stranger runs it."""

import re
import subprocess

import pytest

from kafka import ROOT


def own_topics(kafka):
    """Those that somebody made, not the broker for itself."""
    return {topic for topic in kafka.topics() if not topic.startswith("__")}


@pytest.mark.timeout(900)
@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("own_kafka", [True, False], ids=["own-kafka", "given-kafka"])
def test_demo_shows_it_all_and_cleans_up(own_kafka, request):
    arguments = ["--seconds", "20"]
    if not own_kafka:
        kafka = request.getfixturevalue("kafka")
        before = own_topics(kafka)
        arguments += ["--kafka", kafka.bootstrap]
    result = subprocess.run([str(ROOT / "scripts/demo"), *arguments], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=800)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    last = result.stdout.splitlines()[-1]
    counts = re.fullmatch(r"(\d+) events, (\d+) dispatches, (\d+) promises, (\d+) escalations, "
                          r"(\d+) dead letters", last)
    assert counts, last
    events, dispatches, promises, escalations, deadletters = map(int, counts.groups())
    assert events >= 60 and dispatches > 0 and promises > 0 and escalations > 0
    assert deadletters == 2, "the stream holds two records that are no events"
    # The account quotes the complaints' words in both languages.
    assert re.search(r"[\u4e00-\u9fff]", result.stdout) and "fire" in result.stdout
    if not own_kafka:
        assert own_topics(kafka) == before
