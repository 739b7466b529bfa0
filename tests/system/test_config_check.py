"""`ombudctl check` and `ombudctl help config`, as an engineer types them."""

import json
import subprocess

import jsonschema
import yaml

from harness import Loader, sanitizer_environment
from kafka import ROOT

CASES = ROOT / "tests/cases/config"
CONFIGURATION, USAGE = 78, 64


def check(build, path, **environment):
    return subprocess.run([str(build / "ombudctl"), "check", path], cwd=CASES, text=True,
                          capture_output=True, timeout=60,
                          env={**sanitizer_environment(), **environment})


def test_every_broken_configuration_is_told_what_is_wrong(build):
    names = sorted(path.stem for path in CASES.glob("*.yaml"))
    assert len(names) >= 30
    for name in names:
        result = check(build, f"{name}.yaml", OMBUD_DATA="shipped")  # told in sentences
        expected = (CASES / f"{name}.expected").read_text()
        told = "".join(line for line in result.stderr.splitlines(keepends=True)
                       if ".yaml:" in line)
        assert told == expected, name
        fatal = any(": warning: " not in line for line in expected.splitlines())
        assert result.returncode == (CONFIGURATION if fatal else 0), (name, result)


def test_the_shipped_configuration_is_valid_and_has_no_warning(build):
    result = check(build, str(ROOT / "conf/ombud.yaml"))
    assert (result.returncode, result.stderr) == (0, "")
    assert "8 departments" in result.stdout


def texts(value):
    """Keys as texts: a date would be none for JSON."""
    if isinstance(value, dict):
        return {str(key): texts(item) for key, item in value.items()}
    return [texts(item) for item in value] if isinstance(value, list) else value


def test_the_schema_takes_what_is_right_and_refuses_what_is_wrong(build):
    schema = json.loads((ROOT / "docs/schemas/config.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def errors(path):
        # Through JSON, whose keys are texts, as editors see them: `1: 10` has the key "1".
        value = json.loads(json.dumps(texts(yaml.load(path.read_text(), Loader)), default=str))
        return list(validator.iter_errors(value))

    assert errors(ROOT / "conf/ombud.yaml") == []
    assert errors(ROOT / "tests/traces/office.yaml") == []
    assert errors(ROOT / "tests/fuzz/corpus/config/calendars") == []
    assert errors(ROOT / "tests/system/router.yaml") == []
    for name in ("unknown_keys", "ladders", "departments", "wrong_types", "sla_later", "choices"):
        assert errors(CASES / f"{name}.yaml"), name


def test_help_config_explains_keys(build):
    def ask(*words):
        return subprocess.run([str(build / "ombudctl"), "help", "config", *words], text=True,
                              capture_output=True, timeout=60, env=sanitizer_environment())

    assert "workers" in ask().stdout
    assert ask("slas.response").stdout.startswith(
        "slas.response: target, or map of bands to targets")
    wrong = ask("slas.respons")
    assert wrong.returncode == USAGE and "did you mean 'slas.response'" in wrong.stderr
    assert ask("--markdown").stdout == (ROOT / "docs/config.md").read_text()
    assert ask("--schema").stdout == (ROOT / "docs/schemas/config.schema.json").read_text()


def test_a_concept_hears_its_own_examples(build, tmp_path):
    """Whatever else is configured: no pair has to help."""
    (tmp_path / "safety.yaml").write_text(
        "category: safety\nlang: en\nconcepts:\n"
        "  - { name: fire, points: 40, floor: 80, phrases: [caught fire], examples: [It caught fire., It is ablaze.] }\n"
        "  - { name: gas, points: 20, floor: 60, phrases: [smells of gas] }\n")
    (tmp_path / "ombud.yaml").write_text(
        "lexicons: [safety.yaml]\ndepartments: { service: {}, legal: {} }\n"
        "route: { department: service, routes: [{ match: signal == text.safety, department: legal }] }\n")
    result = check(build, str(tmp_path / "ombud.yaml"))
    assert result.returncode == CONFIGURATION, result
    assert "safety.yaml:4:" in result.stderr and "'It is ablaze.'" in result.stderr, result
    assert "safety.yaml:5:5: the concept 'gas' of 'safety' has a floor and no examples" in result.stderr, result
    assert "'It caught fire.'" not in result.stderr, result


def test_what_a_start_would_refuse_of_kafka_is_told_with_its_place(build, tmp_path):
    """The trial's `bootstrap.server`: valid for check, refused by the start."""
    path = tmp_path / "ombud.yaml"
    head = "departments: { service: {} }\nroute: { department: service }\n"
    for kafka, words in (("{ bootstrap.server: x, group.id: o }", 'ombud.yaml:3:10: kafka property '
                          'bootstrap.server: No such configuration property'),
                         ("{ bootstrap.servers: x }", "group.id is missing"),
                         ("{ group.id: o }", "bootstrap.servers is missing"),
                         ("{ bootstrap.servers: x, group.id: o, acks: many }", None),
                         ("{ bootstrap.servers: x, group.id: o, linger.ms: soon }", "linger.ms")):
        path.write_text(head + f"kafka: {kafka}\n")
        result = check(build, str(path))
        daemon = subprocess.run([str(build / "ombudd"), "--check", "-c", str(path)], text=True,
                                capture_output=True, timeout=60, env=sanitizer_environment())
        assert result.returncode == daemon.returncode == (CONFIGURATION if words else 0), result
        assert not words or (words in result.stderr and words in daemon.stderr), result.stderr


def test_a_check_with_the_broker_finds_what_a_start_would(kafka, make_router):
    router = make_router(kafka, create_topics=False)
    missing = router.ctl("check", "--broker", router.config_file, check=False)
    assert missing.returncode == CONFIGURATION and "topics create" in missing.stderr, missing
    router.create_topics()
    daemon = router.start()
    # Beside a router that runs, and without disturbing it.
    assert "is valid" in router.ctl("check", "--broker", router.config_file).stdout
    assert daemon.is_ready() and daemon.process.poll() is None
