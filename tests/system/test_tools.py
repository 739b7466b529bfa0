"""explain, test and diff: what an engineer asks of a configuration, without any broker."""

import base64
import json
import re
import time

import pytest

from kafka import ROOT
from test_programs import run

DEFAULT = str(ROOT / "conf/ombud.yaml")
DATA = ROOT.parent / "shared/data/incidents.ndjson.zst"
BAD_DATA = 65


def event(number, **fields):
    return {"type": "opened", "ticket": f"T-{number}", "id": f"e-{number}",
            "time": f"2026-11-21T09:{number % 60:02}:00Z", **fields}


def write_lines(path, events):
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in events))
    return str(path)


@pytest.mark.parametrize("case, language, words", [
    ("zh-danger", "zh", ["紧急程度", "P1", "冒烟起火”", "安全危险", "派给 质量部", "抄送：法务部", "承诺"]),
    ("en-danger", "en", ["Urgency", "P1", "“caught fire”", "Goes to Quality", "copies: Legal",
                         "You will hear from Quality"]),
    ("zh-ordinary", "zh", ["派给 物流部", "是否定，不计分"]),
    ("en-ordinary", "en", ["Goes to Billing", "nearest other route"]),
])
def test_explain_tells_a_manager_why(build, case, language, words):
    result = run(build, "ombudctl", "explain", "-c", DEFAULT, "--lang", language,
                 str(ROOT / f"tests/cases/explain/{case}.json"))
    assert result.returncode == 0, result.stderr
    assert [word for word in words if word not in result.stdout] == [], result.stdout


def test_explain_json_is_the_decision_and_its_records(build):
    result = run(build, "ombudctl", "explain", "-c", DEFAULT, "--json",
                 str(ROOT / "tests/cases/explain/en-danger.json"))
    told = json.loads(result.stdout)
    decision = told["decisions"][0]
    assert decision["band"] == "P1" and decision["responsible"] == "quality"
    body = json.loads((ROOT / "tests/cases/explain/en-danger.json").read_text())["body"].encode()
    quoted = [one for signal in decision["signals"] for one in signal["evidence"]
              if one["field"] == "body"]
    assert quoted
    for one in quoted:
        start, end = one["at"]
        assert body[start:end].decode() == one["text"]
    assert {one["department"] for one in told["dispatches"]} == {"quality", "legal"}


