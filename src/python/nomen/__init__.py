"""Nomen for pyspark: thin wrappers of the stages in the JVM, as those of pyspark.ml are.

The JVM needs Nomen's jar: ``spark-submit --jars nomen.jar --py-files nomen.whl``, or in a notebook
``SparkSession.builder.config("spark.jars", nomen.jar())``.
"""

import json
import os
import sys
from typing import Any, Dict, List, Optional, TypeVar

from pyspark import keyword_only
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import HasFeaturesCol, HasInputCol, HasOutputCol, HasPredictionCol, HasSeed
from pyspark.ml.util import JavaMLReadable, JavaMLReader, JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator, JavaModel, JavaParams, JavaTransformer
from pyspark.sql import DataFrame

__all__ = [
    "ClipImageEmbedder",
    "ClipTextEmbedder",
    "ClusterNamer",
    "ClusterNamerModel",
    "NearDuplicates",
    "NomenClustering",
    "NomenClusteringModel",
    "NomenClusteringSummary",
    "jar",
]

__version__ = "0.1.0.dev0"

_PACKAGE = "io.nomen.ml"

# pyspark looks for the Python class of a stage in a module that is called as its Java package is.
sys.modules.setdefault(_PACKAGE, sys.modules[__name__])

T = TypeVar("T", bound=Any)


def jar() -> str:
    """The path of Nomen's jar: the one that NOMEN_JAR names, else the one that this wheel carries.

    Raises FileNotFoundError where there is neither.
    """
    inside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jars", "nomen.jar")
    path = os.environ.get("NOMEN_JAR", inside)
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f"Nomen's jar is not at {path}; build it (mvn -DskipTests package) and set NOMEN_JAR to"
            " target/nomen.jar, or build the wheel that carries it (src/python/build.sh --with-jar)."
        )
    return path


class _Reader(JavaMLReader):
    @classmethod
    def _java_loader_class(cls, clazz: Any) -> str:
        return f"{_PACKAGE}.{clazz.__name__}"


class _Readable(JavaMLReadable):
    @classmethod
    def read(cls) -> _Reader:
        """A reader of what ``write().save(path)`` left."""
        return _Reader(cls)


class _HasClipModel(Params):
    """Parameters of a stage that runs a CLIP model."""

    model: "Param[str]" = Param(
        Params._dummy(),
        "model",
        "CLIP checkpoint: a folder, or tiny for the one that comes with Nomen",
        typeConverter=TypeConverters.toString,
    )

    precision: "Param[str]" = Param(
        Params._dummy(),
        "precision",
        "number format of the model: auto, fp32, bf16, fp16",
        typeConverter=TypeConverters.toString,
    )

    device: "Param[str]" = Param(
        Params._dummy(),
        "device",
        "where the model runs: auto, cpu, cuda or cuda:N",
        typeConverter=TypeConverters.toString,
    )

    def getModel(self) -> str:
        """The value of model."""
        return self.getOrDefault(self.model)

    def setModel(self: T, value: str) -> T:
        """Sets model."""
        return self._set(model=value)

    def getPrecision(self) -> str:
        """The value of precision."""
        return self.getOrDefault(self.precision)

    def setPrecision(self: T, value: str) -> T:
        """Sets precision."""
        return self._set(precision=value)

    def getDevice(self) -> str:
        """The value of device."""
        return self.getOrDefault(self.device)

    def setDevice(self: T, value: str) -> T:
        """Sets device."""
        return self._set(device=value)


class _HasNouns(_HasClipModel):
    """Parameters of a stage that names clusters after nouns."""

    nouns: "Param[str]" = Param(
        Params._dummy(),
        "nouns",
        "auto, wordnet, none, a file with a word a line, or a folder of nomen vocabulary",
        typeConverter=TypeConverters.toString,
    )

    nounTable: "Param[str]" = Param(
        Params._dummy(),
        "nounTable",
        "a table or view of words with ready embeddings: noun, embedding[, synset, gloss]",
        typeConverter=TypeConverters.toString,
    )

    def getNouns(self) -> str:
        """The value of nouns."""
        return self.getOrDefault(self.nouns)

    def setNouns(self: T, value: str) -> T:
        """Sets nouns."""
        return self._set(nouns=value)

    def getNounTable(self) -> str:
        """The value of nounTable."""
        return self.getOrDefault(self.nounTable)

    def setNounTable(self: T, value: str) -> T:
        """Sets nounTable."""
        return self._set(nounTable=value)


