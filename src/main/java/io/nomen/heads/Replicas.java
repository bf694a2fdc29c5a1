package io.nomen.heads;

import io.nomen.NomenException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/**
 * The same training with several seeds, side by side over the cluster; the lowest loss wins, which
 * no label decides.
 *
 * @param best the training that counts
 * @param bestSeed its seed
 * @param heads what each replica ended with, the best first
 * @param losses the last epoch's mean loss of each, in the order of the seeds
 */
public record Replicas(
    Trainer.Result best, long bestSeed, List<TrainedHead> heads, List<Double> losses) {

  /**
   * Trains with seeds that no other {@code seed} takes: {@code seed · replicas} and those after it.
   *
   * <p>Twice as many are begun as there is room for, and their epochs take turns: three on two
   * cores take half again as long as one, not twice as long.
   *
   * @param atOnce how many there is room for
   * @param training what to do with a seed
   */
  public static Replicas train(
      int replicas, int atOnce, long seed, LongFunction<Trainer.Result> training) {
    ExecutorService pool = Executors.newFixedThreadPool(Math.min(replicas, 2 * atOnce));
    try {
      List<Future<Trainer.Result>> running = new ArrayList<>();
      for (int i = 0; i < replicas; i++) {
        long own = seed * replicas + i;
        running.add(pool.submit(() -> training.apply(own)));
      }
      List<Trainer.Result> results = new ArrayList<>();
      for (Future<Trainer.Result> future : running) {
        results.add(future.get());
      }
      return choose(results, seed * replicas);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof NomenException known) {
        throw known;
      }
      throw new IllegalStateException("a training failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NomenException(
          NomenException.Kind.STOPPED, "Training was stopped; run it again to go on.");
    } finally {
      pool.shutdownNow();
    }
  }

  private static Replicas choose(List<Trainer.Result> results, long first) {
    int best = 0;
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      losses.add(results.get(i).history().lastLoss());
      if (losses.get(i) < losses.get(best)) {
        best = i;
      }
    }
    List<TrainedHead> heads = new ArrayList<>();
    for (Trainer.Result result : results) {
      heads.add(result.head());
    }
    Collections.swap(heads, 0, best);
    return new Replicas(results.get(best), first + best, List.copyOf(heads), List.copyOf(losses));
  }
}
