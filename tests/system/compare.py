"""The checker's pure part: it knows nothing of Kafka. It is given what went in, what should have come
out and what did come out, and tells what is lost, doubled, out of order or altered. test_checker.py
feeds it damaged outputs and expects each damage to be found."""

from collections import Counter, defaultdict, namedtuple

from oracle import lane

# Each a list of sentences, one for each record (`reordered`: for each lane).
Verdict = namedtuple("Verdict", "lost duplicates reordered altered unexpected")


def compare(expected, actual):
    """What is wrong with `actual`: all fields of the Verdict are empty when both lists of Output are
    equal lane by lane."""
    verdict = Verdict([], [], [], [], [])
    want, got = defaultdict(list), defaultdict(list)
    for output in expected:
        want[lane(output)].append(output)
    for output in actual:
        got[lane(output)].append(output)
    for place in sorted(set(want) | set(got), key=repr):
        if want[place] != got[place]:
            _compare_lane(want[place], got[place], verdict)
    return verdict


def compare_changelog(expected, actual):
    """The same for a changelog, in which a transaction has one record a key: of the values that a
    key should take one after the other, some in their order, and the last. Of what came and went
    within one transaction there need be none."""
    verdict = Verdict([], [], [], [], [])
    want, got = _by_key(expected), _by_key(actual)
    for key in sorted(set(want) | set(got), key=repr):
        known, rest = set(want[key]), iter(want[key])
        if not got[key] and want[key][-1].value is None:
            continue
        if not want[key]:
            verdict.unexpected.extend(map(sentence, got[key]))
        elif not got[key] or got[key][-1] != want[key][-1] and got[key][-1] in known:
            verdict.lost.append(sentence(want[key][-1]))
        elif any(one not in known for one in got[key]):
            verdict.altered.extend(sentence(one) for one in got[key] if one not in known)
        elif Counter(got[key]) - Counter(want[key]):
            doubled = Counter(got[key]) - Counter(want[key])
            verdict.duplicates.extend(map(sentence, doubled.elements()))
        elif not all(one in rest for one in got[key]):
            verdict.reordered.append(sentence(got[key][0]))
    return verdict


def _by_key(outputs):
    found = defaultdict(list)
    for output in outputs:
        found[lane(output), output.key].append(output)
    return found


def _compare_lane(want, got, verdict):
    known = set(want)
    missing = list((Counter(want) - Counter(got)).elements())
    extra = list((Counter(got) - Counter(want)).elements())
    verdict.duplicates.extend(map(sentence, (o for o in extra if o in known)))
    strange = [o for o in extra if o not in known]
    # A record that is missing while a stranger came is one altered record, not two faults.
    altered = min(len(missing), len(strange))
    verdict.altered.extend(f"{sentence(got)} should be {sentence(want)}"
                           for want, got in zip(missing, strange))
    verdict.lost.extend(map(sentence, missing[altered:]))
    verdict.unexpected.extend(map(sentence, strange[altered:]))
    if not missing and not extra:
        at = next(i for i, pair in enumerate(zip(want, got)) if pair[0] != pair[1])
        verdict.reordered.append(f"at {at} {sentence(got[at])} stands for {sentence(want[at])}")


def sentence(output):
    text = repr(output.value[:400]) if output.value is not None else "tombstone"
    return f"{output.topic}/{output.partition} of {output.task}: {output.key!r} {text}"


def count_fates(inputs, fates):
    """`inputs`: (topic, partition, offset) of every record read; `fates`: the same for what became
    of one. (lost, duplicates) as lists: each input needs exactly one."""
    inputs, fates = set(inputs), Counter(fates)
    lost = [place for place in inputs if fates[place] == 0]
    doubled = [place for place, count in fates.items() if count > 1]
    strangers = [place for place in fates if place not in inputs]
    return sorted(lost), sorted(doubled + strangers)


def is_tail(part, whole):
    """Whether `whole` ends with `part`."""
    return len(part) <= len(whole) and whole[len(whole) - len(part):] == part


def compare_remade(want, before, redirected, after, whole):
    """Sentences about one lane of a topic that was deleted and made again, or that took no records for
    a while. `redirected`, in any order: what went to the dead-letter topic instead. Unless `whole`,
    what was written between the reading of `before` and the deletion went away with the topic."""
    got = before + redirected + after
    gone = len(want) - len(got)
    due = want[:len(before)] + want[len(before) + max(gone, 0):]
    missing, extra = Counter(due) - Counter(got), Counter(got) - Counter(due)
    problems = [f"lost: {sentence(o)}" for o in missing.elements()]
    problems += [f"not due, or doubled: {sentence(o)}" for o in extra.elements()]
    if gone > 0 and whole:
        problems.append(f"{gone} of {len(want)} are lost, such as {sentence(want[len(before)])}")
    rest = iter(due)
    if not problems and not all(one in rest for one in before + after):
        problems.append(f"out of order: {sentence(after[0])} and others of its lane")
    return problems[:3]
