package io.nomen.gallery;

import io.nomen.gallery.GalleryData.ImageEntry.MapPoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Everything that the gallery of one run shows.
 *
 * @param facts what the run was
 * @param clusters every cluster, in any order
 * @param images by cluster number; all images of the cluster or a sample of them, in any order. A
 *     cluster's size is its card's, not the length of this list
 * @param failed every image that could not be used
 * @param duplicates groups of equal or nearly equal images
 * @param outliers images that are far from everything else, furthest first; a hundred or so
 * @param workbench what helps to go on working with the clusters
 * @param mapLayout how the images' positions were found, in a few words; without it there is no map
 */
public record GalleryData(
    RunFacts facts,
    List<ClusterCard> clusters,
    Map<Integer, List<ImageEntry>> images,
    List<FailedImage> failed,
    List<DuplicateGroup> duplicates,
    List<ImageEntry> outliers,
    Workbench workbench,
    Optional<String> mapLayout) {
  public GalleryData {
    clusters = List.copyOf(clusters);
    failed = List.copyOf(failed);
    duplicates = List.copyOf(duplicates);
    outliers = List.copyOf(outliers);
  }

  List<ImageEntry> imagesOf(ClusterCard card) {
    return images.getOrDefault(card.number(), List.of());
  }

  /**
   * What helps to go on working with the clusters; each part may be missing.
   *
   * @param layers clusters of all layers, the run's own among them
   * @param questions images whose answer would help most, the most helpful first
   * @param search numbers to search by
   * @param comparison what became of an earlier run's clusters
   */
  public record Workbench(
      List<LayerNode> layers,
      List<AskedImage> questions,
      Optional<SearchNumbers> search,
      Optional<RunChange> comparison) {
    /** Nothing of it. */
    public static final Workbench NONE =
        new Workbench(List.of(), List.of(), Optional.empty(), Optional.empty());

    public Workbench {
      layers = List.copyOf(layers);
      questions = List.copyOf(questions);
    }
  }

  /**
   * An image to be asked for.
   *
   * @param clusters that are offered, its own first
   */
  public record AskedImage(ImageEntry image, List<Integer> clusters) {}

  /**
   * Images and nouns in one space, small enough to lie beside the page: a dot product of two codes
   * is the larger, the nearer they are.
   *
   * @param width bytes of a code
   * @param images code of each image on the map, by its path
   * @param words the vocabulary
   * @param codes [words] their codes
   */
  public record SearchNumbers(
      int width, Map<String, byte[]> images, List<String> words, List<byte[]> codes) {}

  /**
   * What became of an earlier run's clusters.
   *
   * @param earlier id of the earlier run
   * @param unchanged clusters that hold the same images under the same name
   * @param flows where images went, largest first
   * @param stayed images of both runs that are in a cluster's counterpart
   * @param moved images of both runs that are not, a hundred or so of them
   * @param allMoved how many
   * @param added images that only this run has
   * @param gone images that only the earlier run had
   */
  public record RunChange(
      String earlier,
      List<Flow> flows,
      long unchanged,
      long stayed,
      List<ImageEntry> moved,
      long allMoved,
      long added,
      long gone) {
    /** Images of one earlier cluster in one of this run's. */
    public record Flow(int from, String fromName, long fromSize, int to, long images) {}
  }

  List<LayerNode> layers() {
    return workbench.layers();
  }

  /**
   * A cluster of one layer.
   *
   * @param layer 0 for the coarsest
   * @param own whether this is the layer of the run's own clusters
   * @param cluster its number in that layer
   * @param path numbers of the clusters that it is in, from the coarsest layer to itself
   * @param place where its name stands on the map
   */
  public record LayerNode(
      int layer,
      boolean own,
      int cluster,
      List<Integer> path,
      String name,
      long size,
      Optional<MapPoint> place) {
    public LayerNode {
      path = List.copyOf(path);
    }

    /** Whether this is the cluster that {@code other}, of the next finer layer, is a part of. */
    boolean holds(LayerNode other) {
      return other.layer == layer + 1 && other.path.subList(0, layer + 1).equals(path);
    }
  }

  /** The parts of {@code node} in the next finer layer, largest first. */
  List<LayerNode> parts(LayerNode node) {
    return layers().stream()
        .filter(node::holds)
        .sorted(
            Comparator.comparingLong(LayerNode::size)
                .reversed()
                .thenComparingInt(LayerNode::cluster))
        .toList();
  }

  /** The node of one of the run's own clusters. */
  Optional<LayerNode> node(int cluster) {
    return layers().stream().filter(n -> n.own() && n.cluster() == cluster).findFirst();
  }

  /** What {@code node} is a part of, the next layer first. */
  List<LayerNode> above(LayerNode node) {
    List<LayerNode> above = new ArrayList<>();
    for (int layer = node.layer() - 1; layer >= 0; layer--) {
      int wanted = layer;
      layers().stream()
          .filter(n -> n.layer() == wanted && n.path().equals(node.path().subList(0, wanted + 1)))
          .forEach(above::add);
    }
    return above;
  }

  /**
   * An image that was listed and could not be embedded.
   *
   * @param status the word in the images table, for example {@code truncated}
   * @param reason one sentence
   */
  public record FailedImage(String path, String status, String reason) {}

  /**
   * Images that show the same picture.
   *
   * @param exact true where the files' pixels are equal, false where they are only nearly so
   * @param members two or more, of a large group the first {@value #MOST_MEMBERS}
   * @param size how many there are
   */
  public record DuplicateGroup(boolean exact, List<Member> members, long size) {
    /** Most groups of a gallery, of equal images and of nearly equal ones. */
    public static final int MOST = 5_000;

    public static final int MOST_MEMBERS = 24;

    public DuplicateGroup(boolean exact, List<Member> members) {
      this(exact, members, members.size());
    }

    /** One of the images, and the cluster that it is in. */
    public record Member(String path, int cluster) {}

    public DuplicateGroup {
      members = List.copyOf(members);
    }
  }

  /** A chart of one or more lines over one axis, for example the loss by epoch. */
  public record Curve(String title, String xLabel, List<Series> series) {

    /** One line: {@code y[i]} at {@code x[i]}; points that are not finite are left out. */
    public record Series(String name, double[] x, double[] y) {
      public Series {
        if (x.length != y.length) {
          throw new IllegalArgumentException(
              "The series \"%s\" has %d x and %d y; give as many of one as of the other."
                  .formatted(name, x.length, y.length));
        }
      }
    }

    public Curve {
      series = List.copyOf(series);
    }
  }

  /**
   * One image of a cluster. It has no label: the gallery shows what the run found, never what
   * others called it.
   *
   * @param path as in the tables; data, never followed by the gallery
   * @param cluster number of its cluster
   * @param confidence 0 to 1
   * @param runnerUp the cluster that came second
   * @param position its place on the map, where it has one
   * @param outlierScore the larger, the further from everything else; any scale
   */
  public record ImageEntry(
      String path,
      int cluster,
      double confidence,
      Optional<RunnerUp> runnerUp,
      Optional<MapPoint> position,
      OptionalDouble outlierScore) {

    /** The cluster that came second, and how confident the run is in that one. */
    public record RunnerUp(int cluster, double confidence) {}

    /** A place on the map, both coordinates 0 to 1, {@code y} downwards. */
    public record MapPoint(float x, float y) {}

    /** How far the image is from its runner-up; 0 is on the border between the two. */
    double margin() {
      return runnerUp.map(second -> confidence - second.confidence()).orElse(1.0);
    }
  }

  /**
   * What is known of one cluster.
   *
   * @param number the cluster's number in the tables
   * @param name its name, or {@code cluster 7} where no noun stands out
   * @param named false where {@code name} is only the number, and the nouns are hints
   * @param size how many images it holds, whether or not all of them are in the gallery
   * @param meanConfidence mean over its images, 0 to 1
   * @param silhouette mean over its images (or a sample), −1 to 1
   * @param wordsFit how well the nouns describe its images, where the method measured it
   * @param gloss what the name means, in a sentence
   * @param nouns nearest nouns, best first
   * @param hypernym what the name is a kind of
   * @param sisters nouns of the same kind that were found beside each other in this cluster
   * @param centreNouns nouns that made the cluster's semantic centre, the most telling first; empty
   *     where it was not made of nouns
   * @param medoid path of the image nearest to the cluster's centre
   * @param nearest other clusters by similarity of centres, nearest first
   */
  public record ClusterCard(
      int number,
      String name,
      boolean named,
      long size,
      double meanConfidence,
      OptionalDouble silhouette,
      Optional<WordsFit> wordsFit,
      Optional<String> gloss,
      List<NounScore> nouns,
      Optional<String> hypernym,
      List<String> sisters,
      List<String> centreNouns,
      Optional<String> medoid,
      List<NearCluster> nearest) {

    /**
     * How well the nouns describe a cluster's images.
     *
     * @param degree in a word or two
     * @param rho near 1 where they do (ρ of Nomen's text agreement)
     */
    public record WordsFit(String degree, double rho) {}

    /**
     * A noun near a cluster.
     *
     * @param score how much nearer the noun is to this cluster's images than to all images
     * @param synset WordNet's name of the meaning, for example {@code flamingo.n.01}
     */
    public record NounScore(
        String word, double score, Optional<String> gloss, Optional<String> synset) {}

    /**
     * Another cluster near this one.
     *
     * @param similarity cosine of the two centres
     * @param nearlySame whether the run takes the two for one thing that was cut in two
     */
    public record NearCluster(int number, double similarity, boolean nearlySame) {}

    public ClusterCard {
      nouns = List.copyOf(nouns);
      sisters = List.copyOf(sisters);
      centreNouns = List.copyOf(centreNouns);
      nearest = List.copyOf(nearest);
    }
  }

  /**
   * What a run was, in the order in which the facts page shows it. Maps keep their order.
   *
   * @param runId identifies the run
   * @param title what was clustered, in a few words
   * @param created when the run was published
   * @param method the method's name as on the command line
   * @param model the model's name or folder; empty where embeddings were imported
   * @param vocabulary where the nouns are from; empty for methods without text
   * @param counts how many images were listed, embedded and bad
   * @param secondsByStage wall-clock seconds, by stage
   * @param seed the run's seed
   * @param versions by component
   * @param options effective options, as a user would type them; never a secret
   * @param quality label-free quality by name, on the scale it is usually given in
   * @param scores agreement with labels in per cent; empty where no labels were given
   * @param remarks sentences that a reader should see
   * @param curves loss, quality and sweeps
   * @param command the command line that makes this run again
   */
  public record RunFacts(
      String runId,
      String title,
      Instant created,
      String method,
      Optional<String> model,
      Optional<String> vocabulary,
      Counts counts,
      Map<String, Double> secondsByStage,
      long seed,
      Map<String, String> versions,
      Map<String, String> options,
      Map<String, Double> quality,
      Map<String, Double> scores,
      List<String> remarks,
      List<Curve> curves,
      Optional<String> command) {

    /** Every listed image is either embedded or bad: {@code listed = embedded + bad}. */
    public record Counts(long listed, long embedded, long bad) {}

    public RunFacts {
      secondsByStage = ordered(secondsByStage);
      versions = ordered(versions);
      options = ordered(options);
      quality = ordered(quality);
      scores = ordered(scores);
      remarks = List.copyOf(remarks);
      curves = List.copyOf(curves);
    }

    private static <V> Map<String, V> ordered(Map<String, V> map) {
      return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
  }
}