def test_the_shipped_configuration_does_what_its_cases_say(build):
    result = run(build, "ombudctl", "test", "-c", DEFAULT, "--coverage",
                 str(ROOT / "tests/cases/judgement"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^[1-9]\d* passed, 0 failed$", result.stdout, re.M)
    assert re.search(r"^Reached by the cases: \d+ of \d+ routes, ", result.stdout, re.M)


MESSAGES = str(ROOT / "tests/traces/messages/messages.yaml")


def test_cases_may_look_at_messages_at_later_times(build, tmp_path):
    result = run(build, "ombudctl", "test", "-c", MESSAGES, str(ROOT / "tests/cases/messages"))
    assert result.returncode == 0 and re.search(r"^[1-9]\d* passed, 0 failed$", result.stdout, re.M)
    (tmp_path / "cases.yaml").write_text("""cases:
  - name: nothing holds it back
    silences: [{ match: "trigger == warning", for: 1h }]
    events:
      - { body: where is it, category: quality }
      - { at: +61m, expect: { messages: none, suppressed: [T-1 lead inhibition] } }
""")
    result = run(build, "ombudctl", "test", "-c", MESSAGES, str(tmp_path / "cases.yaml"))
    assert result.returncode == 65
    assert re.search(r"cases.yaml:6:41: .*: messages is \S+, expected none", result.stdout)
    assert "suppressed: T-1 lead inhibition is missing; there are T-1" in result.stdout


def test_a_tickets_life_tells_what_supervisors_were_not_told(build, tmp_path):
    (tmp_path / "events.ndjson").write_text(
        '{"ticket":"T-1","type":"opened","id":"1","time":"2026-11-21T09:00:00Z","body":"where is it",'
        '"category":"quality"}\n')
    (tmp_path / "silences.ndjson").write_text(
        '{"id":"s-1","match":"trigger == breach","by":"Lee","comment":"known",'
        '"from":"2026-11-21T09:00:00Z","until":"2026-11-21T12:00:00Z"}\n')
    result = run(build, "ombudctl", "ticket", "-c", MESSAGES, "--from", str(tmp_path / "events.ndjson"),
                 "--silences", str(tmp_path / "silences.ndjson"), "--until", "2026-11-21T13:00:00Z", "T-1")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    muted = [line for line in lines if "is not told: breach" in line]
    assert muted[0] == ("10:00:10  ⊘ lead of quality is not told: breach, step 1, firing: silence 's-1' by "
                        "Lee “known”, until 2026-11-21 12:00")
    assert any("It was silenced until 2026-11-21 12:00." in line for line in lines)
    times = [line[:8] for line in lines if re.match(r"\d\d:\d\d:\d\d ", line)]
    assert times == sorted(times)


def test_what_is_not_as_expected_is_told_with_its_place(build, tmp_path):
    (tmp_path / "cases.yaml").write_text("""cases:
  - name: wrong in many ways
    event: { body: The charger caught fire., category: quality }
    expect:
      department: billing
      band: P4
      score: "< 10"
      signals: [text.money]
      without: [text.safety]
      told: none
      breached: true
  - name: right
    event: { body: The charger caught fire., category: quality }
    expect: { department: quality, score: 80..100 }
""")
    result = run(build, "ombudctl", "test", "-c", DEFAULT, str(tmp_path / "cases.yaml"))
    assert result.returncode == BAD_DATA
    places = re.findall(r"cases\.yaml:(\d+):\d+: wrong in many ways: ", result.stdout)
    assert places == ["5", "6", "7", "8", "9", "10", "11"], result.stdout
    assert result.stdout.endswith("1 passed, 1 failed\n")


@pytest.mark.parametrize("text, sentence", [
    ("cases:\n  - event: { body: x }\n    expect: { deprtment: service }\n",
     r"3:15: unknown expectation 'deprtment' \(did you mean 'department'\?\)"),
    ("cases:\n  - evnt: { body: x }\n", r"2:5: unknown key 'evnt' \(did you mean 'event'\?\)"),
    ("cases:\n  - { name: none }\n", "a case needs 'event' or a list of 'events'"),
    ("cases:\n  - { event: { body: x, at: soon } }\n", "'soon' is neither a time nor a duration"),
    ("cases:\n  - { event: { body: x }, expect: { score: high } }\n", "a score is expected as 80"),
    ("case: []\n", "a file of cases has a list 'cases'"),
])
def test_a_wrong_file_of_cases_is_refused(build, tmp_path, text, sentence):
    (tmp_path / "cases.yaml").write_text(text)
    result = run(build, "ombudctl", "test", "-c", DEFAULT, str(tmp_path / "cases.yaml"))
    assert result.returncode == BAD_DATA
    assert re.search(sentence, result.stderr), result.stderr


def small_config(tmp_path, name, routes, bands="{ P1: 80, P2: 60, P3: 35 }"):
    path = tmp_path / f"{name}.yaml"
    path.write_text(f"""
kafka: {{ bootstrap.servers: "localhost:9092", group.id: {name} }}
levels: [lead]
departments: {{ service: {{}}, billing: {{}}, quality: {{}} }}
score: {{ bands: {bands}, priority: {{ 1: 10, 2: 5, 3: 0, 4: 0 }}, caps: {{ stated: 10 }} }}
route: {{ department: service, routes: [{routes}] }}
slas: [{{ name: default, response: {{ P1: 15m, P2: 1h, P3: 4h, P4: 24h }} }}]
escalations: [{{ on: [breach], ladder: default }}]
ladders: {{ default: [{{ after: 0m, level: lead }}] }}
""")
    return str(path)


def test_diff_counts_what_moves(build, tmp_path):
    old = small_config(tmp_path, "old", "{ match: category == billing, department: billing }")
    new = small_config(tmp_path, "new", "{ match: 'category in (billing, broken)', department: quality }",
                       bands="{ P1: 80, P2: 60, P3: 10 }")
    events = [event(n, category=("billing", "broken", "other")[n % 3], priority=1 + n % 2)
              for n in range(30)]
    path = write_lines(tmp_path / "events.ndjson", events)
    result = run(build, "ombudctl", "diff", "--old", old, "--new", new, "--json",
                 "--until", "2026-11-21T20:00:00Z", path)
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["events"] == 30 and told["old"]["tickets"] == told["new"]["tickets"] == 30
    assert {(one["from"], one["to"]): one["tickets"] for one in told["moves"]} == {
        ("billing", "quality"): 10, ("service", "quality"): 10}
    assert told["moved"] == 20
    urgent = [one for one in events if one["priority"] == 1]
    assert told["more_urgent"] == len(urgent) and told["less_urgent"] == 0
    assert told["bands"]["P4"]["P3"] == len(urgent)
    # P3 has four hours, P4 a day: only the new configuration breaks promises by the evening.
    assert told["old"]["breached"] == 0 and told["new"]["breached"] == len(urgent)
    assert told["new"]["escalation_steps"] == len(urgent)
    load = {one["department"]: one for one in told["load"]}
    assert load["quality"]["old"]["received"] == 0 and load["quality"]["new"]["received"] == 20
    assert load["billing"]["old"]["received"] == 10 and load["billing"]["new"]["received"] == 0
    assert load["service"]["old"]["peak"] == 20 and load["service"]["new"]["peak"] == 10
    changed = {one["ticket"]: one for one in told["tickets"]}
    untouched = {one["ticket"] for one in events
                 if one["category"] == "other" and one["priority"] == 2}
    assert set(changed) == {one["ticket"] for one in events} - untouched
    assert changed["T-0"]["old"]["department"] == "billing"
    assert changed["T-0"]["new"]["department"] == "quality"


def test_diff_tells_what_a_reload_does_to_open_promises(build, tmp_path):
    """Ten tickets are open an hour after the first, by minutes: their promises move, end or break."""
    config = "departments: {{ service: {{}} }}\nroute: {{ department: service }}\nzone: UTC\n{}\nslas:\n{}"
    gold = "  - {{ name: gold, match: 'priority == 1', response: {} }}\n"
    rest = "  - {{ name: default, response: {} }}\n"
    slas = gold.format("2h") + rest.format("4h")
    events = [event(n, priority=1 + n % 2) for n in range(10)]
    path = write_lines(tmp_path / "events.ndjson", events)
    old = tmp_path / "old.yaml"
    old.write_text(config.format("", slas))

    def open_promises(setting, slas):
        new = tmp_path / "new.yaml"
        new.write_text(config.format(setting, slas))
        result = run(build, "ombudctl", "diff", "--old", str(old), "--new", str(new), "--json", path)
        assert result.returncode == 0, result.stderr
        found = json.loads(result.stdout)["open_promises"]
        return found.pop("on_config_change"), {name: count for name, count in found.items() if count}

    assert open_promises("", slas) == ("pin", {})
    assert open_promises("", gold.format("3h") + rest.format("1h")) == ("pin", {"later": 5, "earlier": 5})
    recompute = "on_config_change: recompute_open"
    assert open_promises(recompute, rest.format("4h")) == ("recompute_open", {"ended": 5})
    assert open_promises(recompute, gold.format("1s") + rest.format("4h")) == (
        "recompute_open", {"earlier": 5, "broken": 5})


def test_diff_of_a_configuration_with_itself_is_nothing(build, tmp_path):
    config = small_config(tmp_path, "same", "{ match: category == billing, department: billing }")
    path = write_lines(tmp_path / "events.ndjson", [event(n) for n in range(5)])
    result = run(build, "ombudctl", "diff", "--old", config, "--new", config, path)
    assert result.returncode == 0, result.stderr
    assert "No ticket fares differently." in result.stdout
    assert "0 of 5 tickets go first to another department" in result.stdout


def life(ticket, hours, *steps):
    """Events of one ticket, some minutes apart, from that hour on."""
    return [{"type": kind, "ticket": ticket, "id": f"{ticket}-{n}",
             "time": f"2026-11-21T{hours:02}:{10 * n:02}:00Z", **fields}
            for n, (kind, fields) in enumerate(steps)]


def course_of(build, config, path):
    result = run(build, "ombudctl", "diff", "--old", config, "--new", config, "--json",
                 "--until", "2026-11-22T20:00:00Z", path)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["old"]["course"]


def test_diff_and_replay_tell_how_matters_went(build, tmp_path):
    config = small_config(tmp_path, "same", "{ match: category == billing, department: billing }")
    path = write_lines(tmp_path / "events.ndjson", [
        # Fifty minutes: billing's, but ten of the customer and ten of quality.
        *life("T-1", 9, ("opened", {"category": "billing"}), ("pending", {"on": "customer"}),
              ("resumed", {}), ("assigned", {"department": "quality"}),
              ("assigned", {"department": "billing"}), ("resolved", {})),
        # Handed back twice: a dispute, which the root settles by resolving.
        *life("T-2", 10, ("opened", {"category": "billing"}),
              ("returned", {"reason_code": "not_ours"}), ("returned", {"reason_code": "overlap"}),
              ("resolved", {})),
        # Ended, taken up again, ended: its time counts once.
        *life("T-3", 11, ("opened", {}), ("resolved", {}), ("reopened", {}), ("resolved", {})),
        # Nobody ever answers.
        *life("T-4", 12, ("opened", {"priority": 1}))])
    course = course_of(build, config, path)
    assert course["returns"] == 2 and course["ping_pongs"] == 2 and course["disputes"] == 1
    assert course["broken_promises"] == 1
    minutes = {one["name"]: one["minutes"] for one in course["holders"]}
    assert minutes["customer"] == 10 and minutes["quality"] == 10 and minutes["ended"] == 10
    assert minutes["dispute"] == 10 and sum(minutes.values()) == 50 + 30 + 30
    assert {one["name"]: one["count"] for one in course["escalation_steps"]} == {"lead": 1}
    assert {one["name"]: one["count"] for one in course["messages"]} == {"lead": 1}
    told = run(build, "ombudctl", "replay", "-c", config, "--summary",
               "--until", "2026-11-22T20:00:00Z", path).stdout
    numbers = dict(re.findall(r"^  (\S.*?) +(\d+)$", told, re.M))
    assert numbers["returns"] == "2" and numbers["disputes"] == "1" and \
        numbers["messages to lead"] == "1", told


def test_breaches_of_every_clock_are_counted(build, tmp_path):
    plain = small_config(tmp_path, "plain", "{ match: category == billing, department: billing }")
    strict = tmp_path / "strict.yaml"
    strict.write_text(f"""
include: [{plain}]
slas:
  - name: default
    response: {{ P1: 15m, P2: 1h, P3: 4h, P4: 24h }}
    clocks:
      receipt: {{ target: 30m, kept_by: reply }}
      report: {{ start: accepted, target: 1h, customer: untold }}
agreements: [{{ to: billing, accept: 20m, hold: 2h }}]
""")
    path = write_lines(tmp_path / "events.ndjson", [
        *life("T-1", 9, ("opened", {"category": "billing"})),
        *life("T-2", 9, ("opened", {"category": "billing"}), ("accepted", {})),
        *life("T-3", 9, ("opened", {"category": "other"}), ("resolved", {}))])
    result = run(build, "ombudctl", "diff", "--old", plain, "--new", str(strict), "--json",
                 "--until", "2026-11-22T20:00:00Z", path)
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    old, new = told["old"]["course"], told["new"]["course"]
    assert (old["broken_promises"], old["internal_breaches"]) == (2, 0)
    assert {one["name"]: one["count"] for one in new["breaches"]} == {
        "response": 2, "receipt": 2, "accept": 1, "hold": 2, "report": 1}
    assert (new["broken_promises"], new["internal_breaches"]) == (4, 4)
    assert told["new"]["breached"] == 2 and told["new"]["internally_breached"] == 2
    text = run(build, "ombudctl", "diff", "--old", plain, "--new", str(strict),
               "--until", "2026-11-22T20:00:00Z", path).stdout
    assert re.search(r"internal breaches +0 +4 +\+4", text) and \
        re.search(r"of receipt +0 +2 +\+2", text), text


def test_diff_names_the_line_it_cannot_read(build, tmp_path):
    config = small_config(tmp_path, "same", "{ match: category == billing, department: billing }")
    path = tmp_path / "events.ndjson"
    path.write_text(json.dumps(event(1)) + "\n" + '{"topic":"nowhere","value":{}}\n')
    result = run(build, "ombudctl", "diff", "--old", config, "--new", config, str(path))
    assert result.returncode == BAD_DATA
    assert re.search(r"events\.ndjson:2: topic 'nowhere' is no input", result.stderr), result.stderr


@pytest.mark.long
@pytest.mark.skipif(not DATA.exists(), reason="the public incident log is not here")
def test_diff_over_a_years_incidents(build):
    started = time.monotonic()
    result = run(build, "ombudctl", "diff", "--old", str(ROOT / "tests/eval/incidents.yaml"),
                 "--new", str(ROOT / "tests/eval/incidents-routed.yaml"), "--json", str(DATA),
                 timeout=300)
    print(f"{time.monotonic() - started:.1f} s")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["events"] == 140141 and told["old"]["tickets"] == 19844
    assert told["old"]["dead_letters"] == 0
    assert told["moved"] > 1000 and told["more_urgent"] > 100
    assert told["new"]["hand_offs"] < told["old"]["hand_offs"]


@pytest.mark.parametrize("options", [[], ["--mapping"]])
def test_explain_tells_that_a_format_skips_a_record(build, tmp_path, options):
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats/shop.yaml").write_text(
        "type: { value: opened }\nskipped: { /event: ping }\nfields: { ticket: /id }\n")
    config = tmp_path / "ombud.yaml"
    config.write_text("sources: [{ topic: home }, { topic: shop, format: shop }]\n"
                      "departments: { service: {} }\nroute: { department: service }\n")
    path = write_lines(tmp_path / "events.ndjson", [{"event": "ping"}])
    told = run(build, "ombudctl", "explain", "-c", config, "--topic", "shop", *options, path).stdout
    assert told == "The format skips this record.\nNothing was decided.\n"


@pytest.mark.parametrize("line", ['{"account":"acme","tier":"gold"}',
                                  '{"topic":"ombud.customers", "key": "acme", "value": {"tier": "gold"} }'])
def test_the_table_of_customers_may_come_from_a_file(build, tmp_path, line):
    config = small_config(tmp_path, "tiers", "{ match: customer.tier == gold, department: quality }")
    path = write_lines(tmp_path / "events.ndjson",
                       [event(1, customer={"account": "acme", "tier": "silver"})])
    (tmp_path / "customers.ndjson").write_text(line + "\n")
    result = run(build, "ombudctl", "explain", "-c", config, "--json", path)
    assert json.loads(result.stdout)["decisions"][0]["responsible"] == "service"
    table = ["--customers", str(tmp_path / "customers.ndjson")]
    result = run(build, "ombudctl", "explain", "-c", config, "--json", *table, path)
    decision = json.loads(result.stdout)["decisions"][0]
    assert decision["responsible"] == "quality" and decision["customer"]["tier"] == "gold"
    result = run(build, "ombudctl", "replay", "-c", config, *table, path)
    assert any(json.loads(line)["value"].get("responsible") == "quality"
               for line in result.stdout.splitlines())


@pytest.mark.parametrize("value", ['"hello"', "null", " null", "5", "[1]", '{"a": 1}', '"a\nb', "\xff"])
def test_what_replay_writes_is_read_back_as_the_same_bytes(build, tmp_path, value):
    config = small_config(tmp_path, "plain", "{ match: category == x, department: quality }")
    packed = base64.b64encode(value.encode("latin-1")).decode()

    def dead_letter(line):
        path = write_lines(tmp_path / "records.ndjson", [line])
        result = run(build, "ombudctl", "replay", "--partitions", "1", "-c", config, path)
        letter = next(json.loads(line) for line in result.stdout.splitlines() if '"ombud-error"' in line)
        return letter, letter["headers"]["ombud-error"]

    letter, reason = dead_letter({"topic": "ombud.events", "value_base64": packed})
    assert letter.get("value_base64", packed) == packed
    again = {key: letter[key] for key in ("value", "value_base64") if key in letter}
    assert dead_letter({"topic": "ombud.events", **again})[1] == reason


def test_a_wrong_file_of_customers_is_refused(build, tmp_path):
    config = small_config(tmp_path, "tiers", "{ match: customer.tier == gold, department: quality }")
    (tmp_path / "customers.ndjson").write_text('{"account":"acme"}\n{"tier":"gold"}\n')
    result = run(build, "ombudctl", "replay", "-c", config, "--customers",
                 str(tmp_path / "customers.ndjson"), "/dev/null")
    assert result.returncode == BAD_DATA
    assert "customers.ndjson:2: a customer needs an account" in result.stderr


def test_explain_goes_by_the_time_of_the_format(build, tmp_path):
    """Jira's webhook has its time elsewhere than a canonical event."""
    config = tmp_path / "ombud.yaml"
    config.write_text(f"include: [{DEFAULT}]\nsources:\n  - {{ topic: ombud.events }}\n"
                      "  - { topic: jira, format: jira }\n")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({
        "timestamp": 1795654800000, "webhookEvent": "jira:issue_created",
        "issue": {"key": "SHOP-9", "fields": {"summary": "Charged twice", "reporter": {"name": "bob"}}}}))
    result = run(build, "ombudctl", "explain", "-c", config, "--topic", "jira", "--json", event)
    decision = json.loads(result.stdout)["decisions"][0]
    assert decision["time"] == "2026-11-26T01:00:00.000Z" and decision["warnings"] == [], decision


