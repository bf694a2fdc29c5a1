package io.nomen.ml;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/**
 * The rows of a partition, worked on a batch at a time and given back in their order. Rows are
 * pulled by the task's own thread alone, since what comes before in the plan may depend on it.
 *
 * @param <W> a row that waits, with what was begun for it
 */
final class BatchedRows<W extends BatchedRows.Waiting> implements Iterator<Row> {
  /** Most bytes of cells that wait at one time; a row that has more waits alone. */
  private static final long MOST_BYTES = 256L << 20;

  private final Iterator<Row> rows;
  private final int batch;
  private final int ahead;
  private final Function<Row, W> begin;
  private final Function<List<W>, Collection<Row>> finish;
  private final Deque<W> waiting = new ArrayDeque<>();
  private final Deque<Row> ready = new ArrayDeque<>();
  private long bytes;

  /** A row that waits. */
  interface Waiting {
    /** Roughly how many bytes its cell holds. */
    long bytes();
  }

  /**
   * Begins with nothing pulled.
   *
   * @param batch rows that are finished together
   * @param ahead rows more that are begun before
   * @param begin what can be done beside other work
   * @param finish the batch's rows, each with what was made of it
   */
  BatchedRows(
      Iterator<Row> rows,
      int batch,
      int ahead,
      Function<Row, W> begin,
      Function<List<W>, Collection<Row>> finish) {
    this.rows = rows;
    this.batch = batch;
    this.ahead = ahead;
    this.begin = begin;
    this.finish = finish;
  }

  @Override
  public boolean hasNext() {
    return !ready.isEmpty() || !waiting.isEmpty() || rows.hasNext();
  }

  @Override
  public Row next() {
    if (ready.isEmpty()) {
      pull();
      List<W> taken = new ArrayList<>();
      while (taken.size() < batch && !waiting.isEmpty()) {
        W one = waiting.remove();
        bytes -= one.bytes();
        taken.add(one);
      }
      if (taken.isEmpty()) {
        throw new NoSuchElementException();
      }
      pull();
      ready.addAll(finish.apply(taken));
    }
    return ready.remove();
  }

  private void pull() {
    while (waiting.size() < batch + ahead
        && (bytes < MOST_BYTES || waiting.isEmpty())
        && rows.hasNext()) {
      W one = begin.apply(rows.next());
      bytes += one.bytes();
      waiting.add(one);
    }
  }
}
