"""The tables on the collections. Each section takes the run (program, configuration, data, half, report)."""

import collections
import json
import pathlib
import sys
import tempfile

import data
import linear
import router
from report import table

LENGTHS = ((0, 10), (10, 20), (20, 50), (50, 10**6))


class Run:
    def __init__(self, ctl, config, folder, half, details, report):
        self.ctl, self.config, self.folder, self.half = ctl, config, folder, half
        self.details, self.report = details, report
        self.silent = []

    def rows(self, name, half=data.by_row):
        return data.rows(self.folder / name, half, self.half)

    def learned(self, name, label, texts, half=data.by_row, keep=list):
        """Probabilities of the linear model, which learns on the half that is not measured."""
        if not data.other(self.half):
            return None
        found = keep(data.rows(self.folder / name, half, data.other(self.half)))
        return linear.learn([(label(row), row["text"]) for row in found], texts)

    def decide(self, name, found, config=None, guess="responsible"):
        decisions = router.decide(self.ctl, config or self.config, [row["text"] for row in found],
                                  [row["subject"] for row in found] if found and "subject" in found[0] else None)
        if self.details:
            with open(self.details / f"{name}.ndjson", "w", encoding="utf-8") as file:
                for row, decision in zip(found, decisions):
                    line = row | {key: decision[key] for key in ("score", "band", guess)}
                    line["signals"] = [(s["signal"], s["points"]) for s in decision["signals"]]
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return decisions


def sentiment(run):
    name = "zh_reviews_sentiment.csv"
    found = run.rows(name)
    decisions = run.decide(name, found)
    guesses = run.learned(name, lambda row: row["positive"], [row["text"] for row in found])
    scored = [(row["positive"] == "0", len(row["text"].strip()), decision["score"], guess and guess["0"])
              for row, decision, guess in zip(found, decisions, guesses or [None] * len(found))]
    lines = []
    for low, high in ((0, 10**6),) + LENGTHS:
        part = [row for row in scored if low <= row[1] < high]
        bad, good = [row for row in part if row[0]], [row for row in part if not row[0]]
        length = "all" if (low, high) == (0, 10**6) else f"{low}–{high - 1}" if high < 10**6 else f"{low} and more"
        learned = router.auc([row[3] for row in bad], [row[3] for row in good]) if guesses else None
        lines.append([length, len(bad), len(good),
                      run.report.area(f"sentiment/{length}", router.auc([row[2] for row in bad], [row[2] for row in good]),
                                      (">=", 0.92) if length == "all" else None),
                      run.report.area(f"sentiment/{length}/linear", learned)])
    table(f"Complaint or praise, {name}, half {run.half}: area under ROC",
          ["length in characters", "complaints", "praise", "score", "linear model"], lines)
    good = [decision for row, decision in zip(found, decisions) if row["positive"] == "1"]
    bad = [(row, decision) for row, decision in zip(found, decisions) if row["positive"] == "0"]
    table("The praise among them", ["labelled praise", "complaints labelled praise", "praise at P3 or above"],
          [[run.report.share("sentiment/praise labelled", (d["label"] == "praise" for d in good)),
            run.report.share("sentiment/complaints labelled praise", (d["label"] == "praise" for _, d in bad)),
            run.report.share("sentiment/praise at P3", (router.at_least(d, "P3") for d in good))]])
    return "delivery reviews marked as bad", [row for row, _ in bad], [decision for _, decision in bad]


