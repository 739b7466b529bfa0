"""The tables on the sentences of tests/eval/sentences."""

import collections

import router
from report import table

KINDS = {
    # what is expected of a decision, and of how many
    "told": (lambda decision: decision["band"] == "P1", 0.90),
    "reworded": (lambda decision: decision["band"] == "P1", 0.75),
    "needs_p2": (lambda decision: router.at_least(decision, "P2"), 0.80),
    "not_told": (lambda decision: decision["score"] < 50, 0.95),
    "praise": (lambda decision: decision["label"] == "praise", 0.80),
    "no_praise": (lambda decision: decision["label"] != "praise", None),
}
WRITERS = (("blind", True), ("known", False))


def judged(ctl, config, sentences):
    decisions = router.decide(ctl, config, [row["text"] for row in sentences])
    return [row | {"score": decision["score"], "band": decision["band"], "right": KINDS[row["kind"]][0](decision)}
            for row, decision in zip(sentences, decisions)]


def by_kind(report, rows):
    lines = []
    for kind, (_, aim) in KINDS.items():
        cells = [kind]
        for writer, blind in WRITERS:
            for lang in ("en", "zh", ""):
                right = [row["right"] for row in rows
                         if row["kind"] == kind and row["blind"] == blind and row["lang"].startswith(lang)]
                cells.append(report.share(f"sentences/{writer}/{lang or 'all'}/{kind}", right,
                                          (">=", aim) if aim and not lang else None))
                if not lang:
                    cells.append(len(right))
        lines.append(cells)
    table("Sentences as expected: blind, by a writer who had not seen the lexicons, and known, by one who had",
          ["kind", "blind, en", "blind, zh", "blind", "sentences", "known, en", "known, zh", "known", "sentences"], lines)


def by_matter(rows):
    for kind in ("told", "reworded", "needs_p2", "not_told"):
        chosen = [row for row in rows if row["kind"] == kind]
        total = collections.Counter(row["matter"] for row in chosen)
        missed = {writer: collections.Counter(row["matter"] for row in chosen
                                              if row["blind"] == blind and not row["right"])
                  for writer, blind in WRITERS}
        worst = sorted(total, key=lambda matter: (-sum(counts[matter] for counts in missed.values()), matter))
        table(f"Missed: {kind}, by what it is about", ["matter", "sentences", "missed, blind", "missed, known"],
              [[matter, total[matter]] + [missed[writer][matter] for writer, _ in WRITERS] for matter in worst
               if any(counts[matter] for counts in missed.values())])


def misses(rows, kinds):
    for row in rows:
        if row["kind"] in kinds and not row["right"]:
            text = row["text"].replace("\n", "\\n")
            print(f"{row['id']}\t{row['band']}\t{row['score']}\t{row['matter']}\t{text}")


def measure(ctl, config, sentences, report):
    rows = judged(ctl, config, sentences)
    by_kind(report, rows)
    by_matter(rows)
    return rows
