"""The pictures that `tiny` learns from: where each set is kept, under what terms, and what its labels are.

Each is read from a clone of a public repository at a fixed commit; nothing of them is kept in this one.
"""

import csv
import io
import re
import subprocess
from dataclasses import dataclass
from typing import Callable


@dataclass
class Set:
    """One set: `path` finds its pictures in the repository, `label` says what each shows (None: it does not say)."""

    repository: str
    commit: str
    path: str
    side: int  # pixels that are kept of each picture's middle square
    terms: str
    label: Callable  # of a match of `path` and of a function that reads other files: a WordNet id, or words, or None


def synset(match, _):
    return match["label"]


def food(match, _):
    return FOODS[match["label"]]


def scene(match, _):
    """The first part of a category says what it is, the second whether out of doors, say: bakery/shop, desert/sand."""
    return SCENES.get(match["label"], match["label"].replace("_", " "))


def garment(match, read):
    if not GARMENTS:
        rows = csv.DictReader(io.StringIO(read("images.csv").decode()))
        GARMENTS.update((r["image"], r["label"]) for r in rows)
    return CLOTHES.get(GARMENTS.get(match["label"]))


def nothing(match, read):
    return None


# WordNet ids, or words, where the category's own name is no noun of WordNet or another sense comes first there.
SCENES = {
    "airport_terminal": "air terminal", "art_gallery": "art gallery", "bakery": "bakery", "bamboo_forest": "bamboo",
    "banquet_hall": "banquet hall", "baseball_field": "ballpark", "bus_interior": "bus interior",
    "butchers_shop": "butcher shop", "church": "n03028079", "campsite": "campsite", "candy_store": "candy store", "clothing_store":
    "clothing store", "coast": "seashore", "coffee_shop": "coffee shop", "corn_field": "cornfield", "fire_station":
    "firehouse", "gas_station": "gasoline station", "golf_course": "golf course", "hospital_room": "hospital room",
    "ice_skating_rink": "ice-skating rink", "kindergarden_classroom": "kindergarten classroom", "market": "n03722288",
    "martial_arts_gym": "martial arts gym", "museum": "museum", "palace": "n03877845",
    "phone_booth": "telephone booth", "playground": "n03963645", "railroad_track":
    "railroad track", "rock_arch": "natural arch", "shower": "shower stall", "ski_slope": "ski slope", "slum": "slum",
    "stadium": "stadium", "stage": "theater stage", "subway_station": "subway station", "swimming_pool":
    "swimming pool", "temple": "pagoda", "track": "running track", "volcano": "n09472597", "yard": "backyard",
    "runway": "airstrip",
}  # fmt: skip
FOODS = {
    "Apple": "n07739125", "Asparagus": "n07719213", "Aubergine": "n07713074", "Avocado": "n07764847", "Banana":
    "n07753592", "Brown-Cap-Mushroom": "n07734744", "Cabbage": "n07713895", "Carrots": "n07730207", "Cucumber":
    "n07718472", "Garlic": "n07818277", "Ginger": "n07815163", "Kiwi": "n07763629", "Leek": "n07723039", "Lemon":
    "n07749582", "Lime": "n07749731", "Mango": "n07764155", "Melon": "n07755411", "Mushroom": "n07734744",
    "Nectarine": "n07751148", "Onion": "n07722217", "Orange": "n07747607", "Papaya": "n07762244", "Passion-Fruit":
    "n07753743", "Peach": "n07751004", "Pear": "n07767847", "Pepper": "n07720875", "Pineapple": "n07753275", "Plum":
    "n07751451", "Pomegranate": "n07768694", "Potato": "n07710616", "Red-Beet": "n07719839", "Red-Grapefruit":
    "n07749969", "Satsumas": "n07748276", "Tomato": "n07734017", "Zucchini": "n07716358",
}  # fmt: skip
CLOTHES = {
    "Blazer": "blazer", "Blouse": "blouse", "Body": "leotard", "Dress": "n03236735", "Hat": "hat", "Hoodie": "hoodie",
    "Longsleeve": "long-sleeved shirt", "Outwear": "overgarment", "Pants": "trouser", "Polo": "polo shirt",
    "Shirt": "shirt", "Shoes": "shoe", "Shorts": "short pants", "Skirt": "skirt", "T-Shirt": "T-shirt",
    "Undershirt": "undershirt",
}  # fmt: skip
GARMENTS = {}
SAMPLE = "EliSchwartz/imagenet-sample-images"  # scored only: one of ImageNet's training pictures of each class
LATER = "yuyang-long/SSA"  # scored only: 1,000 photographs by 1,000 classes that came after ImageNet (CC BY)
RESEARCH = "research and education only, as ImageNet's pictures are"
SETS = {
    "tiny-imagenet": Set(
        "rangeetpan/IMagenet", "6125d8a1069df02232eb57678fd46c700411dd45",
        r"tiny-imagenet-200/train/(?P<label>n\d+)/images/.*\.JPEG", 64, RESEARCH, synset,
    ),
    "mini-imagenet": Set(
        "Deo0330/split_minidataset", "557ebcae0db23651f9370f54a5f31b1f0fd4064d",
        r"(train|val)/(?P<label>n\d+)/.*\.jpg", 84, RESEARCH, synset,
    ),
    "miniplaces": Set(
        "rathull/CTFs", "f35c219885f163ca00a045236dd44be489598837",
        r"data/images/train/\w/(?P<label>\w+)(/\w+)?/\d+\.jpg", 128,
        "Places2's: research and education only, no commercial use", scene,
    ),
    "flickr8k": Set(
        "RlNZLER/Image-Text-Matching", "56a15d913c3f290e2ee896386ece6076c1eea02e", r"data/images/.*\.jpg", 160,
        "Flickr8k's: research and education only, no commercial use", nothing,
    ),
    "sketchy": Set(
        "sahibgoa/DCGAN-MNIST", "ee2a0a3609f2107292482a4db7add9ab2cb27415",
        r"photo/[^/]+/(?P<label>n\d+)_\d+\.jpg", 160, RESEARCH + " (the photographs of the Sketchy Database)", synset,
    ),
    "groceries": Set(
        "marcusklasson/GroceryStoreDataset", "fc80ba90f803d79d0383df52c5a4ac5de99ff6fc",
        r"dataset/(train|val|test)/(Fruit|Vegetables)/(?P<label>[^/]+)/.*\.jpg", 160, "MIT", food,
    ),
    "clothes": Set(
        "alexeygrigorev/clothing-dataset", "7ed86a9cc56763b6acb35e41cb35184e43a5d218",
        r"images/(?P<label>[\w-]+)\.jpg", 160, "CC0", garment,
    ),
}  # fmt: skip


