package io.nomen.exchange;

import com.fasterxml.jackson.core.JsonGenerator;
import io.nomen.NomenException;
import io.nomen.RootLocale;
import io.nomen.image.ImageBytes;
import io.nomen.image.LocalPath;
import io.nomen.run.Assignments;
import io.nomen.run.ClusterRow;
import io.nomen.run.ImageRow;
import io.nomen.run.LayerRow;
import io.nomen.run.LayerRow.LayerAssignment;
import io.nomen.run.Snapshot;
import io.nomen.run.Table;
import io.nomen.store.Json;
import io.nomen.store.Storage;
import io.nomen.store.StorageFailure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Serializable;
import java.io.Writer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * The clusters of a run as other tools take labels: always in the order of paths, and as what they
 * are, predictions with a confidence. Every method returns how many images it wrote.
 */
public final class LabelExport {
  private static final Logger LOG = LoggerFactory.getLogger(LabelExport.class);
  private static final int BUFFER = 1 << 16;
  private static final int LONGEST_FOLDER = 80;

  /** Names that Windows keeps for devices. */
  private static final Set<String> DEVICES =
      Set.of("con", "prn", "aux", "nul", "com1", "com2", "com3", "lpt1", "lpt2", "lpt3");

  /** So many images are on the driver at a time. */
  private static final long AT_ONCE = 100_000;

  private final JavaSparkContext spark;
  private final Storage storage;
  private final Snapshot run;
  private final Table assigned;
  private final Map<Integer, String> names = new TreeMap<>();

  /** An image with its cluster. */
  private record Labelled(String path, int cluster, float confidence) implements Serializable {}

  /**
   * What the table of images knows of one.
   *
   * @param width, height 0 where it was never a picture
   * @param offset of its {@code bytes} in the file that it is in
   */
  private record Original(int width, int height, long offset, long bytes) implements Serializable {}

  /** An image in the folder of its cluster. */
  private record Filed(Labelled image, String file) implements Serializable {}

  private LabelExport(JavaSparkContext spark, Snapshot run) {
    this.spark = spark;
    this.run = run;
    this.storage = run.storage();
    this.assigned = run.table("assignments");
    run.rows(ClusterRow.SCHEMA).forEach(row -> names.put(row.cluster(), row.name()));
  }

  /** What {@code run} says of its images. */
  public static LabelExport of(JavaSparkContext spark, Snapshot run) {
    return new LabelExport(spark, run);
  }

  private JavaPairRDD<String, Labelled> images() {
    return Assignments.parts(spark, storage, assigned)
        .flatMapToPair(
            part ->
                IntStream.range(0, part.paths().size())
                    .mapToObj(
                        i ->
                            new Labelled(
                                part.paths().get(i),
                                part.rows().cluster()[i],
                                part.rows().confidence()[i]))
                    .map(image -> new Tuple2<>(image.path(), image))
                    .iterator());
  }

  private JavaPairRDD<String, Original> originals() {
    return run.rows(spark, ImageRow.SCHEMA)
        .mapToPair(
            row ->
                new Tuple2<>(
                    row.path(),
                    new Original(
                        row.width().orElse(0), row.height().orElse(0), row.offset(), row.bytes())));
  }

  /** In the order of paths, as often as it is gone through. */
  private <V> Iterable<V> inOrder(JavaPairRDD<String, V> images) {
    JavaRDD<V> sorted = images.sortByKey(true, (int) (assigned.totalRows() / AT_ONCE) + 1).values();
    return sorted::toLocalIterator;
  }

  private String name(Labelled image) {
    return names.get(image.cluster());
  }

  /** The path of a file of this machine as programs take it; every other as it is. */
  private static String plain(String path) {
    return path.startsWith("file:") && !path.contains("!/")
        ? path.substring("file:".length()).replaceFirst("^//+", "/")
        : path;
  }

