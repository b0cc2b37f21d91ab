package dev.millrace.function;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** First and later calls of the staged functions. See bench/functions. */
public final class FunctionBench {
  private static final int CALLS = 50;

  private FunctionBench() {}

  private interface Call {
    void make() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("millrace-functions");
    try (HostedMill mill = HostedMill.start(folder)) {
      System.out.printf(
          "java %s, %d processors%n",
          Runtime.version(), Runtime.getRuntime().availableProcessors());
      print("http, liveness", () -> mill.get("/health/liveness"));
      print("http, submit", () -> submit(mill));
      print("queue, a job in one turn", mill::serveQueue);
      print("timer", mill::sweep);
    } finally {
      delete(folder);
    }
  }

  private static void submit(HostedMill mill) throws Exception {
    HostAnswer answer =
        mill.http(
            "POST",
            "/v1/jobs",
            "{\"message\": \"What is 6 times 7?\"}".getBytes(UTF_8),
            "content-type",
            "application/json");
    if (answer.getStatusCode() != 202) {
      throw new IllegalStateException(answer.text());
    }
  }

  /** The very first call of all starts everything, and stands in the first line. */
  private static void print(String what, Call call) throws Exception {
    double first = milliseconds(call);
    var later = new ArrayList<Double>();
    for (int i = 1; i < CALLS; i++) {
      later.add(milliseconds(call));
    }
    later.sort(Comparator.naturalOrder());
    System.out.printf(
        "%-26s first %7.1f ms, later p50 %6.1f, p95 %6.1f%n",
        what, first, at(later, 0.5), at(later, 0.95));
  }

  private static double at(List<Double> sorted, double share) {
    return sorted.get((int) (sorted.size() * share));
  }

  private static double milliseconds(Call call) throws Exception {
    long began = System.nanoTime();
    call.make();
    return Duration.ofNanos(System.nanoTime() - began).toNanos() / 1e6;
  }

  private static void delete(Path folder) throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
