"""The demo as a stranger runs it."""

import re
import subprocess

import pytest

from kafka import ROOT


def own_topics(kafka):
    """Those that somebody made, not the broker for itself."""
    return {topic for topic in kafka.topics() if not topic.startswith("__")}


def check_story(output):
    """The life of one complaint, in plain words and 80 columns, before all the others."""
    story = output[output.index("One complaint, H-2041"):]
    story = re.split(r"^(?:\d\d:\d\d:\d\d|\d{4}-)", story, maxsplit=1, flags=re.MULTILINE)[0]
    lines = story.splitlines()
    assert max(map(len, lines)) <= 80, max(lines, key=len)
    text = " ".join(story.split())
    at = 0
    for piece in ("The office closed ten minutes ago", "to Heating this is yours",
                  "We are closed at the moment and open at", "09:00 (UTC)",
                  "to Service this is yours: another handed it back",
                  "you lead until somebody decides: nobody takes it",
                  "to heating-lead Heating: 1 complaint that no department takes",
                  "to Warranty this is yours: it was decided", "to heating-lead all of it is settled",
                  "Fri 10:30", "no time passes", "Warranty has answered you before", "as promised",
                  "Warranty now promises to have this solved by", "resumed after 5h",
                  "Warranty has solved this before", "as promised", "the guest 5 h 0 min"):
        at = text.find(piece, at)
        assert at >= 0, f"{piece!r} is not where it should be in:\n{story}"
        at += len(piece)


@pytest.mark.timeout(900)
@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("own_kafka", [
    pytest.param(True, id="own-kafka"),
    pytest.param(False, id="given-kafka", marks=pytest.mark.long)])
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
    check_story(result.stdout)
    # The account quotes the complaints' words in both languages.
    assert re.search(r"[\u4e00-\u9fff]", result.stdout) and "fire" in result.stdout
    if not own_kafka:
        assert own_topics(kafka) == before