class _HasStatus(_HasClipModel):
    """Parameters of a stage that embeds what a row holds, or says why it cannot."""

    statusCol: "Param[str]" = Param(
        Params._dummy(),
        "statusCol",
        "column for ok, or a word for why there is no embedding",
        typeConverter=TypeConverters.toString,
    )

    reasonCol: "Param[str]" = Param(
        Params._dummy(),
        "reasonCol",
        "column for why there is no embedding, in a sentence",
        typeConverter=TypeConverters.toString,
    )

    outputType: "Param[str]" = Param(
        Params._dummy(),
        "outputType",
        "vector, or array of float",
        typeConverter=TypeConverters.toString,
    )

    normalize: "Param[bool]" = Param(
        Params._dummy(),
        "normalize",
        "whether embeddings are made unit vectors",
        typeConverter=TypeConverters.toBoolean,
    )

    batchSize: "Param[int]" = Param(
        Params._dummy(),
        "batchSize",
        "rows per forward pass",
        typeConverter=TypeConverters.toInt,
    )

    def getStatusCol(self) -> str:
        """The value of statusCol."""
        return self.getOrDefault(self.statusCol)

    def setStatusCol(self: T, value: str) -> T:
        """Sets statusCol."""
        return self._set(statusCol=value)

    def getReasonCol(self) -> str:
        """The value of reasonCol."""
        return self.getOrDefault(self.reasonCol)

    def setReasonCol(self: T, value: str) -> T:
        """Sets reasonCol."""
        return self._set(reasonCol=value)

    def getOutputType(self) -> str:
        """The value of outputType."""
        return self.getOrDefault(self.outputType)

    def setOutputType(self: T, value: str) -> T:
        """Sets outputType."""
        return self._set(outputType=value)

    def getNormalize(self) -> bool:
        """The value of normalize."""
        return self.getOrDefault(self.normalize)

    def setNormalize(self: T, value: bool) -> T:
        """Sets normalize."""
        return self._set(normalize=value)

    def getBatchSize(self) -> int:
        """The value of batchSize."""
        return self.getOrDefault(self.batchSize)

    def setBatchSize(self: T, value: int) -> T:
        """Sets batchSize."""
        return self._set(batchSize=value)


class _HasName(Params):
    """The column for names."""

    nameCol: "Param[str]" = Param(
        Params._dummy(),
        "nameCol",
        "column for the name of the cluster",
        typeConverter=TypeConverters.toString,
    )

    def getNameCol(self) -> str:
        """The value of nameCol."""
        return self.getOrDefault(self.nameCol)

    def setNameCol(self: T, value: str) -> T:
        """Sets nameCol."""
        return self._set(nameCol=value)


class _HasConfidence(_HasName):
    """The columns beside a prediction."""

    confidenceCol: "Param[str]" = Param(
        Params._dummy(),
        "confidenceCol",
        "column for what the model gives the cluster, 0 to 1",
        typeConverter=TypeConverters.toString,
    )

    def getConfidenceCol(self) -> str:
        """The value of confidenceCol."""
        return self.getOrDefault(self.confidenceCol)

    def setConfidenceCol(self: T, value: str) -> T:
        """Sets confidenceCol."""
        return self._set(confidenceCol=value)


