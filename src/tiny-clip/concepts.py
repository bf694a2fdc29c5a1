"""WordNet 3.0 above the classes: which hypernyms there are, what they are called, whom they cover."""

import os
import re
import sys
from pathlib import Path

import numpy as np

DATABASE = "/usr/share/wordnet/data.noun"  # Debian's wordnet-base; or name the file in WORDNET_NOUNS


def read():
    """Lemmas, direct hypernyms and gloss of every noun synset, by its id as ImageNet writes it."""
    lemmas, above, glosses = {}, {}, {}
    path = Path(os.environ.get("WORDNET_NOUNS", DATABASE))
    if not path.exists():
        sys.exit(f"{path}: no such file; name WordNet 3.0's data.noun in WORDNET_NOUNS, or install wordnet-base")
    for line in path.read_text().splitlines():
        if line.startswith(" "):
            continue  # the licence
        fields, gloss = line.split(" | ", 1)
        f = fields.split()
        n = int(f[3], 16)
        pointers = f[5 + 2 * n :]
        lemmas["n" + f[0]] = [f[4 + 2 * i].replace("_", " ") for i in range(n)]
        above["n" + f[0]] = ["n" + o for s, o in zip(pointers[::4], pointers[1::4]) if s in ("@", "@i")]
        glosses["n" + f[0]] = gloss.split('; "')[0].strip()  # without the examples
    return lemmas, above, glosses


def ancestors(synset, above):
    found, border = [], [synset]
    while border:
        border = list(dict.fromkeys(h for s in border for h in above[s] if h not in found))
        found += border
    return found


def from_wordnet(wnids):
    """Lemmas of each class and then of each hypernym, and member[class, concept] (1 where it covers)."""
    lemmas, above, _ = read()
    of = {w: [w, *ancestors(w, above)] for w in wnids}
    every = list(dict.fromkeys([*wnids, *(h for w in wnids for h in of[w])]))
    member = np.array([[c in of[w] for c in every] for w in wnids], np.float32)
    telling = member.sum(0) <= max(1, 0.6 * len(wnids))  # "entity" and the like cover nearly all and say nothing
    return [lemmas[c] for c, t in zip(every, telling) if t], member[:, telling]


def glossary(concepts, farthest=3):
    """(lemmas, gloss, concepts' numbers) of every synset that is a concept or has one at most `farthest` steps above.

    The numbers are of the nearest such concepts. `concepts` are lists of lemmas; two synsets of one list count as neither.
    """
    lemmas, above, glosses = read()
    number = {tuple(c): i for i, c in enumerate(concepts)}
    ids = {}
    for s, words in lemmas.items():
        if tuple(words) in number:
            ids.setdefault(number[tuple(words)], []).append(s)
    known = {found[0]: i for i, found in ids.items() if len(found) == 1}
    out = []
    for s in sorted(lemmas):
        border, owners = [s], []
        for _ in range(farthest + 1):
            owners = owners or sorted({known[b] for b in border if b in known})
            border = [h for b in border for h in above[b]]
        if owners:
            out.append((lemmas[s], glosses[s], owners))
    return out


def nouns(concepts):
    """The lemmas a reader knows: without the Latin names, unless there is no other."""
    latin = re.compile("[A-Z][a-z]+ [a-z]+")
    return list(dict.fromkeys(x for c in concepts for i, x in enumerate(c) if i == 0 or not latin.fullmatch(x)))
