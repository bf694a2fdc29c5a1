"""WordNet 3.0: which synsets the labels are, which hypernyms stand above, what they are called, whom they cover."""

import os
import re
import sys
from pathlib import Path

import numpy as np

DATABASE = "/usr/share/wordnet/data.noun"  # Debian's wordnet-base; or name the file in WORDNET_NOUNS


def database():
    path = Path(os.environ.get("WORDNET_NOUNS", DATABASE))
    if not path.exists():
        sys.exit(f"{path}: no such file; name WordNet 3.0's data.noun in WORDNET_NOUNS, or install wordnet-base")
    return path


def read():
    """Lemmas, direct hypernyms and gloss of every noun synset, by its id as ImageNet writes it."""
    lemmas, above, glosses = {}, {}, {}
    for line in database().read_text().splitlines():
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


def first_senses():
    """Of every noun, in lower case, the synset that it most often names."""
    senses = {}
    for line in (database().parent / "index.noun").read_text().splitlines():
        if not line.startswith(" "):
            f = line.split()
            senses[f[0].replace("_", " ")] = "n" + f[-int(f[2])]
    return senses


class Classes:
    """The classes and the hypernyms above them: `taught` WordNet ids first, then what else the labels name.

    A label is a WordNet id or words; words stand for what they most often name, and for themselves where WordNet
    does not have them. Words that name a taught synset are its label.
    """

    def __init__(self, taught, labels):
        lemmas, above, _ = read()
        senses = first_senses()
        self.number, self.wnids, own = {}, list(taught), {w: lemmas[w] for w in taught}
        for label in sorted(set(labels)):
            w = label if label in lemmas else senses.get(label.lower()) or senses.get(label.lower().removesuffix("s"))
            if w is None:
                w, own[label], above[label] = label, [label], []
            elif w not in own:
                own[w] = lemmas[w]
            if w not in self.wnids:
                self.wnids.append(w)
            self.number[label] = self.wnids.index(w)
        of = {w: [w, *ancestors(w, above)] for w in self.wnids}
        every = list(dict.fromkeys([*self.wnids, *(h for w in self.wnids for h in of[w])]))
        column = {c: i for i, c in enumerate(every)}
        member = np.zeros((len(self.wnids), len(every)), np.float32)
        for i, w in enumerate(self.wnids):
            member[i, [column[c] for c in of[w]]] = 1
        telling = member.sum(0) <= max(1, 0.6 * len(self.wnids))  # "entity" covers nearly all and says nothing
        telling[: len(self.wnids)] = True
        self.member = member[:, telling]  # [classes, concepts] 1 where it covers
        self.synsets = [c for c, t in zip(every, telling) if t]  # or words that WordNet does not have
        self.concepts = [own.get(c) or lemmas[c] for c in self.synsets]


def glossary(synsets, farthest=3):
    """(lemmas, gloss, concepts' numbers) of every synset that is a concept or has one at most `farthest` steps above.

    The numbers are of the nearest such concepts.
    """
    lemmas, above, glosses = read()
    known = {s: i for i, s in enumerate(synsets)}
    out = []
    for s in sorted(lemmas):
        border, owners = [s], []
        for _ in range(farthest + 1):
            owners = owners or sorted({known[b] for b in border if b in known})
            border = [h for b in border for h in above[b]]
        if owners:
            out.append((lemmas[s], glosses[s], owners))
    return out


LOST = {"community.n.06", "jean.n.01", "substance.n.07"}  # WordNet 3.1, which Nomen reads, has these under no such id


def nouns(concepts, synsets, others=()):
    """The lemmas a reader knows with the meaning of each, as dog.n.01, or None.

    Without the Latin names, unless there is no other; capitals make no other word. `others` are lists of names of
    things beside the concepts, of which the first counts; no meaning is known of those.
    """
    latin = re.compile("[A-Z][a-z]+ [a-z]+")
    ids, found = sense_ids(), {}
    for lemmas, synset in zip(concepts, synsets, strict=True):
        for i, x in enumerate(lemmas):
            if i == 0 or not latin.fullmatch(x):
                found.setdefault(x.lower(), (x, None if ids.get(synset) in LOST else ids.get(synset)))
    for names in others:
        found.setdefault(names[0].lower(), (names[0], None))
    return dict(found.values())


def sense_ids():
    """Every synset's id in words: its first lemma, and which of this lemma's meanings it is."""
    ids, lemmas = {}, read()[0]
    for line in (database().parent / "index.noun").read_text().splitlines():
        if not line.startswith(" "):
            f = line.split()
            for i, offset in enumerate(f[-int(f[2]) :]):
                s = "n" + offset
                if lemmas[s][0].lower().replace(" ", "_") == f[0]:
                    ids[s] = f"{f[0]}.n.{i + 1:02}"
    return ids