class ClipImageEmbedder(JavaTransformer, HasInputCol, HasOutputCol, _HasStatus, _Readable, JavaMLWritable):
    """CLIP's image tower: a column of encoded images (bytes, or paths) to a column of embeddings.

    A row whose cell is no picture keeps its place, with a status and a reason in place of an
    embedding.

    >>> ClipImageEmbedder(outputCol="features").transform(images)  # doctest: +SKIP
    """

    pixelLimit: "Param[int]" = Param(
        Params._dummy(),
        "pixelLimit",
        "images whose header promises more pixels are not decoded",
        typeConverter=TypeConverters.toInt,
    )

    timeLimit: "Param[float]" = Param(
        Params._dummy(),
        "timeLimit",
        "seconds after which decoding an image stops",
        typeConverter=TypeConverters.toFloat,
    )

    @keyword_only
    def __init__(
        self,
        *,
        inputCol: str = 'content',
        outputCol: str = 'embedding',
        statusCol: str = 'status',
        reasonCol: str = 'reason',
        outputType: str = 'vector',
        normalize: bool = True,
        model: str = 'tiny',
        precision: str = 'auto',
        device: str = 'auto',
        batchSize: Optional[int] = None,
        pixelLimit: int = 178956970,
        timeLimit: float = 30.0,
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj("io.nomen.ml.ClipImageEmbedder", self.uid)
        self._setDefault(
            inputCol='content',
            outputCol='embedding',
            statusCol='status',
            reasonCol='reason',
            outputType='vector',
            normalize=True,
            model='tiny',
            precision='auto',
            device='auto',
            pixelLimit=178956970,
            timeLimit=30.0,
        )
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        inputCol: str = 'content',
        outputCol: str = 'embedding',
        statusCol: str = 'status',
        reasonCol: str = 'reason',
        outputType: str = 'vector',
        normalize: bool = True,
        model: str = 'tiny',
        precision: str = 'auto',
        device: str = 'auto',
        batchSize: Optional[int] = None,
        pixelLimit: int = 178956970,
        timeLimit: float = 30.0,
    ) -> "ClipImageEmbedder":
        """Sets parameters by their names."""
        return self._set(**self._input_kwargs)

    def setInputCol(self, value: str) -> "ClipImageEmbedder":
        """Sets inputCol."""
        return self._set(inputCol=value)

    def setOutputCol(self, value: str) -> "ClipImageEmbedder":
        """Sets outputCol."""
        return self._set(outputCol=value)

    def getPixelLimit(self) -> int:
        """The value of pixelLimit."""
        return self.getOrDefault(self.pixelLimit)

    def setPixelLimit(self: T, value: int) -> T:
        """Sets pixelLimit."""
        return self._set(pixelLimit=value)

    def getTimeLimit(self) -> float:
        """The value of timeLimit."""
        return self.getOrDefault(self.timeLimit)

    def setTimeLimit(self: T, value: float) -> T:
        """Sets timeLimit."""
        return self._set(timeLimit=value)


class ClipTextEmbedder(JavaTransformer, HasInputCol, HasOutputCol, _HasStatus, _Readable, JavaMLWritable):
    """CLIP's text tower: a column of texts to a column of embeddings in the images' space.

    Each text is put into every sentence of ``prompts``, at its ``{}``; the mean counts.
    """

    prompts: "Param[List[str]]" = Param(
        Params._dummy(),
        "prompts",
        "sentences with one {} that each text is put into",
        typeConverter=TypeConverters.toListString,
    )

    @keyword_only
    def __init__(
        self,
        *,
        inputCol: str = 'text',
        outputCol: str = 'embedding',
        statusCol: str = 'status',
        reasonCol: str = 'reason',
        outputType: str = 'vector',
        normalize: bool = True,
        model: str = 'tiny',
        precision: str = 'auto',
        device: str = 'auto',
        batchSize: int = 64,
        prompts: List[str] = ['{}'],
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj("io.nomen.ml.ClipTextEmbedder", self.uid)
        self._setDefault(
            inputCol='text',
            outputCol='embedding',
            statusCol='status',
            reasonCol='reason',
            outputType='vector',
            normalize=True,
            model='tiny',
            precision='auto',
            device='auto',
            batchSize=64,
            prompts=['{}'],
        )
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        inputCol: str = 'text',
        outputCol: str = 'embedding',
        statusCol: str = 'status',
        reasonCol: str = 'reason',
        outputType: str = 'vector',
        normalize: bool = True,
        model: str = 'tiny',
        precision: str = 'auto',
        device: str = 'auto',
        batchSize: int = 64,
        prompts: List[str] = ['{}'],
    ) -> "ClipTextEmbedder":
        """Sets parameters by their names."""
        return self._set(**self._input_kwargs)

    def setInputCol(self, value: str) -> "ClipTextEmbedder":
        """Sets inputCol."""
        return self._set(inputCol=value)

    def setOutputCol(self, value: str) -> "ClipTextEmbedder":
        """Sets outputCol."""
        return self._set(outputCol=value)

    def getPrompts(self) -> List[str]:
        """The value of prompts."""
        return self.getOrDefault(self.prompts)

    def setPrompts(self: T, value: List[str]) -> T:
        """Sets prompts."""
        return self._set(prompts=value)