class Repository:
    """Files of a git repository at one commit, straight from its objects: no work tree is needed."""

    def __init__(self, folder, commit):
        self.git = ["git", "--git-dir", str(folder if (folder / "HEAD").exists() else folder / ".git")]
        listed = subprocess.run([*self.git, "ls-tree", "-r", "-z", commit], check=True, capture_output=True).stdout
        rows = [r.split("\t", 1) for r in listed.decode().split("\0") if r]
        self.objects = {path: head.split()[2] for head, path in rows}
        self.reader = subprocess.Popen([*self.git, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, path):
        self.reader.stdin.write(f"{self.objects[path]}\n".encode())
        self.reader.stdin.flush()
        head = self.reader.stdout.readline().split()
        if head[1] != b"blob":
            raise FileNotFoundError(f"{path}: its contents are not in this clone; fetch them")
        data = self.reader.stdout.read(int(head[2]))
        self.reader.stdout.read(1)
        return data


def clone(clones, name):
    folder = clones / name
    if not folder.exists():
        raise SystemExit(f"{folder}: no such folder; git clone https://github.com/{name} {folder}")
    return folder


def imagenet(clones):
    """The 1,000 WordNet ids of ImageNet in the order of the trunk's classifier: what one picture each of `SAMPLE` is named by."""
    return sorted(m[0] for m in (re.match(r"n\d{8}(?=_)", p) for p in Repository(clone(clones, SAMPLE), "HEAD").objects) if m)


def files(name, clones):
    return Repository(clone(clones, SETS[name].repository), SETS[name].commit)


def pictures(name, clones):
    """Paths of one set's pictures, and a function that reads one; `clones` holds a folder owner/name of each."""
    kept = files(name, clones)
    return [p for p in sorted(kept.objects) if re.fullmatch(SETS[name].path, p)], kept.read


def labels(name, clones, paths):
    """What each of the `paths` shows: a WordNet id, or words, or None where the set does not say."""
    read, of = files(name, clones).read, SETS[name]
    return [of.label(re.fullmatch(of.path, p), read) for p in paths]
