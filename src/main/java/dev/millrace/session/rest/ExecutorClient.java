package dev.millrace.session.rest;

import static dev.millrace.session.rest.Targets.encoded;

import dev.millrace.job.Unavailable;
import dev.millrace.session.LiveOutput;
import dev.millrace.session.rest.Answers.Progress;
import dev.millrace.session.rest.exchange.Answer;
import dev.millrace.session.rest.exchange.Busy;
import dev.millrace.session.rest.exchange.Exchange;
import dev.millrace.session.rest.exchange.Fault;
import dev.millrace.session.rest.exchange.PoolAddress;
import dev.millrace.session.rest.exchange.Request;
import dev.millrace.session.rest.exchange.Retries;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The REST contract of a session pool, one method for each route, in the generation of the
 * configured version. Safe for use by many threads. Every method may throw {@link Unavailable},
 * after as many tries as the patience allows.
 */
public final class ExecutorClient implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Exchange exchange;
  private final ObjectMapper json;
  private final ApiVersion version;
  private final Targets targets;
  private final Retries retries;
  private final long outputLimit;
  private final FileRoutes files;

  /**
   * @param outputLimit of each of stdout and stderr, in characters
   */
  public ExecutorClient(
      PoolAddress address,
      ApiVersion version,
      ObjectMapper json,
      Retries retries,
      long outputLimit) {
    this.exchange = new Exchange(address, json);
    this.json = json;
    this.version = version;
    this.targets = new Targets(version);
    this.retries = retries;
    this.outputLimit = outputLimit;
    this.files = new FileRoutes(exchange, version, retries);
  }

  public ApiVersion version() {
    return version;
  }

  public FileRoutes files() {
    return files;
  }

  /** Lets time pass between two questions. */
  public void pause(Duration pause) throws InterruptedException {
    retries.pause(pause);
  }

  /**
   * Has code run, once: where an answer is lost, the execution is asked for before the code is sent
   * again.
   *
   * @param asynchronous whether to answer at once
   * @param since now
   */
  public Progress execute(
      String identifier,
      String id,
      String code,
      Duration limit,
      boolean asynchronous,
      Instant since)
      throws InterruptedException {
    var order = new Order(identifier, code, limit, asynchronous);
    Request request =
        new Request(
            "POST",
            targets.of(version.wrapped() ? "/code/execute" : "/executions", identifier),
            () -> BodyPublishers.ofByteArray(order.body(version, outputLimit, json)),
            "application/json",
            id,
            asynchronous ? GRACE : limit.plus(GRACE));
    boolean[] perhapsBegun = {false};
    return retries.until(
        "run code",
        () -> {
          Optional<Progress> begun =
              perhapsBegun[0] ? begun(identifier, id, since) : Optional.<Progress>empty();
          if (begun.isPresent()) {
            return begun.get();
          }
          try {
            return started(exchange.ask(request), id);
          } catch (Busy e) {
            perhapsBegun[0] |= e.perhapsDone();
            throw e;
          }
        });
  }

  /** What came of a request whose answer was lost; absent when it certainly came to nothing. */
  private Optional<Progress> begun(String identifier, String id, Instant since)
      throws Busy, InterruptedException {
    if (version.executions()) {
      switch (asked(exchange.ask(about(identifier, id)))) {
        case Asked.Known(Progress progress) -> {
          return Optional.of(progress);
        }
        case Asked.NotFound unknown when unknown.certain() && isStill(identifier, since) -> {
          return Optional.empty();
        }
        case Asked.NotFound cannotTell -> {}
        case Asked.Forgotten lost -> {}
      }
    }
    throw new Unavailable(
        "the answer of the session pool was lost, and it cannot be told whether the code ran");
  }

  /** Whether the session is the one that was there then; code must not run in an empty one. */
  private boolean isStill(String identifier, Instant since) throws InterruptedException {
    return session(identifier)
        .map(Answers.Session::createdAt)
        .filter(createdAt -> !createdAt.isAfter(since))
        .isPresent();
  }

  private Progress started(Answer answer, String id) throws Busy {
    if (answer.status() == 404) {
      throw answer.noRoom(); // other pools than ours say it with nothing but 404
    }
    Progress progress = Answers.progress(answer.object("run code"), outputLimit);
    return progress instanceof Progress.Running(String named) && named.isBlank()
        ? new Progress.Running(id)
        : progress;
  }

  /** What an execution has come to. */
  public Asked execution(String identifier, String id) throws InterruptedException {
    return retries.until("ask for an execution", () -> asked(exchange.ask(about(identifier, id))));
  }

  private Request about(String identifier, String id) {
    return Request.of("GET", targets.of("/executions/" + encoded(id), identifier));
  }

  private Asked asked(Answer answer) throws Busy {
    return switch (answer.unlessFull().status()) {
      case 404 -> notFound(answer.fault());
      case 410 -> new Asked.Forgotten(answer.fault().message());
      default ->
          new Asked.Known(Answers.progress(answer.object("ask for an execution"), outputLimit));
    };
  }

  private static Asked notFound(Fault fault) {
    return new Asked.NotFound(fault.is(Fault.EXECUTION_NOT_FOUND), fault.said());
  }

  /** Stops an execution, in one try; false where the pool cannot do that. */
  public boolean cancel(String identifier, String id) throws InterruptedException {
    String target = targets.of("/executions/" + encoded(id), identifier);
    try {
      Answer answer = exchange.ask(Request.brief("DELETE", target));
      return answer.ok() || answer.fault().is(Fault.EXECUTION_NOT_FOUND);
    } catch (Busy e) {
      throw new Unavailable("could not stop code: " + e.why(), e);
    }
  }

  /**
   * Tells what an execution prints, until it ends or the pool says no more. What is missed is
   * missed: the outcome has all of it.
   */
  public void follow(String identifier, String id, LiveOutput live) throws InterruptedException {
    String target = targets.of("/executions/" + encoded(id) + "/stream", identifier);
    try {
      Exchange.Streamed streamed = exchange.send(Request.brief("GET", target));
      try (var body = streamed.body()) {
        if (streamed.status() == 200) {
          new ServerEvents(json).read(body, live);
        }
      }
    } catch (Busy | Unavailable | IOException e) {
      if (Thread.interrupted()) { // that is how a read on an interrupted thread ends
        throw new InterruptedException();
      }
    }
  }

  /** What the pool says of a session; absent when there is none, or the version cannot say. */
  public Optional<Answers.Session> session(String identifier) throws InterruptedException {
    if (!version.sessions()) {
      return Optional.empty();
    }
    Answer answer = ask("ask for a session", "GET", targets.of("/session", identifier));
    return answer.status() == 404
        ? Optional.empty()
        : Optional.of(Answers.session(answer.object("ask for a session")));
  }

  /** Ends a session with its files and variables; false where the pool has no such route. */
  public boolean delete(String identifier) throws InterruptedException {
    return version.sessions() && ended("DELETE", targets.of("/session", identifier));
  }

  /** Ends the container of a session; false where the pool has no such route. */
  public boolean stop(String identifier) throws InterruptedException {
    return ended("POST", targets.of("/.management/stopSession", identifier));
  }

  private boolean ended(String method, String target) throws InterruptedException {
    Answer answer = ask("end a session", method, target);
    if (answer.status() == 404 || answer.status() == 405) {
      return false;
    }
    answer.orRefused("end a session");
    return true;
  }

  private Answer ask(String attempted, String method, String target) throws InterruptedException {
    return retries.until(attempted, () -> exchange.ask(Request.of(method, target)).unlessFull());
  }

  @Override
  public void close() {
    exchange.close();
  }
}
