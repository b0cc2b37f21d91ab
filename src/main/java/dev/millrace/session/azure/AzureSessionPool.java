package dev.millrace.session.azure;

import com.azure.core.credential.TokenCredential;
import dev.millrace.job.Secret;
import dev.millrace.job.retry.Pauses;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Past;
import dev.millrace.session.SessionPool;
import dev.millrace.session.SessionSettings;
import dev.millrace.session.pool.RestPool;
import dev.millrace.session.rest.ExecutorClient;
import dev.millrace.session.rest.exchange.Retries;
import io.micronaut.serde.ObjectMapper;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;

/** A session pool of Azure Container Apps: Azure's own Python, or our container. */
public final class AzureSessionPool implements SessionPool, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private final ExecutorClient client;
  private final RestPool pool;

  /**
   * @param settings of a pool that is in Azure
   * @param credential of an identity that has the role Azure ContainerApps Session Executor
   */
  public AzureSessionPool(
      SessionSettings settings,
      TokenCredential credential,
      Secret secret,
      ObjectMapper json,
      InstantSource clock) {
    var retries =
        new Retries(Pauses.REAL, () -> ThreadLocalRandom.current().nextDouble(), PATIENCE);
    this.client =
        new ExecutorClient(
            new EntraAddress(settings.address(), credential, clock),
            settings.version(),
            json,
            retries,
            SessionSettings.OUTPUT_LIMIT);
    this.pool = new RestPool(client, settings.poolKind(), secret, clock);
  }

  @Override
  public CodeSession session(Holder holder, Past past) {
    return pool.session(holder, past);
  }

  @Override
  public void close() {
    client.close();
  }
}