class NomenClustering(JavaEstimator, HasFeaturesCol, HasPredictionCol, HasSeed, _HasConfidence, _HasNouns, _Readable, JavaMLWritable):
    """Clusters rows by their embeddings, and says what each cluster is.

    >>> model = NomenClustering(k=24, idCol="path").fit(embedded)  # doctest: +SKIP
    >>> model.transform(embedded).select("path", "prediction", "name")  # doctest: +SKIP
    """

    method: "Param[str]" = Param(
        Params._dummy(),
        "method",
        "how to cluster: kmeans, tac-no-train, tac, sic, turtle, nomen, nomen-no-train, zero-shot",
        typeConverter=TypeConverters.toString,
    )

    k: "Param[int]" = Param(
        Params._dummy(),
        "k",
        "number of clusters; not set, it is chosen by label-free quality",
        typeConverter=TypeConverters.toInt,
    )

    classes: "Param[List[str]]" = Param(
        Params._dummy(),
        "classes",
        "classes that are given: the clusters are these",
        typeConverter=TypeConverters.toListString,
    )

    idCol: "Param[str]" = Param(
        Params._dummy(),
        "idCol",
        "column that rows are ordered by, and that names the medoids",
        typeConverter=TypeConverters.toString,
    )

    secondFeaturesCol: "Param[str]" = Param(
        Params._dummy(),
        "secondFeaturesCol",
        "column of embeddings by a second model, for turtle",
        typeConverter=TypeConverters.toString,
    )

    subspace: "Param[str]" = Param(
        Params._dummy(),
        "subspace",
        "axes that rows are seen along: auto, off or a number",
        typeConverter=TypeConverters.toString,
    )

    linkage: "Param[str]" = Param(
        Params._dummy(),
        "linkage",
        "average linkage: auto, always, never",
        typeConverter=TypeConverters.toString,
    )

    mapping: "Param[str]" = Param(
        Params._dummy(),
        "mapping",
        "semantic centres of sic: direct, center, adjusted",
        typeConverter=TypeConverters.toString,
    )

    contrastTemperature: "Param[float]" = Param(
        Params._dummy(),
        "contrastTemperature",
        "temperature of the contrast between clusters, for tac",
        typeConverter=TypeConverters.toFloat,
    )

    semanticCentres: "Param[int]" = Param(
        Params._dummy(),
        "semanticCentres",
        "centres that nouns are chosen by",
        typeConverter=TypeConverters.toInt,
    )

    epochs: "Param[int]" = Param(
        Params._dummy(),
        "epochs",
        "passes over the rows when heads are trained",
        typeConverter=TypeConverters.toInt,
    )

    batchSize: "Param[int]" = Param(
        Params._dummy(),
        "batchSize",
        "rows per training step",
        typeConverter=TypeConverters.toInt,
    )

    neighbours: "Param[int]" = Param(
        Params._dummy(),
        "neighbours",
        "nearest rows that a row may be paired with in training",
        typeConverter=TypeConverters.toInt,
    )

    replicas: "Param[int]" = Param(
        Params._dummy(),
        "replicas",
        "heads trained with other seeds, of which the lowest loss counts",
        typeConverter=TypeConverters.toInt,
    )

    kmeansRestarts: "Param[int]" = Param(
        Params._dummy(),
        "kmeansRestarts",
        "starts of the final k-means",
        typeConverter=TypeConverters.toInt,
    )

    shards: "Param[int]" = Param(
        Params._dummy(),
        "shards",
        "parts of the rows whose gradients are summed in a training step",
        typeConverter=TypeConverters.toInt,
    )

    localSteps: "Param[int]" = Param(
        Params._dummy(),
        "localSteps",
        "training steps of a shard between two exchanges",
        typeConverter=TypeConverters.toInt,
    )

    trainMax: "Param[int]" = Param(
        Params._dummy(),
        "trainMax",
        "most rows that heads are trained on",
        typeConverter=TypeConverters.toInt,
    )

    @keyword_only
    def __init__(
        self,
        *,
        featuresCol: str = 'features',
        predictionCol: str = 'prediction',
        confidenceCol: str = 'confidence',
        nameCol: str = 'name',
        method: str = 'nomen',
        k: Optional[int] = None,
        classes: Optional[List[str]] = None,
        idCol: Optional[str] = None,
        secondFeaturesCol: Optional[str] = None,
        subspace: Optional[str] = None,
        linkage: str = 'auto',
        mapping: str = 'adjusted',
        contrastTemperature: Optional[float] = None,
        semanticCentres: Optional[int] = None,
        epochs: Optional[int] = None,
        batchSize: Optional[int] = None,
        neighbours: Optional[int] = None,
        replicas: Optional[int] = None,
        kmeansRestarts: int = 20,
        shards: int = 1,
        localSteps: int = 1,
        trainMax: int = 1000000,
        nouns: str = 'auto',
        nounTable: Optional[str] = None,
        model: str = 'tiny',
        precision: str = 'auto',
        device: str = 'auto',
        seed: int = 0,
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj("io.nomen.ml.NomenClustering", self.uid)
        self._setDefault(
            featuresCol='features',
            predictionCol='prediction',
            confidenceCol='confidence',
            nameCol='name',
            method='nomen',
            linkage='auto',
            mapping='adjusted',
            kmeansRestarts=20,
            shards=1,
            localSteps=1,
            trainMax=1000000,
            nouns='auto',
            model='tiny',
            precision='auto',
            device='auto',
            seed=0,
        )
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        featuresCol: str = 'features',
        predictionCol: str = 'prediction',
        confidenceCol: str = 'confidence',
        nameCol: str = 'name',
        method: str = 'nomen',
        k: Optional[int] = None,
        classes: Optional[List[str]] = None,
        idCol: Optional[str] = None,
        secondFeaturesCol: Optional[str] = None,
        subspace: Optional[str] = None,
        linkage: str = 'auto',
        mapping: str = 'adjusted',
        contrastTemperature: Optional[float] = None,
        semanticCentres: Optional[int] = None,
        epochs: Optional[int] = None,
        batchSize: Optional[int] = None,
        neighbours: Optional[int] = None,
        replicas: Optional[int] = None,
        kmeansRestarts: int = 20,
        shards: int = 1,
        localSteps: int = 1,
        trainMax: int = 1000000,
        nouns: str = 'auto',
        nounTable: Optional[str] = None,
        model: str = 'tiny',
        precision: str = 'auto',
        device: str = 'auto',
        seed: int = 0,
    ) -> "NomenClustering":
        """Sets parameters by their names."""
        return self._set(**self._input_kwargs)

    def setFeaturesCol(self, value: str) -> "NomenClustering":
        """Sets featuresCol."""
        return self._set(featuresCol=value)

    def setPredictionCol(self, value: str) -> "NomenClustering":
        """Sets predictionCol."""
        return self._set(predictionCol=value)

    def setSeed(self, value: int) -> "NomenClustering":
        """Sets seed."""
        return self._set(seed=value)

    def getMethod(self) -> str:
        """The value of method."""
        return self.getOrDefault(self.method)

    def setMethod(self: T, value: str) -> T:
        """Sets method."""
        return self._set(method=value)

    def getK(self) -> int:
        """The value of k."""
        return self.getOrDefault(self.k)

    def setK(self: T, value: int) -> T:
        """Sets k."""
        return self._set(k=value)

    def getClasses(self) -> List[str]:
        """The value of classes."""
        return self.getOrDefault(self.classes)

    def setClasses(self: T, value: List[str]) -> T:
        """Sets classes."""
        return self._set(classes=value)

    def getIdCol(self) -> str:
        """The value of idCol."""
        return self.getOrDefault(self.idCol)

    def setIdCol(self: T, value: str) -> T:
        """Sets idCol."""
        return self._set(idCol=value)

    def getSecondFeaturesCol(self) -> str:
        """The value of secondFeaturesCol."""
        return self.getOrDefault(self.secondFeaturesCol)

    def setSecondFeaturesCol(self: T, value: str) -> T:
        """Sets secondFeaturesCol."""
        return self._set(secondFeaturesCol=value)

    def getSubspace(self) -> str:
        """The value of subspace."""
        return self.getOrDefault(self.subspace)

    def setSubspace(self: T, value: str) -> T:
        """Sets subspace."""
        return self._set(subspace=value)

    def getLinkage(self) -> str:
        """The value of linkage."""
        return self.getOrDefault(self.linkage)

    def setLinkage(self: T, value: str) -> T:
        """Sets linkage."""
        return self._set(linkage=value)

    def getMapping(self) -> str:
        """The value of mapping."""
        return self.getOrDefault(self.mapping)

    def setMapping(self: T, value: str) -> T:
        """Sets mapping."""
        return self._set(mapping=value)

    def getContrastTemperature(self) -> float:
        """The value of contrastTemperature."""
        return self.getOrDefault(self.contrastTemperature)

    def setContrastTemperature(self: T, value: float) -> T:
        """Sets contrastTemperature."""
        return self._set(contrastTemperature=value)

    def getSemanticCentres(self) -> int:
        """The value of semanticCentres."""
        return self.getOrDefault(self.semanticCentres)

    def setSemanticCentres(self: T, value: int) -> T:
        """Sets semanticCentres."""
        return self._set(semanticCentres=value)

    def getEpochs(self) -> int:
        """The value of epochs."""
        return self.getOrDefault(self.epochs)

    def setEpochs(self: T, value: int) -> T:
        """Sets epochs."""
        return self._set(epochs=value)

    def getBatchSize(self) -> int:
        """The value of batchSize."""
        return self.getOrDefault(self.batchSize)

    def setBatchSize(self: T, value: int) -> T:
        """Sets batchSize."""
        return self._set(batchSize=value)

    def getNeighbours(self) -> int:
        """The value of neighbours."""
        return self.getOrDefault(self.neighbours)

    def setNeighbours(self: T, value: int) -> T:
        """Sets neighbours."""
        return self._set(neighbours=value)

    def getReplicas(self) -> int:
        """The value of replicas."""
        return self.getOrDefault(self.replicas)

    def setReplicas(self: T, value: int) -> T:
        """Sets replicas."""
        return self._set(replicas=value)

    def getKmeansRestarts(self) -> int:
        """The value of kmeansRestarts."""
        return self.getOrDefault(self.kmeansRestarts)

    def setKmeansRestarts(self: T, value: int) -> T:
        """Sets kmeansRestarts."""
        return self._set(kmeansRestarts=value)

    def getShards(self) -> int:
        """The value of shards."""
        return self.getOrDefault(self.shards)

    def setShards(self: T, value: int) -> T:
        """Sets shards."""
        return self._set(shards=value)

    def getLocalSteps(self) -> int:
        """The value of localSteps."""
        return self.getOrDefault(self.localSteps)

    def setLocalSteps(self: T, value: int) -> T:
        """Sets localSteps."""
        return self._set(localSteps=value)

    def getTrainMax(self) -> int:
        """The value of trainMax."""
        return self.getOrDefault(self.trainMax)

    def setTrainMax(self: T, value: int) -> T:
        """Sets trainMax."""
        return self._set(trainMax=value)

    def _create_model(self, java_model: Any) -> "NomenClusteringModel":
        return NomenClusteringModel(java_model)


