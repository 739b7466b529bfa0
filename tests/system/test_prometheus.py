"""/metrics by Prometheus' own rules, and the alerts and the dashboard that read it."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from kafka import ROOT, LoggingProducer, wait_until

FOLDER = ROOT / "conf/prometheus"
needs_promtool = pytest.mark.skipif(not shutil.which("promtool"),
                                    reason="promtool is not installed (Debian package prometheus)")


def promtool(*arguments, stdin=None):
    return subprocess.run(["promtool", *arguments], input=stdin, capture_output=True, text=True,
                          stdin=None if stdin else subprocess.DEVNULL, cwd=FOLDER, timeout=120)


@needs_promtool
def test_the_alerts_do_what_their_tests_say():
    checked = promtool("check", "rules", "ombud.rules.yaml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = promtool("test", "rules", "ombud.test.yaml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_tested_and_says_what_to_do():
    rules = yaml.safe_load((FOLDER / "ombud.rules.yaml").read_text())
    alerts = {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"]}
    tested = {test["name"] for test in
              yaml.safe_load((FOLDER / "ombud.test.yaml").read_text())["tests"]}
    assert tested == set(alerts)
    for rule in alerts.values():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"] and rule["annotations"]["description"]


def metrics_in(expression):
    return set(re.findall(r"\b(?:ombud|process)_[a-z0-9_]+", expression))


def named_metrics():
    """What alerts and dashboard read: {metric: where}."""
    found = {}
    rules = yaml.safe_load((FOLDER / "ombud.rules.yaml").read_text())
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        for metric in metrics_in(rule["expr"]):
            found[metric] = f"alert {rule['alert']}"
    dashboard = json.loads((ROOT / "conf/grafana/ombud.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            for metric in metrics_in(target["expr"]):
                found[metric] = f"panel {panel['title']}"
    for note in dashboard["annotations"]["list"]:
        for metric in metrics_in(note["expr"]):
            found[metric] = f"annotation {note['name']}"
    return found


EVENTS = [
    {"type": "opened", "ticket": "B-1", "id": "1", "body": "The heater caught fire last night"},
    {"type": "opened", "ticket": "B-2", "id": "2", "body": "What is this sum?",
     "category": "billing"},
    {"type": "returned", "ticket": "B-2", "id": "3", "department": "billing",
     "by_department": "billing", "reason_code": "not_ours"},
    {"type": "opened", "ticket": "B-3", "id": "4", "body": "Where is it?"},
    {"type": "resolved", "ticket": "B-3", "id": "5"},
    {"type": "rejoiced", "ticket": "B-4"}, {"ticket": "B-5"}, {"type": "opened"},
]


@pytest.fixture
def served(kafka, make_router):
    """A router that has decided something, and its /metrics."""
    router = make_router(kafka, calendars={"office": {
        "hours": {"mon..fri": "09:00-17:00"}, "valid_until": "2031-12-31"}},
        departments={"billing": {"calendar": "office"}})
    daemon = router.start()
    producer = LoggingProducer(kafka.bootstrap)
    for event in EVENTS:
        producer.send(router.home, key=event.get("ticket", "x"), value=json.dumps(event))
    producer.send(router.home, key="x", value="{")
    assert producer.flush()
    router.wait_drained()

    def seen():
        values = daemon.metrics()
        total = sum(value for name, value in values.items()
                    if name.startswith("ombud_tickets_deadletter_reasons_total"))
        firing = sum(value for name, value in values.items()
                     if name.startswith("ombud_escalations_open") and 'status="firing"' in name)
        return values if total == 4 and firing >= 1 else None

    values = wait_until(seen, 30, "what was committed to be on /metrics")
    yield daemon, values
    assert daemon.stop() == 0


def families(text):
    """{name: type} of a page."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))


@needs_promtool
def test_the_page_passes_the_check_and_has_all_that_is_read(served):
    daemon, values = served
    status, text = daemon.http("/metrics")
    assert status == 200
    checked = promtool("check", "metrics", stdin=text)
    assert checked.returncode == 0 and not checked.stdout + checked.stderr, \
        checked.stdout + checked.stderr
    known = families(text)
    for name, kind in known.items():
        assert name.endswith("_total") == (kind == "counter"), f"{name} is a {kind}"
    for metric, where in named_metrics().items():
        base = re.sub(r"_(bucket|sum|count)$", "", metric)
        # jemalloc is in no build with sanitizers.
        assert metric in known or known.get(base) == "histogram" or \
            metric == "ombud_memory_allocated_bytes", f"{where}: {metric}"


def test_what_a_department_has_and_did(served):
    _, values = served

    def value(name, **labels):
        wanted = [f'{label}="{text}"' for label, text in labels.items()]
        return sum(number for sample, number in values.items()
                   if sample.startswith(name + "{") and all(part in sample for part in wanted))

    assert value("ombud_tickets_open") == 2, "one is resolved"
    assert value("ombud_tickets_open", department="quality", band="P1") == 1
    assert value("ombud_tickets_open", department="billing") == 0, "it was handed back"
    assert value("ombud_tickets_open", department="service") == 1
    assert value("ombud_tickets_department_returns_total", department="billing") == 1
    assert value("ombud_tickets_department_dispatches_total", department="quality",
                 role="responsible") >= 1
    assert {reason: value("ombud_tickets_deadletter_reasons_total", reason=reason)
            for reason in ("json", "type", "ticket", "expired", "poison", "record")} == \
        {"json": 1, "type": 2, "ticket": 1, "expired": 0, "poison": 0, "record": 0}
    assert value("ombud_escalations_open", level="lead", status="firing") >= 1
    assert value("ombud_task_lag") == 0, "transaction markers are nothing to read"
    assert value("ombud_task_deadlines_soon", stage="tickets") >= 1
    assert value("ombud_decision_seconds_count") >= 5
    assert value("ombud_reloads_total") == 0
    assert value("ombud_calendar_valid_until_seconds", calendar="office") > 1.9e9
    for name in ("process_cpu_seconds_total", "process_start_time_seconds", "process_open_fds",
                 "process_max_fds", "process_resident_memory_bytes", "process_threads"):
        assert values[name] > 0, name
