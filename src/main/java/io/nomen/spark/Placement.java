package io.nomen.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Tasks on the machines that hold their data, as HDFS and its like tell them. */
public final class Placement {
  private Placement() {}

  /**
   * A partition for each element, for Spark to run where its data is when there is room there.
   *
   * @param hosts of an element: the names of machines, best first; none where it lies nowhere
   */
  @SuppressWarnings({"rawtypes", "unchecked"}) // Seq is another type in Scala 2.13: none is named.
  public static <T> JavaRDD<T> near(
      JavaSparkContext spark, List<T> elements, Function<T, List<String>> hosts) {
    List<Tuple2> placed = new ArrayList<>();
    for (T element : elements) {
      placed.add(new Tuple2(element, sequence(hosts.apply(element))));
    }
    ClassTag<T> any = ClassTag$.MODULE$.apply(Object.class);
    return spark.sc().makeRDD((Seq) sequence(placed), any).toJavaRDD();
  }

  @SuppressWarnings("deprecation") // Its successor is called otherwise in Scala 2.12.
  private static <E> Seq<E> sequence(List<E> elements) {
    return JavaConverters.asScalaBuffer(elements).toList();
  }
}
