"""Every class of the package against its stage in the JVM; runs after the page, with its session and its folders."""

import os
import tempfile

import nomen
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession
from pyspark.sql.utils import IllegalArgumentException

spark = SparkSession.builder.getOrCreate()
here = tempfile.mkdtemp()
STAGES = [nomen.ClipImageEmbedder, nomen.ClipTextEmbedder, nomen.NomenClustering, nomen.ClusterNamer, nomen.NearDuplicates]
OTHER = {
    "precision": "fp32", "device": "cpu", "outputType": "array", "method": "kmeans", "subspace": "17",
    "linkage": "never", "mapping": "direct", "prompts": ["a {}", "the {}"], "classes": ["one", "two"],
}


def other(name, value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return type(value)(0.5 if isinstance(value, float) else 7)
    return OTHER.get(name, "other " + name)


for cls in STAGES:
    stage = cls()
    java = stage._java_obj
    theirs = {p.name(): p for p in java.params()}
    ours = {p.name: p for p in stage.params}
    assert set(theirs) == set(ours), (cls, set(theirs) ^ set(ours))
    for name, param in ours.items():
        assert java.hasDefault(theirs[name]) == stage.hasDefault(param), (cls, name)
        capital = name[0].upper() + name[1:]
        if stage.hasDefault(param):
            default = java.getOrDefault(theirs[name])
            default = list(default) if isinstance(stage.getOrDefault(param), list) else default
            assert default == stage.getOrDefault(param), (cls, name, default)
            assert getattr(stage, "get" + capital)() == default
        integers = ("k", "semanticCentres", "epochs", "batchSize", "neighbours", "replicas")
        value = 7 if name in integers else 0.5 if name == "contrastTemperature" else other(
            name, stage.getOrDefault(param) if stage.hasDefault(param) else None)
        assert getattr(stage, "set" + capital)(value) is stage
    path = os.path.join(here, cls.__name__)
    stage.write().overwrite().save(path)
    read = cls.load(path)
    assert type(read) is cls and read.uid == stage.uid
    for name in ours:
        assert read.getOrDefault(name) == stage.getOrDefault(name), (cls, name)
    assert "default" in cls().explainParams()

try:
    nomen.ClipImageEmbedder(inputCol="nothing").transform(spark.range(1))
    raise AssertionError("a missing column was taken")
except IllegalArgumentException as e:
    assert "nothing does not exist" in str(e), e

texts = spark.createDataFrame([("a pizza",), (None,)], ["text"])
embedded = nomen.ClipTextEmbedder(prompts=["a photo of {}.", "{}"]).transform(texts).collect()
assert [row.status for row in embedded] == ["ok", "empty"] and embedded[1].embedding is None

words = nomen.ClipTextEmbedder(outputType="array").transform(
    spark.createDataFrame([("airplane",), ("butterfly",), ("car",)], ["noun"]).selectExpr("noun", "noun AS text"))
words.select("noun", "embedding").createOrReplaceTempView("my_nouns")
named_by_mine = nomen.ClusterNamer(nounTable="my_nouns").fit(clustered)  # noqa: F821 (of the page)
names = {row["name"] for row in named_by_mine.clusters().where("named").collect()}
assert names and names <= {"airplane", "butterfly", "car"}, names
named_by_mine.write().overwrite().save(os.path.join(here, "namer"))
assert type(nomen.ClusterNamerModel.load(os.path.join(here, "namer"))) is nomen.ClusterNamerModel

assert [type(s) for s in PipelineModel.load(kept).stages] == [nomen.ClipImageEmbedder, nomen.NomenClusteringModel]  # noqa: F821
print("the contract holds")
