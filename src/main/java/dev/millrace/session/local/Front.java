package dev.millrace.session.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.job.Unavailable;
import io.micronaut.serde.ObjectMapper;
import io.micronaut.serde.annotation.Serdeable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The executor as a process of ours. */
final class Front {
  private static final Logger log = LoggerFactory.getLogger(Front.class);
  private static final Duration TO_START = Duration.ofSeconds(60);
  private static final Duration TO_STOP = Duration.ofSeconds(5);
  private static final int KEPT_LINES = 20;

  /** Nothing else of ours is its business, least of all what signs in somewhere. */
  private static final Set<String> ENVIRONMENT =
      Set.of("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ");

  /** It ended with code 2: it will not start before a person has mended what it says. */
  private static final int TO_BE_MENDED = 2;

  private final Process process;
  private final Deque<String> said = new ArrayDeque<>();
  private final CompletableFuture<Ready> ready = new CompletableFuture<>();

  private Front(Process process) {
    this.process = process;
  }

  /**
   * Where it listens.
   *
   * @param sandbox how code is confined there: {@code namespaces} at best
   */
  @Serdeable
  record Ready(URI endpoint, int port, String sandbox) {}

  /** Starts it, and gives it the token in the first line of its input. */
  static Front start(List<String> command, String token, ObjectMapper json) {
    var builder = new ProcessBuilder(command);
    builder.environment().keySet().retainAll(ENVIRONMENT);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new IllegalStateException(
          ("the local session pool needs Python, and %s cannot be started. Run executor/prepare, or"
                  + " set millrace.sessions.local.python (MILLRACE_SESSIONS_LOCAL_PYTHON) to a"
                  + " Python that has the executor")
              .formatted(command.getFirst()),
          e);
    }
    var front = new Front(process);
    front.listen(json);
    front.hand(token);
    return front;
  }

  private void hand(String token) {
    try {
      process.getOutputStream().write((token + "\n").getBytes(UTF_8));
      process.getOutputStream().flush(); // and stays open: its end would end the executor
    } catch (IOException e) {
      log.debug("the executor has ended before it read its token");
    }
  }

  /**
   * A read of a pipe holds on to its carrier: two virtual threads here would be all that a machine
   * of two cores has for the virtual threads of the whole process.
   */
  private void listen(ObjectMapper json) {
    Thread errors =
        Thread.ofPlatform()
            .daemon()
            .name("executor-stderr")
            .start(() -> eachLine(process.getErrorStream(), this::keep));
    Thread.ofPlatform()
        .daemon()
        .name("executor-stdout")
        .start(
            () -> {
              eachLine(process.getInputStream(), line -> announced(line, json));
              join(errors); // what it said last is why it ended
              ready.completeExceptionally(new IOException("it has ended"));
            });
  }

  private static void eachLine(InputStream stream, Consumer<String> each) {
    try (var lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        each.accept(line);
      }
    } catch (IOException e) {
      log.debug("the output of the executor has ended");
    }
  }

  private void announced(String line, ObjectMapper json) {
    try {
      ready.complete(Objects.requireNonNull(json.readValue(line, Ready.class)));
    } catch (IOException e) {
      keep(line);
    }
  }

  private void keep(String line) {
    log.debug("executor: {}", line);
    synchronized (said) {
      if (said.size() == KEPT_LINES) {
        said.removeFirst();
      }
      said.addLast(line);
    }
  }

  private String said() {
    synchronized (said) {
      return said.stream().filter(line -> !line.isBlank()).collect(Collectors.joining("\n"));
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until it serves.
   *
   * @throws IllegalStateException when a person has to mend something first
   * @throws Unavailable when it may work another time
   */
  Ready ready() throws InterruptedException {
    try {
      return ready.get(TO_START.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Unavailable(
          "the local session pool was not ready within %d seconds".formatted(TO_START.toSeconds()),
          e);
    } catch (ExecutionException e) {
      throw whyItEnded(process.waitFor());
    }
  }

  private RuntimeException whyItEnded(int code) {
    String words = said();
    if (words.contains("No module named")) {
      return new IllegalStateException(
          "the Python of the local session pool lacks something (%s). Run executor/prepare"
              .formatted(words.lines().reduce((first, last) -> last).orElse("")));
    }
    String sentence =
        "the local session pool did not start: "
            + (words.isEmpty() ? "it ended with code " + code : words);
    return code == TO_BE_MENDED ? new IllegalStateException(sentence) : new Unavailable(sentence);
  }

  long pid() {
    return process.pid();
  }

  /** Waits for its end, and says what it said last. */
  String ended() throws InterruptedException {
    int code = process.waitFor();
    return "code "
        + code
        + said().lines().reduce((first, last) -> last).map(s -> ": " + s).orElse("");
  }

  /** Ends it, with all sessions: by the end of its input, else by force. */
  void stop() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      log.debug("the executor has ended already");
    }
    try {
      if (!process.waitFor(TO_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroy();
        if (!process.waitFor(TO_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
