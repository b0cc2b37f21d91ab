package dev.millrace;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** What {@code bench/http} runs. */
final class HttpBench {
  /** Six steps where model and tool answer at once, else an answer that Python works out. */
  private static final String REQUEST = "{\"message\": \"What is 6 times 7?\"}";

  private static final String STAYS = "{\"message\": \"%s\"}".formatted(SteppedRooms.STAY);
  private static final String SLEEPS =
      "{\"message\": \"```python\\nimport time\\ntime.sleep(100)\\n```\"}";
  private static final int HEAP = 256;
  private static final int IN_FLIGHT = 16;
  private static final int CONVERSATIONS = 10;
  private static final int ROUNDS = 3;

  private final SmallServer server;

  private HttpBench(SmallServer server) {
    this.server = server;
  }

  public static void main(String[] args) throws Exception {
    int jobs = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
    int clients = args.length > 1 ? Integer.parseInt(args[1]) : 500;
    int mebibytes = args.length > 2 ? Integer.parseInt(args[2]) : 1024;
    try (var scratch = Scratch.make()) {
      System.out.printf(
          "java %s, %d cores, heap %d MiB, %s on %s, flush p50 %.2f ms%n",
          Runtime.version(),
          Runtime.getRuntime().availableProcessors(),
          HEAP,
          scratch.folder(),
          Files.getFileStore(scratch.folder()).type(),
          Load.millisAt(Load.flushes(scratch.folder()), 50));
      var steps = List.of("-D" + SteppedRooms.ON + "=true");
      try (var server = new SmallServer(folder(scratch, "steps"), HEAP, steps)) {
        System.out.println("Jobs of six steps, whose model and tool answer at once:");
        var bench = new HttpBench(server);
        bench.together(3 * jobs); // the compilers are at work for a while
        bench.beside(jobs, clients, STAYS);
        bench.submissions(jobs / 4);
      }
      try (var server = new SmallServer(folder(scratch, "python"), HEAP)) {
        System.out.println("Jobs that each have a Python session made for them:");
        var bench = new HttpBench(server);
        bench.together(jobs / 10); // warms up
        bench.beside(jobs / 10, clients, SLEEPS);
        bench.large(mebibytes);
      }
    }
  }

  private static Path folder(Scratch scratch, String name) throws IOException {
    return Files.createDirectory(scratch.folder().resolve(name));
  }

  /** Submits beside the jobs that this starts, and to a server that has its hands full. */
  private void submissions(int jobs) throws Exception {
    submit("a submission, whose job runs at once", jobs);
    for (int i = 0; i < IN_FLIGHT; i++) {
      server.submit(STAYS);
    }
    submit("a submission, whose job has to wait", jobs);
  }

  private void submit(String what, int jobs) throws Exception {
    Duration before = server.processor();
    long[] nanos = Load.alone(jobs, () -> server.submit(REQUEST));
    System.out.printf(
        "  %s: p50 %.2f ms, p99 %.2f ms, %.2f ms of processor%n",
        what,
        Load.millisAt(nanos, 50),
        Load.millisAt(nanos, 99),
        millis(server.processor().minus(before)) / jobs);
  }

  /** How many jobs there were in a second, and what each took of the server's processors. */
  private record Pace(double rate, double millis) {
    static Pace median(List<Pace> all) {
      return new Pace(
          all.stream().mapToDouble(Pace::rate).sorted().toArray()[all.size() / 2],
          all.stream().mapToDouble(Pace::millis).sorted().toArray()[all.size() / 2]);
    }
  }

  /** Submits so many and waits for all ends. */
  private Pace together(int jobs) throws Exception {
    Duration before = server.processor();
    double rate = Load.rate(jobs, IN_FLIGHT, () -> server.submit(REQUEST, "Prefer", "wait=60"));
    return new Pace(rate, millis(server.processor().minus(before)) / jobs);
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }

  private void beside(int jobs, int clients, String first) throws Exception {
    var alone = new ArrayList<Pace>();
    var beside = new ArrayList<Pace>();
    for (int round = 0; round < ROUNDS; round++) {
      alone.add(together(jobs));
      try (var waiting = new Waiting(clients, first, "talk-" + round)) {
        together(jobs / 10); // the messages of those who wait are looked at meanwhile
        beside.add(together(jobs));
      }
    }
    Pace quiet = Pace.median(alone);
    Pace watched = Pace.median(beside);
    System.out.printf(
        "  jobs a second: %.0f alone, %.0f beside %d clients that wait (%.1f %% less);"
            + " %.2f and %.2f ms of processor each%n",
        quiet.rate(),
        watched.rate(),
        clients,
        100 - 100 * watched.rate() / quiet.rate(),
        quiet.millis(),
        watched.millis());
  }

  /**
   * Clients that wait, each for a job of its own: turns of conversations, of which the first come
   * to no end.
   */
  private final class Waiting implements AutoCloseable {
    private final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> jobs = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

    Waiting(int clients, String request, String conversation) throws Exception {
      for (int i = 0; i < CONVERSATIONS + clients; i++) {
        String name = ", \"sessionId\": \"%s-%d\"}".formatted(conversation, i % CONVERSATIONS);
        jobs.add(server.submit(request.replaceFirst("}$", name)));
      }
      jobs.stream().skip(CONVERSATIONS).forEach(this::ask);
    }

    private void ask(String job) {
      CompletableFuture<HttpResponse<String>> asked =
          client.sendAsync(
              server.request("/v1/jobs/" + job + "?wait=20").build(),
              HttpResponse.BodyHandlers.ofString());
      asked.whenComplete((answer, fault) -> answered(job, answer, fault));
    }

    private void answered(String job, HttpResponse<String> answer, Throwable fault) {
      if (over.get()) {
        return;
      }
      if (fault != null || !answer.body().contains("\"status\":\"queued\"")) {
        faults.add(fault == null ? answer.body() : fault.toString());
      } else {
        ask(job);
      }
    }

    /** From the last one on, so that none of them ever begins. */
    @Override
    public void close() throws IOException, InterruptedException {
      over.set(true);
      client.shutdownNow();
      for (String job : jobs.reversed()) {
        server.send(
            server
                .request("/v1/jobs/" + job + "/cancel")
                .POST(HttpRequest.BodyPublishers.noBody()));
      }
      if (!faults.isEmpty()) {
        throw new IOException("void: a client did not wait: " + faults.element());
      }
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
        "  %d MiB: %.0f MiB/s up, %.0f MiB/s down (%d bytes), heap in use %d of %d MiB%n",
        mebibytes, mebibytes / up, mebibytes / down, length, server.heap(), HEAP);
  }
}