class NomenClusteringModel(
    JavaModel, HasFeaturesCol, HasPredictionCol, _HasConfidence, _Readable, JavaMLWritable
):
    """Clusters with their names: gives any row with an embedding its cluster.

    ``load`` also takes a folder that ``nomen cluster`` left, and ``nomen assign`` a saved model.
    """

    def setFeaturesCol(self, value: str) -> "NomenClusteringModel":
        """Sets featuresCol."""
        return self._set(featuresCol=value)

    def setPredictionCol(self, value: str) -> "NomenClusteringModel":
        """Sets predictionCol."""
        return self._set(predictionCol=value)

    @property
    def numClusters(self) -> int:
        """How many clusters there are."""
        return self._call_java("numClusters")

    @property
    def numFeatures(self) -> int:
        """How many numbers an embedding has."""
        return self._call_java("numFeatures")

    def clusters(self) -> DataFrame:
        """One row for each cluster: its number, name, the nouns behind it, size, medoid, …"""
        return self._call_java("clusters")

    @property
    def summary(self) -> "NomenClusteringSummary":
        """How good the fit looks without a label."""
        return NomenClusteringSummary(self._java_obj.summary().toJson())


class NomenClusteringSummary:
    """How good a fit looks without a label, and how it came about."""

    def __init__(self, text: str) -> None:
        self.record: Dict[str, Any] = json.loads(text)
        """All that is known of the fit, as run.json holds it."""

    @property
    def silhouette(self) -> float:
        """Mean silhouette of a sample in cosine distance, -1 to 1."""
        return self._number("silhouette")

    @property
    def meanConfidence(self) -> float:
        """Mean confidence of all rows, 0 to 1."""
        return self._number("mean_confidence")

    @property
    def neighbourConsistency(self) -> float:
        """Share of a row's ten nearest rows that are in its cluster, of a sample, 0 to 1."""
        return self._number("neighbour_consistency")

    @property
    def stability(self) -> float:
        """Mean adjusted Rand index between the method's starts in per cent; nan for one start."""
        return self._number("stability")

    @property
    def remarks(self) -> List[str]:
        """Sentences that a reader should see."""
        return list(self.record["remarks"])

    def _number(self, name: str) -> float:
        return float(self.record["quality"].get(name, "nan"))


