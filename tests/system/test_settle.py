"""A dispute that an operator settles from the command line."""

import json

from kafka import wait_until


def send(router, *events):
    producer = router.kafka.producer()
    for number, event in enumerate(events):
        event = {"ticket": "T-1", "id": f"e-{number}", **event}
        producer.send(router.home, key=b"T-1", value=json.dumps(event).encode())
    assert producer.flush()


def settle(router, department, *options):
    return router.ctl("settle", "-c", router.config_file, "T-1", department, "--by", "Lee",
                      *options, check=False)


def decisions(router):
    return [value for _, value in router.read("decisions")]


def test_who_settles_a_dispute_hears_what_became_of_it(router):
    daemon = router.start()
    refused = settle(router, "quality", "--wait")
    assert refused.returncode == 65 and "unknown ticket" in refused.stdout
    send(router, {"type": "opened", "body": "hello"},
         {"type": "returned", "reason_code": "not_ours"})
    wait_until(lambda: [d for d in decisions(router) if d.get("hands", {}).get("dispute")], 30,
               "the dispute")
    unknown = settle(router, "nobody", "--wait")
    assert unknown.returncode == 65 and "no department 'nobody'" in unknown.stderr
    settled = settle(router, "质量部", "--reason", "it is a broken part", "--wait")
    assert (settled.returncode, settled.stdout) == \
        (0, "T-1: applied; dispute is resolved for lead\n"), settled.stderr
    last = decisions(router)[-1]
    assert last["responsible"] == "quality" and not last["hands"]["dispute"]
    again = settle(router, "legal", "--wait")
    assert again.returncode == 65 and "there is no dispute" in again.stdout
    assert daemon.stop() == 0
