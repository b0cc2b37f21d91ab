package dev.millrace;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/** What {@code bench/http} runs. */
final class HttpBench {
  private static final String REQUEST = "{\"message\": \"What is 6 times 7?\"}";
  private static final int HEAP = 256;
  private static final int IN_FLIGHT = 16;
  private static final int ROUNDS = 3;

  private final SmallServer server;

  private HttpBench(SmallServer server) {
    this.server = server;
  }

  public static void main(String[] args) throws Exception {
    int jobs = args.length > 0 ? Integer.parseInt(args[0]) : 300;
    int clients = args.length > 1 ? Integer.parseInt(args[1]) : 500;
    int mebibytes = args.length > 2 ? Integer.parseInt(args[2]) : 1024;
    try (var scratch = Scratch.make();
        var server = new SmallServer(scratch.folder(), HEAP)) {
      System.out.printf(
          "java %s, %d cores, %s%n",
          Runtime.version(), Runtime.getRuntime().availableProcessors(), scratch.folder());
      var bench = new HttpBench(server);
      bench.together(jobs); // warms up
      bench.submit(jobs);
      bench.beside(jobs, clients);
      bench.large(mebibytes);
    }
  }

  private void submit(int jobs) throws Exception {
    long[] nanos = new long[jobs];
    for (int i = 0; i < jobs; i++) {
      long begin = System.nanoTime();
      server.submit(REQUEST);
      nanos[i] = System.nanoTime() - begin;
    }
    java.util.Arrays.sort(nanos);
    System.out.printf(
        "submit, one after the other: p50 %.2f ms, p99 %.2f ms%n",
        nanos[jobs / 2] / 1e6, nanos[jobs * 99 / 100] / 1e6);
  }

  /** Submits so many and waits for all ends; answers how many there were in a second. */
  private double together(int jobs) throws Exception {
    var places = new Semaphore(IN_FLIGHT);
    var faults = new ConcurrentLinkedQueue<Exception>();
    long begin = System.nanoTime();
    for (int i = 0; i < jobs; i++) {
      places.acquire();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  server.submit(REQUEST, "Prefer", "wait=60");
                } catch (IOException | InterruptedException e) {
                  faults.add(e);
                } finally {
                  places.release();
                }
              });
    }
    places.acquire(IN_FLIGHT);
    if (!faults.isEmpty()) {
      throw faults.element();
    }
    return jobs / ((System.nanoTime() - begin) / (double) TimeUnit.SECONDS.toNanos(1));
  }

  private void beside(int jobs, int clients) throws Exception {
    var alone = new ArrayList<Double>();
    var beside = new ArrayList<Double>();
    for (int round = 0; round < ROUNDS; round++) {
      alone.add(together(jobs));
      try (var waiting = new Waiting(clients)) {
        waiting.begin();
        beside.add(together(jobs));
      }
    }
    System.out.printf(
        "jobs a second: %.0f alone, %.0f beside %d clients that wait (%.1f %% less)%n",
        median(alone), median(beside), clients, 100 - 100 * median(beside) / median(alone));
  }

  private static double median(List<Double> figures) {
    return figures.stream().sorted().toList().get(figures.size() / 2);
  }

  /** Clients that wait for a change of a job that is over. */
  private final class Waiting implements AutoCloseable {
    private final int clients;
    private final String job;
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<CompletableFuture<Void>> asked = new ArrayList<>();

    Waiting(int clients) throws Exception {
      this.clients = clients;
      this.job = server.submit(REQUEST, "Prefer", "wait=60");
    }

    void begin() throws Exception {
      var first =
          server.client.send(
              server.request("/v1/jobs/" + job).build(), HttpResponse.BodyHandlers.discarding());
      String tag = first.headers().firstValue("ETag").orElseThrow();
      IntStream.range(0, clients).forEach(client -> asked.add(ask(tag)));
    }

    private CompletableFuture<Void> ask(String tag) {
      return server
          .client
          .sendAsync(
              server.request("/v1/jobs/" + job + "?wait=20").header("If-None-Match", tag).build(),
              HttpResponse.BodyHandlers.discarding())
          .thenCompose(answer -> over.get() ? CompletableFuture.completedFuture(null) : ask(tag));
    }

    @Override
    public void close() {
      over.set(true);
      asked.forEach(each -> each.join());
    }
  }

  private void large(int mebibytes) throws Exception {
    long begin = System.nanoTime();
    SmallServer.Sent sent = server.upload(mebibytes);
    double up = (System.nanoTime() - begin) / 1e9;
    String job =
        server.submit(
            "{\"message\": \"Keep it.\", \"files\": [{\"name\": \"a\", \"uploadId\": \"%s\"}]}"
                .formatted(sent.id()));
    begin = System.nanoTime();
    long length = server.download("/v1/jobs/" + job + "/files/" + sent.sha256());
    double down = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        "%d MiB: %.0f MiB/s up, %.0f MiB/s down (%d bytes), heap in use %d of %d MiB%n",
        mebibytes, mebibytes / up, mebibytes / down, length, server.heap(), HEAP);
  }
}