class ClusterNamer(JavaEstimator, HasFeaturesCol, HasPredictionCol, HasSeed, _HasName, _HasNouns, _Readable, JavaMLWritable):
    """Says what the clusters of any clustering are, those of KMeans or a person's.

    >>> ClusterNamer().fit(clustered).transform(clustered)  # doctest: +SKIP
    """

    idCol: "Param[str]" = Param(
        Params._dummy(),
        "idCol",
        "column that rows are ordered by",
        typeConverter=TypeConverters.toString,
    )

    @keyword_only
    def __init__(
        self,
        *,
        featuresCol: str = 'features',
        predictionCol: str = 'prediction',
        nameCol: str = 'name',
        idCol: Optional[str] = None,
        nouns: str = 'auto',
        nounTable: Optional[str] = None,
        model: str = 'tiny',
        precision: str = 'auto',
        device: str = 'auto',
        seed: int = 0,
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj("io.nomen.ml.ClusterNamer", self.uid)
        self._setDefault(
            featuresCol='features',
            predictionCol='prediction',
            nameCol='name',
            nouns='auto',
            model='tiny',
            precision='auto',
            device='auto',
            seed=0,
        )
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        featuresCol: str = 'features',
        predictionCol: str = 'prediction',
        nameCol: str = 'name',
        idCol: Optional[str] = None,
        nouns: str = 'auto',
        nounTable: Optional[str] = None,
        model: str = 'tiny',
        precision: str = 'auto',
        device: str = 'auto',
        seed: int = 0,
    ) -> "ClusterNamer":
        """Sets parameters by their names."""
        return self._set(**self._input_kwargs)

    def setFeaturesCol(self, value: str) -> "ClusterNamer":
        """Sets featuresCol."""
        return self._set(featuresCol=value)

    def setPredictionCol(self, value: str) -> "ClusterNamer":
        """Sets predictionCol."""
        return self._set(predictionCol=value)

    def setSeed(self, value: int) -> "ClusterNamer":
        """Sets seed."""
        return self._set(seed=value)

    def getIdCol(self) -> str:
        """The value of idCol."""
        return self.getOrDefault(self.idCol)

    def setIdCol(self, value: str) -> "ClusterNamer":
        """Sets idCol."""
        return self._set(idCol=value)

    def _create_model(self, java_model: Any) -> "ClusterNamerModel":
        return ClusterNamerModel(java_model)