SHOP = """type: [{ is: opened, when: { /event: complaint } }]
fields:
  ticket: /order
  subject: [/title, /summary]
  priority: { from: /severity, map: { high: 1, low: 4 } }
"""
COMPLAINT = {"event": "complaint", "order": 7, "summary": "It smokes", "severity": "low"}
EXPECTED = {"event": {"type": "opened", "ticket": "7", "subject": "It smokes", "priority": 4}}


def shop_folder(tmp_path, **cases):
    """A format that no source names, beside a configuration, and a folder of cases."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/shop.yaml").write_text(SHOP)
    (tmp_path / "mine/broken.yaml").write_text("type: [\n")
    (tmp_path / "ombud.yaml").write_text(f"""formats: [{ROOT}/conf/formats, mine]
departments: {{ service: {{}} }}
route: {{ department: service }}
""")
    (tmp_path / "cases").mkdir()
    for name, case in cases.items():
        text = case if isinstance(case, str) else json.dumps(case, ensure_ascii=False)
        (tmp_path / f"cases/{name}.json").write_text(text)
    return tmp_path / "cases"


def format_test(build, tmp_path, *arguments):
    return run(build, "ombudctl", "format", "test", "-c", str(tmp_path / "ombud.yaml"),
               *map(str, arguments))


def a_case(expected=EXPECTED, **changes):
    case = {"format": "shop", "record": {"value": COMPLAINT}, "expected": expected, **changes}
    return {key: value for key, value in case.items() if value is not None}


def test_the_shipped_formats_do_what_their_cases_say(build):
    result = run(build, "ombudctl", "format", "test", "-c", DEFAULT,
                 str(ROOT / "tests/cases/formats"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.fullmatch(r"[1-9]\d\d+ passed, 0 failed\n", result.stdout)


def test_a_format_has_tests_and_differences_are_told(build, tmp_path):
    wrong = {**EXPECTED["event"], "priority": 1, "body": "smoke"}
    cases = shop_folder(tmp_path, b=a_case({"event": wrong}, description="a low one"), a=a_case())
    (cases / "notes.txt").write_text("no case")
    result = format_test(build, tmp_path, cases)
    assert result.returncode == BAD_DATA and not result.stderr
    assert result.stdout == f"""{cases}/b.json: a low one: not as expected
  event.priority
    expected: 1
    got:      4  <- /severity
  event.body
    expected: "smoke"
    got:      nothing  (the format has no such field)
