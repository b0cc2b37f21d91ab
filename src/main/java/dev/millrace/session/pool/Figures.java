package dev.millrace.session.pool;

import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Unavailable;
import dev.millrace.session.Display;
import dev.millrace.session.Execution;
import dev.millrace.session.LiveOutput;
import dev.millrace.session.rest.Answers;
import dev.millrace.session.rest.ExecutorClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Gets every figure out of a pool that sends only one with an answer. Once in each session code is
 * run that saves figures as files from then on, and prints their names; they are fetched from there
 * afterwards. Where that does not work, what the pool sends by itself is left.
 */
final class Figures {
  static final String PRELUDE = prelude();
  private static final Pattern MARK =
      Pattern.compile("\n?\\[millrace figure (millrace-figure-[0-9a-f]{32}\\.png)]\n?");
  private static final Duration TO_PREPARE = Duration.ofSeconds(60);
  private static final int LARGEST = 16 << 20;
  private static final int MOST_KNOWN = 10_000;

  /** By identifier, when the session was created in which the code has run. */
  private final Map<String, Instant> prepared =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST_KNOWN;
        }
      };

  private final ReentrantLock lock = new ReentrantLock();
  private final ExecutorClient client;

  Figures(ExecutorClient client) {
    this.client = client;
  }

  /** The code changes nothing where it has run before, so once too often does no harm. */
  void prepare(String identifier, Cells cells) throws InterruptedException {
    Optional<Instant> before = createdAt(identifier);
    if (before.isPresent() && before.get().equals(known(identifier))) {
      return;
    }
    String name = "figures-" + before.map(Instant::toEpochMilli).map(String::valueOf).orElse("new");
    cells.run(name, PRELUDE, TO_PREPARE, LiveOutput.UNWATCHED);
    Optional<Instant> after = before.isPresent() ? before : createdAt(identifier);
    after.ifPresent(createdAt -> know(identifier, createdAt));
  }

  private Optional<Instant> createdAt(String identifier) throws InterruptedException {
    return client.session(identifier).map(Answers.Session::createdAt);
  }

  private Instant known(String identifier) {
    lock.lock();
    try {
      return Objects.requireNonNullElse(prepared.get(identifier), Instant.MIN);
    } finally {
      lock.unlock();
    }
  }

  private void know(String identifier, Instant createdAt) {
    lock.lock();
    try {
      prepared.put(identifier, createdAt);
    } finally {
      lock.unlock();
    }
  }

  /** The execution with the figures that its output names, and without their names. */
  Execution collected(String identifier, Execution execution) throws InterruptedException {
    ToolOutcome outcome = execution.outcome();
    List<String> names =
        MARK.matcher(outcome.stdout()).results().map(mark -> mark.group(1)).toList();
    if (names.isEmpty()) {
      return execution;
    }
    var displays = new ArrayList<Display>();
    for (String name : names) {
      fetched(identifier, name).ifPresent(displays::add);
    }
    displays.addAll(execution.displays());
    var without =
        new ToolOutcome(
            MARK.matcher(outcome.stdout()).replaceAll(Figures::nothing),
            outcome.stderr(),
            outcome.result(),
            outcome.error(),
            outcome.truncated(),
            outcome.seconds());
    return new Execution(without, displays, execution.rebuilt());
  }

  private static String nothing(MatchResult mark) {
    return "";
  }

  private Optional<Display> fetched(String identifier, String name) throws InterruptedException {
    try (InputStream content =
        client.files().download(identifier, name).orElseGet(InputStream::nullInputStream)) {
      byte[] bytes = content.readNBytes(LARGEST + 1);
      client.files().remove(identifier, name);
      return bytes.length == 0 || bytes.length > LARGEST
          ? Optional.empty()
          : Optional.of(Display.png(Base64.getEncoder().encodeToString(bytes)));
    } catch (IOException e) {
      throw new Unavailable("could not read a figure out of the session", e);
    }
  }

  private static String prelude() {
    try (InputStream code =
        Objects.requireNonNull(Figures.class.getResourceAsStream("figures.py"))) {
      return new String(code.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
