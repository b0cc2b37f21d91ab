package dev.millrace.session.pool;

import dev.millrace.session.LiveOutput;
import dev.millrace.session.Past;
import dev.millrace.session.Rebuilt;
import dev.millrace.session.Rebuilt.Gone;
import dev.millrace.session.rest.Answers;
import dev.millrace.session.rest.ExecutorClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices that a session was lost, and makes its successor hold what it held. */
final class Rebuilding {
  private static final Logger log = LoggerFactory.getLogger(Rebuilding.class);
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final Duration TO_OPEN = Duration.ofSeconds(60);

  private final ExecutorClient client;
  private final String identifier;
  private final Past past;
  private final InstantSource clock;

  Rebuilding(ExecutorClient client, String identifier, Past past, InstantSource clock) {
    this.client = client;
    this.identifier = identifier;
    this.past = past;
    this.clock = clock;
  }

  /** Null when nothing was lost, or nothing was there to lose. */
  @Nullable Rebuilt ifLost(Cells cells) throws InterruptedException {
    if (!client.version().sessions() || (past.cells().isEmpty() && past.files().isEmpty())) {
      return null; // without the route for sessions a loss is not noticed
    }
    Optional<Answers.Session> session = client.session(identifier);
    if (past.cells().isEmpty()) {
      if (session.isEmpty()) {
        files(new ArrayList<>());
      }
      return null;
    }
    Past.Cell last = past.cells().getLast();
    if (session.isPresent() && !youngerThan(last.endedAt(), session.get())) {
      return null;
    }
    if (session.isEmpty()) {
      cells.run("open-" + clock.instant().toEpochMilli(), "pass", TO_OPEN, LiveOutput.UNWATCHED);
      session = client.session(identifier);
    }
    String born =
        session
            .map(Answers.Session::createdAt)
            .map(created -> Long.toString(created.toEpochMilli()))
            .orElse("unknown");
    return cells.knows(name(last, born)) ? null : rebuilt(cells, born);
  }

  private static boolean youngerThan(Instant end, Answers.Session session) {
    Instant createdAt = session.createdAt();
    return createdAt != null && createdAt.isAfter(end);
  }

  /** Names each replay after the session it happens in, so that it happens there once. */
  private static String name(Past.Cell cell, String born) {
    return cell.executionId() + ".replay-" + born;
  }

  private Rebuilt rebuilt(Cells cells, String born) throws InterruptedException {
    List<String> replayed = new ArrayList<>();
    List<Gone> gone = new ArrayList<>();
    files(gone);
    Instant until = clock.instant().plus(LONGEST);
    for (Past.Cell cell : past.cells()) {
      Duration left = Duration.between(clock.instant(), until);
      String why =
          left.isPositive()
              ? replay(cells, cell, born, left)
              : "no time was left for it: replaying may take %d seconds in all"
                  .formatted(LONGEST.toSeconds());
      if (why == null) {
        replayed.add(cell.executionId());
      } else {
        gone.add(new Gone(firstLine(cell.code()), why));
      }
    }
    log.atInfo()
        .addKeyValue("replayed", replayed.size())
        .addKeyValue("gone", gone.size())
        .log("a lost session was built again");
    return new Rebuilt(replayed, gone);
  }

  /** Why it did not work; null if it did. */
  private static @Nullable String replay(Cells cells, Past.Cell cell, String born, Duration left)
      throws InterruptedException {
    return cells.run(name(cell, born), cell.code(), left, LiveOutput.UNWATCHED).outcome().error();
  }

  private void files(List<Gone> gone) throws InterruptedException {
    Map<String, Past.File> latest = new LinkedHashMap<>();
    past.files().forEach(file -> latest.put(file.path(), file));
    for (Past.File file : latest.values()) {
      try {
        client.files().upload(identifier, file.path(), file.content());
      } catch (IllegalArgumentException e) {
        gone.add(new Gone(file.path(), String.valueOf(e.getMessage())));
      }
    }
  }

  private static String firstLine(String code) {
    String line = code.lines().filter(each -> !each.isBlank()).findFirst().orElse("").strip();
    return line.length() <= 60 ? line : line.substring(0, 60) + "…";
  }
}