class ClusterNamerModel(JavaModel, HasPredictionCol, _HasName, _Readable, JavaMLWritable):
    """Names of clusters that somebody else has made."""

    def setPredictionCol(self, value: str) -> "ClusterNamerModel":
        """Sets predictionCol."""
        return self._set(predictionCol=value)

    def clusters(self) -> DataFrame:
        """One row for each cluster: its value, name, the nouns behind it, size, …"""
        return self._call_java("clusters")


class NearDuplicates(JavaParams, HasFeaturesCol, _Readable, JavaMLWritable):
    """Finds rows whose embeddings look alike, as tables of their own."""

    idCol: "Param[str]" = Param(
        Params._dummy(),
        "idCol",
        "column that names each row, and orders them",
        typeConverter=TypeConverters.toString,
    )

    threshold: "Param[float]" = Param(
        Params._dummy(),
        "threshold",
        "lowest cosine of near-duplicates, 0 to 1",
        typeConverter=TypeConverters.toFloat,
    )

    @keyword_only
    def __init__(
        self,
        *,
        featuresCol: str = 'features',
        idCol: str = 'id',
        threshold: float = 0.97,
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj("io.nomen.ml.NearDuplicates", self.uid)
        self._setDefault(
            featuresCol='features',
            idCol='id',
            threshold=0.97,
        )
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        featuresCol: str = 'features',
        idCol: str = 'id',
        threshold: float = 0.97,
    ) -> "NearDuplicates":
        """Sets parameters by their names."""
        return self._set(**self._input_kwargs)

    def setFeaturesCol(self, value: str) -> "NearDuplicates":
        """Sets featuresCol."""
        return self._set(featuresCol=value)

    def getIdCol(self) -> str:
        """The value of idCol."""
        return self.getOrDefault(self.idCol)

    def setIdCol(self: T, value: str) -> T:
        """Sets idCol."""
        return self._set(idCol=value)

    def getThreshold(self) -> float:
        """The value of threshold."""
        return self.getOrDefault(self.threshold)

    def setThreshold(self: T, value: float) -> T:
        """Sets threshold."""
        return self._set(threshold=value)

    def findPairs(self, dataset: DataFrame) -> DataFrame:
        """All pairs: idA, idB, cosine."""
        return self._find("findPairs", dataset)

    def findGroups(self, dataset: DataFrame) -> DataFrame:
        """For each row its id, duplicateOf (the first row of its group) and outlierScore."""
        return self._find("findGroups", dataset)

    def _find(self, what: str, dataset: DataFrame) -> DataFrame:
        java = self._java_obj
        java.setFeaturesCol(self.getOrDefault(self.featuresCol))
        java.setIdCol(self.getIdCol())
        java.setThreshold(self.getThreshold())
        found = getattr(java, what)(dataset._jdf)
        return DataFrame(found, dataset.sparkSession)
