package dev.millrace.session.rest;

import static dev.millrace.session.rest.Targets.encoded;

import dev.millrace.job.Unavailable;
import dev.millrace.session.Content;
import dev.millrace.session.Listing;
import dev.millrace.session.SessionFile;
import dev.millrace.session.rest.exchange.Answer;
import dev.millrace.session.rest.exchange.Busy;
import dev.millrace.session.rest.exchange.Exchange;
import dev.millrace.session.rest.exchange.Request;
import dev.millrace.session.rest.exchange.Retries;
import io.micronaut.json.tree.JsonNode;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The part of {@link ExecutorClient} that is about files. */
public final class FileRoutes {
  private static final Duration LONGEST_TRANSFER = Duration.ofMinutes(10);
  private static final int MOST_PAGES = 1000;

  private final Exchange exchange;
  private final ApiVersion version;
  private final Targets targets;
  private final Retries retries;

  FileRoutes(Exchange exchange, ApiVersion version, Retries retries) {
    this.exchange = exchange;
    this.version = version;
    this.targets = new Targets(version);
    this.retries = retries;
  }

  /**
   * Sends a file, streamed.
   *
   * @throws IllegalArgumentException when the pool does not take such a file
   */
  public void upload(String identifier, String path, Content content) throws InterruptedException {
    String attempted = "send the file " + path + " to the session";
    String target =
        version.wrapped()
            ? targets.of("/files/upload", identifier)
            : targets.of("/files", identifier, Map.of("path", directory(path)));
    Answer answer =
        retries.until(
            attempted,
            () -> {
              Multipart form = Multipart.of(version.wrapped() ? path : name(path), content);
              Answer said =
                  exchange.ask(
                      new Request(
                          "POST", target, form::body, form.contentType(), null, LONGEST_TRANSFER));
              if (said.status() == 404) {
                throw said.noRoom();
              }
              return said.unlessFull();
            });
    answer.orRefused(attempted);
  }

  /** Every file of the session, of all directories. */
  public Listing list(String identifier) throws InterruptedException {
    List<SessionFile> files = new ArrayList<>();
    boolean complete = true;
    Deque<String> directories = new ArrayDeque<>(List.of(""));
    Set<String> seen = new HashSet<>();
    while (!directories.isEmpty()) {
      Answers.Page found = entries(identifier, directories.removeFirst());
      complete &= found.complete();
      for (Answers.Entry entry : found.entries()) {
        if (!entry.directory()) {
          files.add(entry.file());
        } else if (!version.recursiveListing() && seen.add(entry.file().path())) {
          directories.add(entry.file().path());
        }
      }
    }
    return new Listing(files, complete);
  }

  private Answers.Page entries(String identifier, String directory) throws InterruptedException {
    String attempted = "list the files of the session";
    var parameters = new LinkedHashMap<String, String>();
    if (!version.wrapped()) {
      parameters.put("path", directory);
    }
    if (version.recursiveListing()) {
      parameters.put("recursive", "true");
    }
    var entries = new ArrayList<Answers.Entry>();
    boolean complete = true;
    Optional<String> target = Optional.of(targets.of("/files", identifier, parameters));
    for (int page = 0; target.isPresent() && page < MOST_PAGES; page++) {
      Request request = Request.of("GET", target.get());
      Answer answer = retries.until(attempted, () -> exchange.ask(request).unlessFull());
      if (answer.status() == 404) {
        return new Answers.Page(entries, Optional.empty(), complete); // no session, no files
      }
      JsonNode body = answer.object(attempted);
      Answers.Page found = Answers.files(body, directory);
      entries.addAll(found.entries());
      complete &= found.complete();
      target = found.next().map(link -> targets.next("/files", identifier, link));
    }
    return new Answers.Page(entries, Optional.empty(), complete && target.isEmpty());
  }

  /** The bytes of a file; absent when there is none of that name. To be closed. */
  public Optional<InputStream> download(String identifier, String path)
      throws InterruptedException {
    String attempted = "read the file " + path + " of the session";
    Request request =
        Request.of(
            "GET",
            version.wrapped()
                ? targets.of("/files/content/" + encoded(path), identifier)
                : targets.of(
                    "/files/" + encoded(name(path)) + "/content",
                    identifier,
                    Map.of("path", directory(path))));
    return retries.until(
        attempted,
        () -> {
          Exchange.Streamed streamed = exchange.send(request);
          if (streamed.status() / 100 == 2) {
            return Optional.of(streamed.body());
          }
          Answer answer = exchange.whole(streamed, request).unlessFull();
          if (answer.status() != 404) {
            answer.orRefused(attempted);
          }
          return Optional.empty();
        });
  }

  /** Removes a file, in one try; nothing happens when there is none. */
  public void remove(String identifier, String path) throws InterruptedException {
    String target =
        version.wrapped()
            ? targets.of("/files/" + encoded(path), identifier)
            : targets.of(
                "/files/" + encoded(name(path)), identifier, Map.of("path", directory(path)));
    try {
      exchange.ask(Request.brief("DELETE", target));
    } catch (Busy e) {
      throw new Unavailable(
          "could not remove the file %s of the session: %s".formatted(path, e.why()), e);
    }
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static String directory(String path) {
    return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
  }
}
