"""WordNet 3.0 above the classes: which hypernyms there are, what they are called, whom they cover."""

import os
import re
from pathlib import Path

import numpy as np

DATABASE = "/usr/share/wordnet/data.noun"  # Debian's wordnet-base; or name the file in WORDNET_NOUNS


def read(path):
    """Lemmas and direct hypernyms of every noun synset, by its id as ImageNet writes it."""
    lemmas, above = {}, {}
    for line in Path(path).read_text().splitlines():
        if line.startswith(" "):
            continue  # the licence
        f = line.split(" | ")[0].split()
        n = int(f[3], 16)
        pointers = f[5 + 2 * n :]
        lemmas["n" + f[0]] = [f[4 + 2 * i].replace("_", " ") for i in range(n)]
        above["n" + f[0]] = ["n" + o for s, o in zip(pointers[::4], pointers[1::4]) if s in ("@", "@i")]
    return lemmas, above


def ancestors(synset, above):
    found, border = [], [synset]
    while border:
        border = list(dict.fromkeys(h for s in border for h in above[s] if h not in found))
        found += border
    return found


def from_wordnet(wnids):
    """Lemmas of each class and then of each hypernym, and member[class, concept] (1 where it covers)."""
    lemmas, above = read(os.environ.get("WORDNET_NOUNS", DATABASE))
    of = {w: [w, *ancestors(w, above)] for w in wnids}
    every = list(dict.fromkeys([*wnids, *(h for w in wnids for h in of[w])]))
    member = np.array([[c in of[w] for c in every] for w in wnids], np.float32)
    telling = member.sum(0) <= max(1, 0.6 * len(wnids))  # "entity" and the like cover nearly all and say nothing
    return [lemmas[c] for c, t in zip(every, telling) if t], member[:, telling]


def nouns(concepts):
    """The lemmas a reader knows: without the Latin names, unless there is no other."""
    latin = re.compile("[A-Z][a-z]+ [a-z]+")
    return list(dict.fromkeys(x for c in concepts for i, x in enumerate(c) if i == 0 or not latin.fullmatch(x)))
