package dev.millrace.session.pool;

import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Past;
import dev.millrace.session.SessionPool.Holder;
import dev.millrace.session.rest.ApiVersion;
import dev.millrace.session.rest.Bench;
import dev.millrace.session.rest.ScriptedPool;
import java.io.IOException;

/** The sessions of one holder on a scripted pool. */
final class SessionBench implements AutoCloseable {
  static final Holder HOLDER = new Holder(new Owner("t", "anna"), "analyst", "user-123");
  static final Secret SECRET = new Secret(new byte[32]);

  private final Bench bench;
  private final PoolKind kind;
  final ScriptedPool pool;

  SessionBench(PoolKind kind, ApiVersion version) throws IOException {
    this.bench = new Bench(version);
    this.kind = kind;
    this.pool = bench.pool;
  }

  static SessionBench of(PoolKind kind) throws IOException {
    return new SessionBench(kind, ApiVersion.NEWEST);
  }

  CodeSession session(Past past) {
    return new RestPool(bench.client, kind, SECRET, bench.clock).session(HOLDER, past);
  }

  CodeSession session() {
    return session(Past.NONE);
  }

  @Override
  public void close() {
    bench.close();
  }
}
