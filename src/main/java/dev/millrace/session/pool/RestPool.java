package dev.millrace.session.pool;

import dev.millrace.job.Secret;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Past;
import dev.millrace.session.SessionPool;
import dev.millrace.session.rest.ExecutorClient;
import java.time.InstantSource;

/** The sessions of one pool. */
public final class RestPool implements SessionPool {
  private final ExecutorClient client;
  private final PoolKind kind;
  private final Secret secret;
  private final InstantSource clock;
  private final Figures figures;

  public RestPool(ExecutorClient client, PoolKind kind, Secret secret, InstantSource clock) {
    this.client = client;
    this.kind = kind;
    this.secret = secret;
    this.clock = clock;
    this.figures = new Figures(client);
  }

  @Override
  public CodeSession session(Holder holder, Past past) {
    String identifier = holder.identifier(secret);
    return new RestSession(client, kind, identifier, past, clock, figures);
  }
}
