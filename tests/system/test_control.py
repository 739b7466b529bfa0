"""`ombudctl reload` and `status`: what a running router answers on its control socket."""

import json
import re
import socket
import subprocess
import time

from harness import tail
from kafka import LoggingProducer, wait_until

CONFIGURATION, UNAVAILABLE, TEMPORARY = 78, 69, 75


def opened(number):
    return {"type": "opened", "ticket": f"T-{number}", "id": f"e-{number}", "category": "parcels",
            "body": "Where is it?"}


def rewrite(router, daemon, **changes):
    router.write_config(daemon.config_file.stem, instance=daemon.instance, http="127.0.0.1:0",
                        control=daemon.control, **changes)


def test_reload_waits_for_the_answer(router):
    daemon = router.start()
    before = json.loads(router.ctl("status", "-c", daemon.config_file, "--json").stdout)
    rewrite(router, daemon, commit_records=5000, max_returns=3)
    result = router.ctl("reload", "-c", daemon.config_file, "--wait")
    taken = re.fullmatch(r"configuration ([0-9a-f]{12}) is in use\n", result.stdout)[1]
    assert taken != before["configuration"]
    rewrite(router, daemon, route={"department": "srvice"})
    result = router.ctl("reload", "-c", daemon.config_file, "--wait", check=False)
    assert result.returncode == CONFIGURATION and not result.stdout
    assert re.search(r"refused, the old configuration stays: .*\.yaml:\d+:\d+: ", result.stderr)
    assert "(did you mean 'service'?)" in result.stderr
    rewrite(router, daemon, departments={"parcels": {}})
    result = router.ctl("reload", "-c", daemon.config_file, "--wait", check=False)
    assert result.returncode == CONFIGURATION
    assert f"{router.prefix}.dept.parcels" in result.stderr, "a topic that is missing is named"
    after = json.loads(router.ctl("status", "-c", daemon.config_file, "--json").stdout)
    assert after["configuration"] == taken
    assert after["reloads"]["taken"] == 1 and after["reloads"]["refused"] == 2
    assert "dept.parcels" in after["reloads"]["refusal"]
    assert daemon.stop() == 0
    result = router.ctl("reload", "-c", daemon.config_file, "--wait", check=False)
    assert result.returncode == UNAVAILABLE
    assert f"no router listens on {daemon.control}: is it running?" in result.stderr


def test_a_path_that_is_none_is_refused_before_anything_else(kafka, make_router):
    """Not met again and again by a manager that starts the router anew."""
    router = make_router(kafka, create_topics=False, control="run/control")
    for run in (router.ctl("check", router.config_file, check=False),
                router.daemon_once("--check"), router.daemon_once()):
        assert run.returncode == CONFIGURATION, run.stderr
        assert re.search(r"ombud\.yaml:\d+:\d+: 'run/control' is no absolute path", run.stderr), run.stderr


def test_status_of_a_router_at_rest_and_at_work(router):
    daemon = router.start()
    producer = LoggingProducer(router.kafka.bootstrap)
    for number in range(40):
        producer.send(router.home, key=f"T-{number}", value=json.dumps(opened(number)))
    producer.send(router.home, key="B-1", value=json.dumps(
        {"type": "opened", "ticket": "B-1", "body": "The heater caught fire last night"}))
    assert producer.flush()
    router.wait_drained()

    def rests():
        status = json.loads(router.ctl("status", "-c", daemon.config_file, "--json").stdout)
        return status if " 0 records behind" in status["status"] else None

    status = wait_until(rests, 20, "no lag, though transactions left markers")
    assert status["ready"] and status["reasons"] == [] and status["group"] == router.prefix
    assert {(place["topic"], place["partition"]) for place in status["partitions"]} >= \
        {(router.home, number) for number in range(4)}
    assert all(place["lag"] == 0 for place in status["partitions"])
    assert sum(worker["committed"] for worker in status["workers"]) > 0
    text = router.ctl("status", "-c", daemon.config_file).stdout
    lines = text.splitlines()
    assert len(lines) < 24 and max(map(len, lines)) <= 80, text
    assert lines[1].startswith("ready: routing ") and f"group {router.prefix}" in lines[0]
    assert daemon.http("/readyz") == (200, json.dumps(
        {name: status[name] for name in ("ready", "status", "reasons")}, separators=(",", ":"))
        + "\n")
    assert daemon.stop() == 0


