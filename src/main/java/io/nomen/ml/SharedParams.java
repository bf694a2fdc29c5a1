package io.nomen.ml;

import java.io.Serializable;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import scala.Function1;

/** Parameters that several stages have, each in one wording. */
final class SharedParams {
  static final String VECTOR = "vector";
  static final String ARRAY = "array";

  private SharedParams() {}

  /** What a parameter takes, as a condition that travels with it. */
  interface Condition<T> extends Predicate<T>, Serializable {}

  static Param<String> text(Params stage, String name, String doc) {
    return new Param<>(stage, name, doc);
  }

  static Param<String> text(Params stage, String name, String doc, Condition<String> valid) {
    return new Param<>(stage, name, doc, valid(valid));
  }

  static Param<String> oneOf(Params stage, String name, String doc, List<String> words) {
    return new Param<>(
        stage, name, doc + ": " + String.join(", ", words), ParamValidators.inArray(words));
  }

  static IntParam atLeastOne(Params stage, String name, String doc) {
    return new IntParam(stage, name, doc, ParamValidators.gtEq(1));
  }

  static <T> Function1<T, Object> valid(Condition<T> condition) {
    return (Function1<T, Object> & Serializable) condition::test;
  }

  static Param<String> featuresCol(Params stage) {
    return text(
        stage, "featuresCol", "column of embeddings: a vector, or an array of float or double");
  }

  static LongParam seed(Params stage) {
    return new LongParam(stage, "seed", "random seed: the same rows and seed, the same result");
  }

  static Param<String> model(Params stage) {
    return text(
        stage,
        "model",
        "CLIP checkpoint: a folder in Hugging Face's or open_clip's form, or \"tiny\" for the one"
            + " that comes with Nomen");
  }

  static Param<String> precision(Params stage) {
    return oneOf(
        stage, "precision", "number format of the model", List.of("auto", "fp32", "bf16", "fp16"));
  }

  static Param<String> device(Params stage) {
    return text(
        stage,
        "device",
        "where the model runs: auto, cpu, cuda or cuda:N",
        word -> word.matches("auto|cpu|cuda(:\\d{1,3})?"));
  }

  static Param<String> outputType(Params stage) {
    return oneOf(
        stage,
        "outputType",
        "what embeddings are held in, an ML vector (double) or an array of float",
        List.of(VECTOR, ARRAY));
  }

  static BooleanParam normalize(Params stage) {
    return new BooleanParam(
        stage,
        "normalize",
        "whether embeddings are made unit vectors; sic and turtle also use the lengths");
  }

  static Param<String> statusCol(Params stage) {
    return text(
        stage,
        "statusCol",
        "column for \"ok\", or a word for why there is no embedding; \"\" for none");
  }

  static Param<String> reasonCol(Params stage) {
    return text(
        stage, "reasonCol", "column for why there is no embedding, in a sentence; \"\" for none");
  }

  static Param<String> nouns(Params stage) {
    return text(
        stage,
        "nouns",
        "words that clusters may be named after: auto (the model's own, else WordNet), wordnet,"
            + " none, a file with a word a line, or a folder that nomen vocabulary wrote");
  }

  static Param<String> nounTable(Params stage) {
    return text(
        stage,
        "nounTable",
        "a table or temporary view of words with ready embeddings, in place of nouns: columns noun"
            + " and embedding, and optionally synset and gloss");
  }

  static Param<String> predictionCol(Params stage) {
    return text(stage, "predictionCol", "column for the cluster's number");
  }

  static Param<String> confidenceCol(Params stage) {
    return text(
        stage,
        "confidenceCol",
        "column for what the model gives the cluster, 0 to 1; \"\" for none");
  }

  static Param<String> nameCol(Params stage) {
    return text(stage, "nameCol", "column for the cluster's name; \"\" for none");
  }
}
