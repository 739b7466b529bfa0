"""How kept promises fall with hand-offs: a real year of incidents under a plausible SLA, beside what that desk
recorded itself (incidents_outcome.csv)."""

import collections
import csv
import json
import pathlib
import subprocess
import tempfile

import yaml

from report import table

# What such a desk would promise: its clock never closes, and targets that its own priorities suggest.
SLA = {"name": "default", "calendar": "always", "pause": ["customer", "third_party"],
       "response": {"P1": "30m", "P2": "2h", "P3": "8h", "P4": "24h"},
       "resolution": {"P1": "8h", "P2": "24h", "P3": "72h", "P4": "120h"}}
STEPS = ((0, "none"), (1, "one"), (2, "two"), (3, "three"), (4, "four"), (5, "five and more"))


def lives(ctl, config, events):
    """Of each ticket what became of its promises, who held it, and whether it came back."""
    process = subprocess.Popen([ctl, "replay", "-c", config, "--stage", "tickets", events],
                               stdout=subprocess.PIPE)
    found = collections.defaultdict(lambda: {"kept": {}, "holders": [], "back": False})
    for line in process.stdout:
        if b'.decisions"' not in line:
            continue
        value = json.loads(line)["value"]
        if not value.get("responsible"):
            continue
        life = found[value["ticket"]]
        if not life["holders"] or life["holders"][-1] != value["responsible"]:
            life["holders"].append(value["responsible"])
        life["back"] |= value.get("hands", {}).get("ping_pongs", 0) > 0
        for clock in value["clocks"]:
            # What was broken once stays broken, whatever a reopening promises anew.
            if clock["clock"] in ("response", "resolution"):
                kept = clock["breached"] is None and life["kept"].get(clock["clock"], True)
                life["kept"][clock["clock"]] = kept
    assert process.wait() == 0
    return found.values()


def plausible(config, folder):
    """The incidents' configuration with this SLA."""
    text = yaml.load(config.read_text(encoding="utf-8"), yaml.BaseLoader) | {"slas": [SLA]}
    path = pathlib.Path(folder) / "promised.yaml"
    path.write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")
    return path


def hand_offs(run, config):
    """The table; nothing where there is no such log."""
    events, outcomes = run.folder / "incidents.ndjson.zst", run.folder / "incidents_outcome.csv"
    if not events.exists() or not outcomes.exists():
        return
    with open(outcomes, newline="", encoding="utf-8") as file:
        theirs = list(csv.DictReader(file))
    with tempfile.TemporaryDirectory() as folder:
        found = lives(run.ctl, plausible(config, folder), events)
    rows = []
    for step, name in STEPS:
        own = [life for life in found if min(len(life["holders"]) - 1, STEPS[-1][0]) == step]
        desk = [row["made_sla"] == "True" for row in theirs
                if min(int(row["reassignments"]), STEPS[-1][0]) == step]
        share = run.report.share
        rows.append([name, len(own),
                     share(f"handoffs/{name}/response", [life["kept"].get("response", True) for life in own]),
                     share(f"handoffs/{name}/resolution", [life["kept"].get("resolution", True) for life in own]),
                     share(f"handoffs/{name}/came_back", [life["back"] for life in own]),
                     len(desk), share(f"handoffs/{name}/desk", desk)])
    table("Promises kept, by hand-offs",
          ["hand-offs", "tickets", "response kept", "resolution kept", "came back", "tickets (the desk's count)",
           "kept (the desk's own SLA)"], rows)
