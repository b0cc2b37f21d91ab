package dev.millrace.security.delegation;

import dev.millrace.job.Digest;
import dev.millrace.job.JobRef;
import dev.millrace.job.Owner;
import dev.millrace.job.Secret;
import dev.millrace.security.Caller;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import dev.millrace.tool.Delegation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tokens that owners lend the tools of their jobs. */
public final class Delegations implements Delegation {
  private static final Logger log = LoggerFactory.getLogger(Delegations.class);

  /** A token that is about to expire would do so on its way. */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  private final Storage storage;
  private final Secret secret;
  private final Exchange exchange;
  private final InstantSource clock;

  public Delegations(Storage storage, Secret secret, Exchange exchange, InstantSource clock) {
    this.storage = storage;
    this.secret = secret;
    this.exchange = exchange;
    this.clock = clock;
  }

  /**
   * Exchanges the caller's sign-in for each of these sets of scopes, and keeps what comes of it for
   * a job that is about to be submitted. A caller without a token lends nothing.
   *
   * @throws Exchange.Refused when the issuer will not
   * @throws dev.millrace.job.Unavailable when the issuer or the store does not answer
   */
  public void lend(JobRef job, Caller caller, Collection<Set<String>> wanted) {
    Optional<String> shown = caller.assertion();
    if (shown.isEmpty()) {
      return;
    }
    for (Set<String> scopes : wanted) {
      Exchange.Token token = exchange.exchange(shown.get(), caller.tenant(), scopes);
      keep(job, caller.owner(), names(scopes), token);
      log.atInfo()
          .addKeyValue("job", job)
          .addKeyValue("owner", caller.owner().name())
          .addKeyValue("scopes", names(scopes))
          .addKeyValue("until", token.expiresAt())
          .log("may act for its owner");
    }
  }

  private void keep(JobRef job, Owner owner, String scopes, Exchange.Token token) {
    byte[] plain = (token.expiresAt() + "\n" + token.value()).getBytes(StandardCharsets.UTF_8);
    byte[] sealed = secret.seal(plain, seal(job, owner, scopes));
    storage.putIfAbsent(place(job, scopes), new ByteArrayInputStream(sealed), sealed.length);
  }

  @Override
  public String token(JobRef job, Owner owner, Set<String> scopes) {
    Exchange.Token token = kept(job, owner, names(scopes)).orElseThrow(Delegations::nothingLent);
    if (!clock.instant().plus(MARGIN).isBefore(token.expiresAt())) {
      throw new Expired(
          "what the owner of this job has lent it expired at "
              + token.expiresAt()
              + ". Submit it again.");
    }
    log.atInfo()
        .addKeyValue("job", job)
        .addKeyValue("owner", owner.name())
        .addKeyValue("scopes", names(scopes))
        .log("a tool acts for the owner");
    return token.value();
  }

  private static NotDelegated nothingLent() {
    return new NotDelegated(
        "The owner of this job has lent it nothing: it did not come over HTTP from somebody who"
            + " had signed in with a token. Submit it so.");
  }

  private Optional<Exchange.Token> kept(JobRef job, Owner owner, String scopes) {
    return read(place(job, scopes))
        .flatMap(bytes -> secret.unseal(bytes, seal(job, owner, scopes)))
        .map(plain -> new String(plain, StandardCharsets.UTF_8).split("\n", 2))
        .map(parts -> new Exchange.Token(parts[1], Instant.parse(parts[0])));
  }

  private Optional<byte[]> read(String name) {
    return storage
        .open(name, 0, Long.MAX_VALUE)
        .map(
            content -> {
              try (InputStream in = content) {
                return in.readAllBytes();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static String place(JobRef job, String scopes) {
    return Layout.delegations(job) + Digest.sha256(scopes.getBytes(StandardCharsets.UTF_8));
  }

  private static String[] seal(JobRef job, Owner owner, String scopes) {
    return new String[] {"delegation", job.toString(), owner.name(), scopes};
  }

  private static String names(Set<String> scopes) {
    return String.join(" ", new TreeSet<>(scopes));
  }
}
