package dev.millrace.session.rest;

import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.ToldPauses;
import dev.millrace.job.retry.Pauses;
import dev.millrace.session.rest.exchange.PoolAddress;
import dev.millrace.session.rest.exchange.Retries;
import java.io.IOException;
import java.time.Duration;

/** A scripted pool and its client, with time that passes only in pauses. */
public final class Bench implements AutoCloseable {
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  public final ScriptedPool pool = new ScriptedPool();
  public final SettableClock clock = new SettableClock();
  public final ToldPauses pauses = new ToldPauses(clock);
  public final ExecutorClient client;

  public Bench(ApiVersion version) throws IOException {
    this.client = client(pool, version, pauses);
  }

  public static ExecutorClient client(PoolAddress pool, ApiVersion version, Pauses pauses) {
    return new ExecutorClient(
        pool, version, Json.MAPPER, new Retries(pauses, () -> 0.5, PATIENCE), 1 << 20);
  }

  @Override
  public void close() {
    client.close();
    pool.close();
  }
}