  /**
   * CSV (RFC 4180) with the columns path, cluster, name, confidence, and where the run has layers
   * number and name of the image's cluster in each, from the coarsest: layer_0, layer_0_name, ….
   */
  public long csv(String uri) {
    Map<Integer, Map<Integer, String>> layers = new TreeMap<>();
    JavaPairRDD<String, int[]> clusters =
        JavaPairRDD.fromJavaRDD(spark.<Tuple2<String, int[]>>emptyRDD());
    if (run.has(LayerRow.SCHEMA.name())) {
      run.rows(LayerRow.SCHEMA)
          .forEach(
              row ->
                  layers
                      .computeIfAbsent(row.layer(), l -> new HashMap<>())
                      .put(row.cluster(), row.name()));
      clusters =
          run.rows(spark, LayerAssignment.SCHEMA)
              .mapToPair(row -> new Tuple2<>(row.path(), row.clusters()));
    }
    try (CSVPrinter out = new CSVPrinter(writer(uri), CSVFormat.RFC4180)) {
      List<Object> header = new ArrayList<>(List.of("path", "cluster", "name", "confidence"));
      layers.keySet().forEach(l -> header.addAll(List.of("layer_" + l, "layer_" + l + "_name")));
      out.printRecord(header);
      for (Tuple2<Labelled, Optional<int[]>> layered : inOrder(images().leftOuterJoin(clusters))) {
        Labelled image = layered._1();
        List<Object> record =
            new ArrayList<>(
                List.of(
                    image.path(),
                    image.cluster(),
                    name(image),
                    RootLocale.format("%.6f", image.confidence())));
        layers.forEach(
            (layer, layerNames) -> {
              int cluster = layered._2().get()[layer];
              record.addAll(List.of(cluster, layerNames.get(cluster)));
            });
        out.printRecord(record);
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("write", uri, e);
    }
    return assigned.totalRows();
  }

  private Writer writer(String uri) {
    return new BufferedWriter(
        new OutputStreamWriter(storage.create(storage.qualify(uri)), StandardCharsets.UTF_8),
        BUFFER);
  }

  /** Fills one JSON file. */
  private interface JsonBody {
    void write(JsonGenerator json) throws IOException;
  }

  private long json(String uri, JsonBody body) {
    try (JsonGenerator json = Json.mapper().createGenerator(writer(uri))) {
      json.useDefaultPrettyPrinter();
      body.write(json);
    } catch (IOException e) {
      throw StorageFailure.cannot("write", uri, e);
    }
    return assigned.totalRows();
  }

  /**
   * COCO's object detection format: a category for each cluster (its number and one, since many
   * readers keep 0), and for each image one annotation whose box is the whole image, with its
   * {@code score}.
   */
  public long coco(String uri) {
    Iterable<Tuple2<Labelled, Optional<Original>>> images =
        inOrder(images().leftOuterJoin(originals()));
    return json(
        uri,
        json -> {
          json.writeStartObject();
          json.writeObjectField(
              "info",
              Map.of("description", "Clusters of Nomen's run " + run.run(), "version", "1.0"));
          json.writeObjectField("licenses", List.of());
          json.writeArrayFieldStart("images");
          long id = 0;
          for (Tuple2<Labelled, Optional<Original>> found : images) {
            Original original = sized(found);
            Map<String, Object> image = new LinkedHashMap<>();
            image.put("id", ++id);
            image.put("file_name", plain(found._1().path()));
            image.put("width", original.width());
            image.put("height", original.height());
            json.writePOJO(image);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("annotations");
          id = 0;
          for (Tuple2<Labelled, Optional<Original>> found : images) {
            Original original = sized(found);
            Map<String, Object> annotation = new LinkedHashMap<>();
            annotation.put("id", ++id);
            annotation.put("image_id", id);
            annotation.put("category_id", found._1().cluster() + 1);
            annotation.put("bbox", List.of(0, 0, original.width(), original.height()));
            annotation.put("area", (long) original.width() * original.height());
            annotation.put("segmentation", List.of());
            annotation.put("iscrowd", 0);
            annotation.put("score", found._1().confidence());
            json.writePOJO(annotation);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("categories");
          for (Map.Entry<Integer, String> name : names.entrySet()) {
            Map<String, Object> category = new LinkedHashMap<>();
            category.put("id", name.getKey() + 1);
            category.put("name", name.getValue());
            category.put("supercategory", "cluster");
            json.writePOJO(category);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static Original sized(Tuple2<Labelled, Optional<Original>> image) {
    Original original = image._2().or(new Original(0, 0, 0, 0));
    if (original.width() == 0) {
      throw NomenException.input(
          "The run does not know how large %s is, which this format needs; embeddings that were imported have no sizes."
              .formatted(image._1().path()));
    }
    return original;
  }

  /**
   * Label Studio's tasks with predictions, and beside them, with the ending {@code .config.xml},
   * the labelling interface that they are for.
   */
  public long labelStudio(String uri) {
    String interfaceFile = uri.replaceFirst("\\.json$", "") + ".config.xml";
    try (Writer out = writer(interfaceFile)) {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(out);
      xml.writeStartElement("View");
      xml.writeEmptyElement("Image");
      xml.writeAttribute("name", "image");
      xml.writeAttribute("value", "$image");
      xml.writeStartElement("Choices");
      xml.writeAttribute("name", "cluster");
      xml.writeAttribute("toName", "image");
      xml.writeAttribute("choice", "single");
      for (String name : names.values()) {
        xml.writeEmptyElement("Choice");
        xml.writeAttribute("value", printable(name));
      }
      xml.writeEndElement();
      xml.writeEndElement();
      xml.flush();
    } catch (IOException e) {
      throw StorageFailure.cannot("write", interfaceFile, e);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    return json(
        uri,
        json -> {
          json.writeStartArray();
          for (Labelled image : inOrder(images())) {
            Map<String, Object> choice = new LinkedHashMap<>();
            choice.put("from_name", "cluster");
            choice.put("to_name", "image");
            choice.put("type", "choices");
            choice.put("value", Map.of("choices", List.of(printable(name(image)))));
            Map<String, Object> prediction = new LinkedHashMap<>();
            prediction.put("model_version", "nomen " + run.run());
            prediction.put("score", image.confidence());
            prediction.put("result", List.of(choice));
            Map<String, Object> task = new LinkedHashMap<>();
            task.put("data", Map.of("image", served(image.path())));
            task.put("predictions", List.of(prediction));
            json.writePOJO(task);
          }
          json.writeEndArray();
        });
  }

  /** Files of this machine are served by Label Studio itself, with / as its document root. */
  private static String served(String path) {
    String plain = plain(path);
    if (!plain.startsWith("/")) {
      return plain.replaceFirst("^s3[an]:", "s3:");
    }
    String query = URLEncoder.encode(plain, StandardCharsets.UTF_8);
    return "/data/local-files/?d=" + query.replace("+", "%20").replace("%2F", "/").substring(1);
  }

  /**
   * CVAT for images 1.1: a tag on every image. Images are named by the last part of their path
   * where those differ, as CVAT names what is uploaded, and by their whole path otherwise.
   */
  public long cvat(String uri) {
    boolean different =
        images().keys().map(LabelExport::last).distinct().count() == assigned.totalRows();
    try (Writer out = writer(uri)) {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(out);
      xml.writeStartDocument("utf-8", "1.0");
      xml.writeStartElement("annotations");
      element(xml, "version", "1.1");
      xml.writeStartElement("meta");
      xml.writeStartElement("task");
      element(xml, "name", "nomen " + run.run());
      element(xml, "size", String.valueOf(assigned.totalRows()));
      element(xml, "mode", "annotation");
      element(xml, "created", Instant.parse(run.contents().published()).toString());
      xml.writeStartElement("labels");
      for (String name : names.values()) {
        xml.writeStartElement("label");
        element(xml, "name", printable(name));
        element(xml, "type", "tag");
        xml.writeStartElement("attributes");
        xml.writeEndElement();
        xml.writeEndElement();
      }
      xml.writeEndElement();
      xml.writeEndElement();
      xml.writeEndElement();
      long id = 0;
      for (Tuple2<Labelled, Optional<Original>> image :
          inOrder(images().leftOuterJoin(originals()))) {
        Original original = sized(image);
        String path = image._1().path();
        xml.writeStartElement("image");
        xml.writeAttribute("id", String.valueOf(id++));
        xml.writeAttribute(
            "name", printable(different ? last(path) : plain(path).replaceFirst("^/", "")));
        xml.writeAttribute("width", String.valueOf(original.width()));
        xml.writeAttribute("height", String.valueOf(original.height()));
        xml.writeStartElement("tag");
        xml.writeAttribute("label", printable(name(image._1())));
        xml.writeAttribute("source", "auto");
        xml.writeEndElement();
        xml.writeEndElement();
      }
      xml.writeEndDocument();
      xml.flush();
    } catch (IOException e) {
      throw StorageFailure.cannot("write", uri, e);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e);
    }
    return assigned.totalRows();
  }

  private static void element(XMLStreamWriter xml, String name, String text)
      throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  /** XML has no way to write control characters, and a tool would refuse the whole file. */
  private static String printable(String text) {
    return text.codePoints()
        .map(
            c ->
                Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE
                    ? 0xfffd
                    : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /**
   * FiftyOne's image classification dataset in a folder: {@code labels.json}, and {@code data.json}
   * which says where each image lies; none is copied.
   */
  public long fiftyOne(String folder) {
    Iterable<Labelled> images = inOrder(images());
    json(
        folder + "/data.json",
        json -> {
          json.writeStartObject();
          long id = 0;
          for (Labelled image : images) {
            json.writeStringField(RootLocale.format("%08d", id++), plain(image.path()));
          }
          json.writeEndObject();
        });
    return json(
        folder + "/labels.json",
        json -> {
          json.writeStartObject();
          json.writeNullField("classes");
          json.writeObjectFieldStart("labels");
          long id = 0;
          for (Labelled image : images) {
            Map<String, Object> label = new LinkedHashMap<>();
            label.put("label", name(image));
            label.put("confidence", image.confidence());
            label.put("attributes", Map.of("cluster", image.cluster()));
            json.writeFieldName(RootLocale.format("%08d", id++));
            json.writePOJO(label);
          }
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  /**
   * A folder for each cluster, called by its name, with the images in it: links where both are
   * files of this machine, and copies otherwise. Images that are gone since are left out.
   *
   * @param copies whether all are copied
   * @param metadata whether a {@code metadata.jsonl} says of each image what is known of it, as
   *     Hugging Face's {@code imagefolder} reads it
   */
  public long folders(String uri, boolean copies, boolean metadata) {
    String target = storage.qualify(uri).replaceAll("/+$", "");
    if (storage.exists(target) && !storage.list(target).isEmpty()) {
      throw NomenException.usage(
          "%s is not empty; give a folder that is, or a new one.".formatted(target));
    }
    Map<Integer, String> folders = folderNames();
    long gone = 0;
    Writer lines = metadata ? writer(target + "/metadata.jsonl") : Writer.nullWriter();
    try (lines;
        ImageBytes originals = new ImageBytes(storage)) {
      for (Tuple2<Filed, Optional<Original>> filed : inOrder(filed().leftOuterJoin(originals()))) {
        Labelled image = filed._1().image();
        String file = folders.get(image.cluster()) + "/" + filed._1().file();
        if (!place(originals, image.path(), filed._2(), target + "/" + file, copies)) {
          if (gone++ == 0) {
            LOG.warn("{} is no longer there to be linked to", image.path());
          }
          continue;
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("file_name", file);
        line.put("label", name(image));
        line.put("cluster", image.cluster());
        line.put("confidence", image.confidence());
        line.put("path", image.path());
        lines.write(Json.line(line) + '\n');
      }
    } catch (IOException e) {
      throw StorageFailure.cannot("write", target + "/metadata.jsonl", e);
    }
    if (gone > 0 && gone == assigned.totalRows()) {
      throw NomenException.input("No image is where it was, so that there is nothing to link to.");
    }
    if (gone > 0) {
      LOG.warn("{} images that are no longer there were left out", gone);
    }
    return assigned.totalRows() - gone;
  }

  /** Every image under a file name that no other of its cluster has. */
  private JavaPairRDD<String, Filed> filed() {
    return images()
        .values()
        .groupBy(Labelled::cluster)
        .values()
        .flatMapToPair(
            cluster -> {
              Set<String> taken = new HashSet<>();
              return StreamSupport.stream(cluster.spliterator(), false)
                  .sorted(Comparator.comparing(Labelled::path))
                  .map(image -> new Filed(image, free(file(image.path()), taken)))
                  .map(filed -> new Tuple2<>(filed.image().path(), filed))
                  .iterator();
            });
  }

  /** Returns whether the image is there still. */
  private boolean place(
      ImageBytes images, String path, Optional<Original> original, String target, boolean copies) {
    String from = plain(path);
    Path to = target.startsWith("file:/") ? Path.of(plain(target)) : null;
    if (copies || to == null || !from.startsWith("/")) {
      if (!original.isPresent()) {
        throw NomenException.input("The run does not know where %s lies.".formatted(path));
      }
      storage.writeBytes(
          target, images.read(path, original.get().offset(), original.get().bytes()));
      return true;
    }
    Path source = LocalPath.of("file:" + from);
    if (!Files.exists(source)) {
      return false;
    }
    try {
      Files.createDirectories(to.getParent());
      Files.createSymbolicLink(to, source);
      return true;
    } catch (UnsupportedOperationException | FileSystemException e) {
      throw NomenException.input(
          "There can be no link at %s (%s); add --copy.".formatted(target, e.getMessage()), e);
    } catch (IOException e) {
      throw StorageFailure.cannot("write", target, e);
    }
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/', path.length() - 2) + 1);
  }

  /** The last part of a path, without what file systems do not take. */
  private static String file(String path) {
    return last(path).replaceAll("[\\p{Cntrl}/\\\\:*?\"<>|]", "_");
  }

  /** {@code a.jpg}, or {@code a-2.jpg} where the folder has one of that name. */
  private static String free(String file, Set<String> taken) {
    int dot = file.lastIndexOf('.') > 0 ? file.lastIndexOf('.') : file.length();
    String free = file;
    for (int n = 2; !taken.add(free.toLowerCase(Locale.ROOT)); n++) {
      free = file.substring(0, dot) + "-" + n + file.substring(dot);
    }
    return free;
  }

  /** Names that any file system takes, each once. */
  private Map<Integer, String> folderNames() {
    Map<Integer, String> folders = new HashMap<>();
    Set<String> taken = new HashSet<>();
    names.forEach(
        (cluster, name) -> {
          String plain =
              file(name.replace('/', '_')).strip().replaceAll("^[.]+|[. ]+$", "").strip();
          if (plain.length() > LONGEST_FOLDER) {
            plain = plain.substring(0, LONGEST_FOLDER).strip();
          }
          if (plain.isEmpty() || DEVICES.contains(plain.toLowerCase(Locale.ROOT))) {
            plain = "cluster " + cluster;
          }
          if (!taken.add(plain.toLowerCase(Locale.ROOT))) {
            plain = plain + " " + cluster;
            taken.add(plain.toLowerCase(Locale.ROOT));
          }
          folders.put(cluster, plain);
        });
    return folders;
  }
}
