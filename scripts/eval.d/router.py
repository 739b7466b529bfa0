"""What the router makes of a text: `ombudctl replay`, the code that routes."""

import collections
import json
import subprocess
import sys
import tempfile

TIME = "2026-01-05T09:00:00Z"


def decide(ctl, config, texts, subjects=None):
    """One decision for each text, each a ticket of its own."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".ndjson") as events:
        for number, text in enumerate(texts):
            event = {"type": "opened", "ticket": f"t{number}", "id": f"e{number}", "time": TIME, "body": text}
            if subjects:
                event["subject"] = subjects[number]
            events.write(json.dumps(event, ensure_ascii=False) + "\n")
        events.flush()
        command = [ctl, "replay", "-c", config, "--stage", "tickets", events.name]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    decisions = {}
    for line in output.splitlines():
        record = json.loads(line)
        if record["topic"].endswith(".decisions") and record["value"]["kind"] == "decision":
            decisions[int(record["value"]["ticket"][1:])] = record["value"]
    missing = len(texts) - len(decisions)
    if missing:
        sys.exit(f"eval: {missing} of {len(texts)} texts got no decision from {config}")
    return [decisions[number] for number in range(len(texts))]


def learn(ctl, config, root, examples, folder):
    """A configuration that routes by what `ombudctl learn` made of pairs (department, text), and by nothing else."""
    with open(folder / "history.ndjson", "w", encoding="utf-8") as file:
        for number, (department, text) in enumerate(examples):
            ticket = {"ticket": f"t{number}", "time": TIME}
            for event in ({"type": "opened", "id": f"o{number}", "body": text},
                          {"type": "resolved", "id": f"r{number}", "department": department}):
                file.write(json.dumps(ticket | event, ensure_ascii=False) + "\n")
    subprocess.run([ctl, "learn", "-c", config, "--events", folder / "history.ndjson", "-o", folder / "model"],
                   check=True, stdout=subprocess.DEVNULL)
    path = folder / "learned.yaml"
    path.write_text(f"include: [{config}]\nlearned: {{ model: model, fallback: true, margin: 0 }}\n"
                    f"route: {{ department: {root}, routes: [] }}\n", encoding="utf-8")
    return path


def at_least(decision, band):
    return decision["band"] <= band


def says_nothing(decision):
    """No signal but praise, and praise is no reason to act; nor is what is heard in another mood than stated."""
    return not any(signal["family"] == "text" and signal["signal"] not in ("text.praise", "text.unheard") and
                   not signal.get("negated") and not signal.get("mood")
                   for signal in decision["signals"])


def auc(positives, negatives):
    """The chance that a positive scores higher than a negative, ties counting half."""
    if not positives or not negatives:
        return None
    counts = collections.Counter(negatives)
    below, total = {}, 0
    for score in sorted(set(negatives) | set(positives)):
        below[score] = total
        total += counts[score]
    wins = sum(below[score] + counts[score] / 2 for score in positives)
    return wins / (len(positives) * len(negatives))


def recall_at(positives, negatives, alarms):
    """Share of the positives above the score that at most `alarms` of the negatives exceed."""
    limit = sorted(negatives, reverse=True)[min(int(alarms * len(negatives)), len(negatives) - 1)]
    return sum(score > limit for score in positives) / len(positives)


def macro_f1(truths, guesses):
    scores = []
    for name in set(truths):
        right = sum(t == g == name for t, g in zip(truths, guesses))
        scores.append(2 * right / (truths.count(name) + guesses.count(name)) if right else 0)
    return sum(scores) / len(scores)