1 passed, 1 failed
"""
    result = format_test(build, tmp_path, cases / "a.json")
    assert (result.returncode, result.stdout) == (0, "1 passed, 0 failed\n")


def test_a_later_folder_replaces_a_format(build, tmp_path):
    cases = shop_folder(tmp_path, jira=a_case(format="jira"))
    assert format_test(build, tmp_path, cases).returncode == BAD_DATA
    (tmp_path / "mine/jira.yaml").write_text(SHOP)
    assert format_test(build, tmp_path, cases).returncode == 0


def test_a_case_that_cannot_be_run_stops_no_other(build, tmp_path):
    cases = shop_folder(tmp_path, a_unknown=a_case(format="shp"), b_broken=a_case(format="broken"),
                        c_json='{\n  "format": "shop",\n}', d_key={**a_case(), "expcted": {}},
                        e_right=a_case())
    (cases / "f_dangling.json").symlink_to("nowhere")
    result = format_test(build, tmp_path, cases)
    assert result.returncode == BAD_DATA
    assert result.stdout == "1 passed, 5 failed\n"
    told = result.stderr.replace(f"ombudctl format: {cases}/", "").splitlines()
    assert told[0] == "a_unknown.json: unknown format 'shp' (did you mean 'shop'?)"
    assert told[1].startswith(f"b_broken.json: {tmp_path}/mine/broken.yaml:")
    assert told[2].startswith("c_json.json:3:1: ")
    assert told[3] == "d_key.json: /expcted: unknown key (did you mean 'expected'?)"
    assert told[4].endswith("/f_dangling.json': No such file or directory")


def test_nothing_to_test_is_an_error(build, tmp_path):
    cases = shop_folder(tmp_path)
    result = format_test(build, tmp_path, cases)
    assert result.returncode == BAD_DATA
    assert "has no *.json file" in result.stderr


def test_a_case_that_expects_nothing_fails_and_tells_what_it_gives(build, tmp_path):
    cases = shop_folder(tmp_path, new=a_case(expected=None),
                        refused=a_case(expected=None, record={"value": {"event": "ping"}}))
    before = (cases / "new.json").read_text()
    result = format_test(build, tmp_path, cases)
    assert result.returncode == BAD_DATA and result.stdout.endswith("0 passed, 2 failed\n")
    offered = re.search(r"new.json: nothing is expected; it gives\n(.*?)\n/", result.stdout, re.S)
    assert json.loads("{" + offered[1] + "}") == {"expected": {**EXPECTED, "missing": []}}

    result = format_test(build, tmp_path, "--write", cases)
    assert result.returncode == 0
    assert "new.json: 'expected' is written" in result.stdout
    written = (cases / "new.json").read_text()
    assert written.startswith(before[:-1])  # the record stays byte for byte
    assert json.loads(written)["expected"] == {**EXPECTED, "missing": []}
    refusal = json.loads((cases / "refused.json").read_text())["expected"]["refusal"]
    assert refusal["at"] == "/type"
    result = format_test(build, tmp_path, "--write", cases)
    assert (result.returncode, result.stdout) == (0, "2 passed, 0 failed\n")
    assert (cases / "new.json").read_text() == written


def test_supervisors_read_no_personal_data_and_the_department_all(build, tmp_path):
    told = event(1, subject="Fire! Call 138 1234 5678 or li@example.com",
                 body="The kettle caught fire. My card 4111 1111 1111 1111 was charged.")
    unnamed = event(2, body="手机13912345678，电水壶着火了，请马上来人。")
    broken = {"type": "opened 13812345678", "ticket": "T-3"}
    result = run(build, "ombudctl", "replay", "-c", DEFAULT, "--until", "2026-11-21T10:00:00Z",
                 write_lines(tmp_path / "events.ndjson", [told, unnamed, broken]))
    assert result.returncode == 0, result.stderr
    by_kind = {}
    for line in result.stdout.splitlines():
        value = json.loads(line).get("value")
        if isinstance(value, dict):
            by_kind.setdefault(value.get("kind"), []).append(value)
    subjects = {one["subject"] for one in by_kind["notice"] if one["ticket"]}
    assert subjects == {"Fire! Call [phone] or [e-mail]", "手机[phone]，电水壶着火了，请马上"}
    for one in by_kind["notice"] + by_kind["escalation"]:
        text = json.dumps(one, ensure_ascii=False)
        assert not re.search(r"138 ?1234|139 ?1234|4111|li@example", text), text
    assert any("“Fire! Call [phone] or [e-mail]”" in one["text"] for one in by_kind["escalation"])
    assert any("138 1234 5678" in one["subject"] and "4111" in one["body"]
               for one in by_kind["dispatch"] if one["ticket"] == "T-1")
