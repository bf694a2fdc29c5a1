package io.nomen.tensor;

import java.util.Iterator;
import java.util.function.BiFunction;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Maps a partition's elements one at a time with a resource that is opened once per partition and
 * closed when the task ends, however it ends.
 */
public final class ScopedIterator<A, S extends AutoCloseable, B> implements Iterator<B> {
  private final Iterator<A> source;
  private final S scope;
  private final BiFunction<A, S, B> step;

  public ScopedIterator(Iterator<A> source, S scope, BiFunction<A, S, B> step) {
    this.source = source;
    this.scope = scope;
    this.step = step;
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> close());
  }

  @Override
  public boolean hasNext() {
    return source.hasNext();
  }

  @Override
  public B next() {
    return step.apply(source.next(), scope);
  }

  private void close() {
    try {
      scope.close();
    } catch (Exception e) {
      throw new IllegalStateException("what a task held open does not close", e);
    }
  }
}
