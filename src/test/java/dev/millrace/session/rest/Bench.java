package dev.millrace.session.rest;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Past;
import dev.millrace.session.SessionPool.Holder;
import java.io.IOException;
import java.time.Duration;

/** A scripted pool and its client, with time that passes only in pauses. */
final class Bench implements AutoCloseable {
  static final Holder HOLDER = new Holder(new Owner("t", "anna"), "analyst", "user-123");
  static final Secret SECRET = new Secret(new byte[32]);
  static final String IDENTIFIER = HOLDER.identifier(SECRET);
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final ScriptedPool pool = new ScriptedPool();
  final SettableClock clock = new SettableClock();
  final ToldPauses pauses = new ToldPauses(clock);
  final ExecutorClient client;
  private final PoolKind kind;

  Bench(PoolKind kind, ApiVersion version) throws IOException {
    this.kind = kind;
    this.client =
        new ExecutorClient(
            pool, version, Json.MAPPER, new Retries(pauses, () -> 0.5, PATIENCE), 1 << 20);
  }

  static Bench of(PoolKind kind) throws IOException {
    return new Bench(kind, ApiVersion.NEWEST);
  }

  CodeSession session(Past past) {
    return new RestPool(client, kind, SECRET, clock).session(HOLDER, past);
  }

  CodeSession session() {
    return session(Past.NONE);
  }

  @Override
  public void close() {
    client.close();
    pool.close();
  }
}
