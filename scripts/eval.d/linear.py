"""The plainest model that learns: a linear machine over single characters and pairs of them (Chinese) or words
and pairs of them (English), weighted by rarity. What it reaches on one half, having learnt on the other, says how
much of a figure lies in the data. liblinear from Debian does the learning; its cost is chosen on the half that it
learns from."""

import collections
import math
import pathlib
import re
import shutil
import subprocess
import tempfile

TRAIN = shutil.which("liblinear-train")
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[^\x00-\x7f]")
COSTS = ("0.3", "1", "10")


def available():
    return bool(TRAIN)


def features(text):
    words = WORD.findall(text.lower())
    return set(words) | {f"{first} {second}" for first, second in zip(words, words[1:])}


class Vocabulary:
    def __init__(self, documents):
        counts = collections.Counter(name for document in documents for name in document)
        kept = sorted(name for name, count in counts.items() if count >= 2)
        self.number = {name: number for number, name in enumerate(kept, 1)}
        self.weight = {name: math.sqrt(math.log(1 + len(documents) / counts[name])) for name in kept}

    def vector(self, document):
        found = [name for name in document if name in self.number]
        length = math.sqrt(sum(self.weight[name] ** 2 for name in found)) or 1
        return sorted((self.number[name], self.weight[name] / length) for name in found)


def train(folder, cost, *options):
    command = [TRAIN, "-q", "-s", "2", "-c", cost, "-B", "1", *options, folder / "train", folder / "model"]
    if "-v" in options:
        command.pop()
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read_model(path, labels):
    """Map of label to its weights, the bias behind the last feature."""
    head, body = path.read_text(encoding="utf-8").split("\nw\n")
    order = [labels[int(number)] for number in re.search(r"^label (.*)$", head, re.M)[1].split()]
    columns = list(zip(*(map(float, line.split()) for line in body.splitlines())))
    if len(order) == 2:
        columns = [columns[0], [-weight for weight in columns[0]]]
    return dict(zip(order, columns))


def learn(examples, texts):
    """Learns from pairs (label, text), then gives for each of `texts` a map of label to how much speaks for it;
    None where liblinear is not installed or there is nothing to learn from."""
    if not available() or not examples:
        return None
    labels = sorted({label for label, _ in examples})
    documents = [features(text) for _, text in examples]
    vocabulary = Vocabulary(documents)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with open(folder / "train", "w", encoding="utf-8") as file:
            for (label, _), document in zip(examples, documents):
                pairs = " ".join(f"{number}:{weight:.5f}" for number, weight in vocabulary.vector(document))
                file.write(f"{labels.index(label)} {pairs}\n")
        cost = max(COSTS, key=lambda cost: float(train(folder, cost, "-v", "3").split()[-1].rstrip("%")))
        train(folder, cost)
        weights = read_model(folder / "model", labels)
    vectors = [vocabulary.vector(features(text)) for text in texts]
    return [{label: column[-1] + sum(column[number - 1] * value for number, value in vector)
             for label, column in weights.items()} for vector in vectors]