def test_status_tells_the_next_messages_and_is_unready_without_a_broker(kafka, make_router):
    """Alertmanager #2339: after a restart nobody knows what was told and when the next message comes."""
    router = make_router(kafka, group_wait="10m")
    daemon = router.start()
    producer = LoggingProducer(kafka.bootstrap)
    producer.send(router.home, key="B-1", value=json.dumps(
        {"type": "opened", "ticket": "B-1", "body": "The heater caught fire last night"}))
    assert producer.flush()

    def upcoming():
        status = router.ctl("status", "-c", daemon.config_file, "--json")
        return json.loads(status.stdout)["next"]

    found = wait_until(upcoming, 30, "a group that waits")
    # What is shown may still be undone; what is committed is not.
    wait_until(lambda: router.read("groups"), 30, "it to be committed")
    assert {(group["group"], group["notices"]) for group in found} == {("lead/quality/band", 1)}
    daemon.kill()
    daemon = router.start()
    assert wait_until(upcoming, 30, "it to wait on") == found
    text = router.ctl("status", "-c", daemon.config_file).stdout
    assert re.search(r"next messages:\n  in 9m \d+s: lead/quality/band, 1 open", text), text
    assert daemon.stop() == 0


def test_two_hundred_reloads_under_load(kafka, make_router):
    """Each decision carries the fingerprint of a configuration that was in force, and the answer of
    a reload is the one that decides from then on."""
    router = make_router(kafka, lexicons=[])  # reading them would be most of the time
    daemon = router.start()
    producer = LoggingProducer(kafka.bootstrap)
    status = json.loads(router.ctl("status", "-c", daemon.config_file, "--json").stdout)
    answers, sent = [status["configuration"]], 0
    departments = {status["configuration"]: "service"}
    for number in range(200):
        to = ("billing", "legal", "quality")[number % 3]
        # Ever another number: no two configurations are the same.
        rewrite(router, daemon, max_returns=2 + number % 90, reopen_within=f"{number + 1}h",
                route={"department": "service", "routes": [
                    {"match": "category == parcels", "department": to}]})
        for _ in range(50):
            producer.send(router.home, key=f"T-{sent}", value=json.dumps(opened(sent)))
            sent += 1
        result = router.ctl("reload", "-c", daemon.config_file, "--wait")
        answers.append(re.search(r"[0-9a-f]{12}", result.stdout)[0])
        departments[answers[-1]] = to
    assert producer.flush()
    router.wait_drained(120)
    assert len(set(answers)) == 201
    decisions = [value for _, value in router.read("decisions") if value["kind"] == "decision"]
    assert len(decisions) == sent
    seen = {value["config"] for value in decisions}
    assert len(seen) > 20 and seen <= set(answers)
    for value in decisions:
        assert value["responsible"] == departments[value["config"]], value
    # In force from the answer on: a ticket's decisions follow the order of the answers.
    for partition in range(4):
        order = [answers.index(value["config"]) for record, value in router.read("decisions")
                 if value["kind"] == "decision" and value["source"]["partition"] == partition]
        assert order == sorted(order)
    assert daemon.stop() == 0, tail(daemon.log)


def test_many_and_silent_clients_hurt_nobody(router):
    daemon = router.start()
    crowd = []
    for _ in range(300):
        client = socket.socket(socket.AF_UNIX)
        client.connect(daemon.control)
        crowd.append(client)
    started = time.monotonic()
    assert json.loads(router.ctl("status", "-c", daemon.config_file, "--json").stdout)["ready"]
    assert time.monotonic() - started < 5
    jobs = [subprocess.Popen([str(router.programs / "ombudctl"), "reload", "-c",
                              str(daemon.config_file), "--wait"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True) for _ in range(12)]
    outputs = [job.communicate(timeout=60)[0] for job in jobs]
    assert all("is in use" in output for output in outputs), outputs
    for client in crowd:
        client.close()
    assert daemon.stop() == 0, tail(daemon.log)