def bands(run, sources):
    """Shares of P1 and P2 among ordinary complaints, by source and by length: equal quarters of each source."""
    lines, quiet = [], []
    for name, found, decisions in sources:
        order = sorted(range(len(found)), key=lambda number: (len(found[number]["text"]), number))
        parts = [("all", order)]
        parts += [(f"quarter {q + 1}", order[len(order) * q // 4:len(order) * (q + 1) // 4]) for q in range(4)]
        for part, numbers in parts:
            chosen = [decisions[number] for number in numbers]
            lengths = [len(found[number]["text"]) for number in numbers]
            whole = part == "all"
            lines.append([name if whole else "", part, f"{min(lengths)}–{max(lengths)}", len(chosen),
                          run.report.share(f"bands/{name}/{part}/P1", (d["band"] == "P1" for d in chosen),
                                           ("<=", 0.005) if whole else None),
                          run.report.share(f"bands/{name}/{part}/P2", (d["band"] == "P2" for d in chosen),
                                           ("<=", 0.10) if whole else None),
                          run.report.share(f"bands/{name}/{part}/P3", (d["band"] == "P3" for d in chosen))])
        quiet.append([name, len(decisions), run.report.share(f"silent/{name}", map(router.says_nothing, decisions))])
    table(f"Bands of ordinary complaints, half {run.half}", ["source", "length", "characters", "texts", "P1", "P2", "P3"],
          lines)
    table(f"Complaints without any text signal, half {run.half}", ["source", "complaints", "without a signal"], quiet)


def ordinary(run):
    for name, title in (("zh_messages_department.csv", "Chinese city hotline"),
                        ("en_consumer_complaints.csv", "US financial regulator"),
                        ("en_servicedesk_group.csv", "service desk")):
        found = run.rows(name)
        yield title, found, run.decide(f"{name}.default", found)


DANGERS = (
    # title, file, which of its rows, kinds, aims of recall at P1, most alarms
    ("vehicles", "en_danger.csv", lambda row: row["source"].startswith("nhtsa"),
     ("danger", "fire", "crash", "injury", "death"), {"danger": 0.75}, 0.06),
    ("toys", "en_danger.csv", lambda row: row["source"].startswith("cpsc"),
     ("danger", "injury", "death"), {"injury": 0.60}, None),
    ("Chinese car owners", "zh_danger.csv", lambda row: True,
     ("danger", "fire", "crash", "injury", "control", "near_miss"), {"danger": 0.60}, 0.03),
)


def danger(run):
    summary = []
    for title, name, wanted, kinds, aims, limit in DANGERS:
        found = [row for row in data.known_danger(run.rows(name)) if wanted(row)]
        decisions = run.decide(f"{name}.{title}", found)
        lines = []
        for kind in kinds + ("none",):
            chosen = [decision for row, decision in zip(found, decisions)
                      if (row["danger"] == "0" if kind == "none" else row[kind] == "1")]
            aim = ("<=", limit) if kind == "none" and limit else (">=", aims[kind]) if kind in aims else None
            lines.append([kind, len(chosen),
                          run.report.share(f"danger/{title}/{kind}/P1", (d["band"] == "P1" for d in chosen), aim),
                          run.report.share(f"danger/{title}/{kind}/P2+", (router.at_least(d, "P2") for d in chosen))])
        table(f"Recorded danger: {title} ({name}), half {run.half}", ["kind", "texts", "P1", "P2 or above"], lines)
        summary.append(separation(run, title, name, wanted, found, decisions))
    table(f"How well danger is told from the rest, half {run.half}",
          ["", "danger", "others", "area under ROC, score", "linear model", "recall at P1", "alarms at P1",
           "linear model's recall at as many alarms"], summary)


def separation(run, title, name, wanted, found, decisions):
    guesses = run.learned(name, lambda row: row["danger"], [row["text"] for row in found],
                          keep=lambda rows: [row for row in data.known_danger(rows) if wanted(row)])
    bad = [number for number, row in enumerate(found) if row["danger"] == "1"]
    rest = [number for number, row in enumerate(found) if row["danger"] == "0"]
    scores = [decision["score"] for decision in decisions]
    figures = run.report.figures
    alarms = figures[f"danger/{title}/none/P1"]["value"]
    learned = recall = None
    if guesses:
        of_bad, of_rest = [guesses[n]["1"] for n in bad], [guesses[n]["1"] for n in rest]
        learned, recall = router.auc(of_bad, of_rest), router.recall_at(of_bad, of_rest, alarms)
    return [title, len(bad), len(rest),
            run.report.area(f"danger/{title}/area", router.auc([scores[n] for n in bad], [scores[n] for n in rest])),
            run.report.area(f"danger/{title}/area/linear", learned),
            f"{100 * figures[f'danger/{title}/danger/P1']['value']:.1f} %", f"{100 * alarms:.1f} %",
            "–" if recall is None else f"{100 * recall:.1f} %"]


def departments(config):
    """Slug of each label: `departments:` of the configuration name the labels."""
    labels, slug = {}, None
    for line in pathlib.Path(config).read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if line.startswith("  ") and not line.startswith("   ") and text.endswith(":"):
            slug = text[:-1]
        elif text.startswith("# label: "):
            labels[text.removeprefix("# label: ")] = slug
    return labels


def by_learning(run, name, config, labels, found):
    """Departments that `ombudctl learn` chooses, having learnt on the half that is not measured."""
    if not data.other(run.half):
        return None
    history = [(labels[row["label"]], row["text"])
               for row in data.rows(run.folder / name, data.by_hash, data.other(run.half)) if row["label"] in labels]
    with tempfile.TemporaryDirectory() as folder:
        learned = router.learn(run.ctl, config.resolve(), history[0][0], history, pathlib.Path(folder))
        return [decision["responsible"] for decision in
                router.decide(run.ctl, learned, [row["text"] for row in found])]


def by_machine(run, name, labels, found):
    guesses = run.learned(name, lambda row: labels[row["label"]], [row["text"] for row in found], data.by_hash)
    return [max(guess, key=guess.get) for guess in guesses] if guesses else None


def accuracy(truths, guesses):
    return sum(t == g for t, g in zip(truths, guesses)) / len(truths)


def routing(run, folder):
    lines, confusions = [], []
    for name, config, aims in (("zh_messages_department.csv", folder / "zh.yaml", (0.85, 0.89)),
                               ("en_consumer_complaints.csv", folder / "en.yaml", (0.78, None))):
        labels = departments(config)
        found = run.rows(name, data.by_hash)
        unknown = {row["label"] for row in found} - set(labels)
        if unknown:
            sys.exit(f"eval: {config} has no department for {', '.join(sorted(unknown))}")
        truths = [labels[row["label"]] for row in found]
        words = [decision["responsible"] for decision in run.decide(name, found, config)]
        majority = [collections.Counter(truths).most_common(1)[0][0]] * len(truths)
        lines.append([name, len(set(truths)), len(truths)])
        for who, guesses, aim in (("words", words, aims[0]),
                                  ("learned", by_learning(run, name, config, labels, found), aims[1]),
                                  ("linear", by_machine(run, name, labels, found), None),
                                  ("majority", majority, None)):
            lines[-1] += [run.report.area(f"routing/{name}/{who}/accuracy", guesses and accuracy(truths, guesses),
                                          aim and (">=", aim)),
                          run.report.area(f"routing/{name}/{who}/macro-F1", guesses and router.macro_f1(truths, guesses))]
        confusions.append((name, collections.Counter(zip(truths, words))))
    table(f"Departments, half {run.half}: accuracy, and macro-F1 behind it",
          ["data", "departments", "texts", "words alone", "", "`ombudctl learn`", "", "linear model", "",
           "largest class", ""], lines)
    for name, confusion in confusions:
        print(f"\nMost frequent confusions of words in {name}: " + ", ".join(
            f"{truth} → {guess} {count}" for (truth, guess), count in confusion.most_common()
            if truth != guess and count >= 5))
