"""Opens what `nomen export` wrote with the tool that it is for.

    open_exports.py TOOL FILE_OR_FOLDER

Prints how many images the tool found and the labels that it found, one a line, or ends with 77 where the tool
is not installed.
"""

import importlib.util
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

NOT_INSTALLED = 77


def need(module):
    if importlib.util.find_spec(module) is None:
        print(f"{module} is not installed")
        sys.exit(NOT_INSTALLED)


def coco(path):
    need("pycocotools")
    from pycocotools.coco import COCO

    found = COCO(path)
    for image in found.getImgIds():
        (annotation,) = found.loadAnns(found.getAnnIds(imgIds=[image]))
        (category,) = found.loadCats([annotation["category_id"]])
        assert annotation["bbox"][2] == found.loadImgs([image])[0]["width"]
        assert os.path.exists(found.loadImgs([image])[0]["file_name"])
        yield category["name"]


def imagefolder(path):
    need("datasets")
    from datasets import load_dataset

    for row in load_dataset("imagefolder", data_dir=path, split="train"):
        assert row["image"].width > 0
        yield row["label"]


def label_studio(path):
    need("label_studio_sdk")
    from label_studio_sdk.label_interface import LabelInterface

    with open(path[: -len(".json")] + ".xml", encoding="utf-8") as config:
        interface = LabelInterface(config.read())
    interface.validate()
    with open(path, encoding="utf-8") as tasks:
        for task in json.load(tasks):
            interface.validate_task({"data": task["data"]})
            (prediction,) = task["predictions"]
            assert interface.validate_prediction(prediction), prediction
            yield prediction["result"][0]["value"]["choices"][0]


def cvat(path):
    need("datumaro")
    from datumaro.components.dataset import Dataset

    # As CVAT's own export lies: the images beside the annotations.
    folder = os.path.dirname(path)
    for image in ElementTree.parse(path).iter("image"):
        link = os.path.join(folder, "images", image.get("name"))
        os.makedirs(os.path.dirname(link), exist_ok=True)
        os.symlink("/" + image.get("name"), link)
    found = Dataset.import_from(folder, "cvat")
    names = found.categories()[next(iter(found.categories()))]
    for item in found:
        (label,) = item.annotations
        yield names[label.label].name


def fiftyone(path):
    need("fiftyone")
    from fiftyone.utils.data.importers import FiftyOneImageClassificationDatasetImporter

    importer = FiftyOneImageClassificationDatasetImporter(
        dataset_dir=path, data_path="data.json"
    )
    importer.setup()
    for image, _, label in importer:
        assert os.path.exists(image), image
        yield label.label


def embedding_atlas(path):
    need("embedding_atlas")
    import pandas
    from embedding_atlas.data_source import DataSource

    frame = pandas.read_parquet(path)
    source = DataSource(
        "nomen",
        frame,
        {"props": {"data": {"id": "id", "projection": {"x": "x", "y": "y"}, "neighbors": "neighbors"}}},
    )
    assert source is not None
    for row in frame.to_dict("records"):
        assert len(row["neighbors"]["ids"]) == len(row["neighbors"]["distances"]) > 0
        yield row["name"]


tools = {
    "coco": coco,
    "imagefolder": imagefolder,
    "label-studio": label_studio,
    "cvat": cvat,
    "fiftyone": fiftyone,
    "embedding-atlas": embedding_atlas,
}
labels = list(tools[sys.argv[1]](sys.argv[2]))
print(f"found {len(labels)}")
for label in sorted(labels):
    print(f"label {label}")
