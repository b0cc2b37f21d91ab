package dev.millrace;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Does the same thing many times, and says how long it took. */
final class Load {
  /** From a submission to its result; it throws when that is not the right one. */
  @FunctionalInterface
  interface Job {
    void run() throws Exception;
  }

  private static final double STEADY = 1.03;
  private static final int FEWEST_LOADS = 4;
  private static final int MOST_LOADS = 12;
  private static final int LONGEST_MINUTES = 10;

  private Load() {}

  /** The nanoseconds of each, one after the other. */
  static long[] alone(int jobs, Job job) throws Exception {
    long[] took = new long[jobs];
    for (int i = 0; i < jobs; i++) {
      long began = System.nanoTime();
      job.run();
      took[i] = System.nanoTime() - began;
    }
    return took;
  }

  /** How many there are in a second when so many are in flight. */
  static double rate(int jobs, int inFlight, Job job) throws Exception {
    var left = new AtomicInteger(jobs);
    long began = System.nanoTime();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all =
          IntStream.range(0, inFlight)
              .<Future<?>>mapToObj(
                  i ->
                      clients.submit(
                          () -> {
                            while (left.decrementAndGet() >= 0) {
                              job.run();
                            }
                            return null;
                          }))
              .toList();
      try {
        for (var client : all) {
          client.get(LONGEST_MINUTES, TimeUnit.MINUTES);
        }
      } catch (TimeoutException e) {
        clients.shutdownNow();
        throw e;
      }
    }
    return jobs * 1e9 / (System.nanoTime() - began);
  }

  /** The rates of one load after the other, until one is hardly better than the best before. */
  static List<Double> untilSteady(int jobs, int inFlight, Job job) throws Exception {
    var rates = new ArrayList<Double>();
    double best = 0;
    boolean better;
    do {
      double rate = rate(jobs, inFlight, job);
      better = rate > best * STEADY;
      best = Math.max(best, rate);
      rates.add(rate);
    } while (rates.size() < FEWEST_LOADS || (better && rates.size() < MOST_LOADS));
    return rates;
  }

  /** Appends of some hundred bytes to a file in the directory, each of them flushed. */
  static long[] flushes(Path directory) throws IOException {
    long[] took = new long[500];
    Path file = directory.resolve("flush");
    Files.deleteIfExists(file);
    try (var channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      for (int i = 0; i < took.length; i++) {
        long began = System.nanoTime();
        channel.write(ByteBuffer.allocate(300), i * 300L);
        channel.force(false);
        took[i] = System.nanoTime() - began;
      }
    }
    return took;
  }

  static double millisAt(long[] nanos, int percentile) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[(int) ((sorted.length - 1L) * percentile / 100)] / 1e6;
  }
}
