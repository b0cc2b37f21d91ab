package dev.millrace.session.local;

import dev.millrace.job.Secret;
import dev.millrace.job.Unavailable;
import dev.millrace.job.retry.Pauses;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Past;
import dev.millrace.session.SessionPool;
import dev.millrace.session.SessionSettings;
import dev.millrace.session.pool.PoolKind;
import dev.millrace.session.pool.RestPool;
import dev.millrace.session.rest.ApiVersion;
import dev.millrace.session.rest.ExecutorClient;
import dev.millrace.session.rest.exchange.Retries;
import io.micronaut.serde.ObjectMapper;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sessions on this machine. The executor is started at once, beside the caller, and again whenever
 * it ends; who needs a session meanwhile waits for it. When it ends, all sessions are lost.
 */
public final class LocalSessionPool implements SessionPool, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String token;
  private final Keeper keeper;
  private final ExecutorClient client;
  private final RestPool pool;

  private LocalSessionPool(
      String token, Keeper keeper, Secret secret, ObjectMapper json, InstantSource clock) {
    this.token = token;
    this.keeper = keeper;
    var retries =
        new Retries(Pauses.REAL, () -> ThreadLocalRandom.current().nextDouble(), PATIENCE);
    this.client =
        new ExecutorClient(keeper, ApiVersion.NEWEST, json, retries, SessionSettings.OUTPUT_LIMIT);
    this.pool = new RestPool(client, PoolKind.LOCAL, secret, clock);
  }

  /**
   * Starts it.
   *
   * @param python an interpreter that has the executor
   */
  public static LocalSessionPool start(
      SessionSettings.Local settings,
      Path python,
      Secret secret,
      ObjectMapper json,
      InstantSource clock) {
    return start(settings, python, 0, false, secret, json, clock);
  }

  /**
   * Starts one that is found at the same address as long as it is not closed.
   *
   * @param port 0 for any that is free
   */
  public static LocalSessionPool startAt(
      int port,
      SessionSettings.Local settings,
      Path python,
      Secret secret,
      ObjectMapper json,
      InstantSource clock) {
    return start(settings, python, port, true, secret, json, clock);
  }

  private static LocalSessionPool start(
      SessionSettings.Local settings,
      Path python,
      int port,
      boolean samePort,
      Secret secret,
      ObjectMapper json,
      InstantSource clock) {
    String token = token();
    var keeper =
        new Keeper(
            chosen -> command(settings, python, chosen),
            token,
            port,
            samePort,
            json,
            clock,
            Pauses.REAL);
    keeper.start();
    return new LocalSessionPool(token, keeper, secret, json, clock);
  }

  private static List<String> command(SessionSettings.Local settings, Path python, int port) {
    var command = new ArrayList<String>();
    command.addAll(List.of(python.toString(), "-I", "-m", "executor"));
    command.addAll(List.of("--port", Integer.toString(port)));
    command.addAll(List.of("--sessions", Integer.toString(settings.maximum())));
    command.addAll(List.of("--cooldown", Long.toString(settings.coolDown().toSeconds())));
    command.addAll(List.of("--memory", Integer.toString(settings.memory())));
    command.addAll(List.of("--disk", Integer.toString(settings.disk())));
    if (settings.unsandboxed()) {
      command.add("--unsandboxed");
    }
    return command;
  }

  private static String token() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  @Override
  public CodeSession session(Holder holder, Past past) {
    return pool.session(holder, past);
  }

  /**
   * Where it is, and what opens it.
   *
   * @param sandbox how code is confined: {@code namespaces} at best
   */
  public record Door(URI endpoint, String token, String sandbox) {
    /** Never the token. */
    @Override
    public String toString() {
      return "Door[" + endpoint + ", " + sandbox + "]";
    }
  }

  /**
   * Waits until it serves.
   *
   * @throws IllegalStateException when it cannot start before a person has mended something
   * @throws Unavailable when it did not start for another reason
   */
  public Door door() {
    try {
      Front.Ready ready = keeper.await();
      return new Door(ready.endpoint(), token, ready.sandbox());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unavailable("interrupted while the local session pool was started", e);
    }
  }

  /** The process that runs now; -1 when there is none. */
  long pid() {
    return keeper.pid();
  }

  /** Ends the executor with all sessions. */
  @Override
  public void close() {
    client.close();
    keeper.close();
  }
}
