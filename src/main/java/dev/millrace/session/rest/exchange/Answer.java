package dev.millrace.session.rest.exchange;

import dev.millrace.job.Unavailable;
import dev.millrace.job.retry.RetryAfter;
import io.micronaut.json.tree.JsonNode;
import java.net.http.HttpHeaders;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is answered: done, or refused for a reason that the caller knows better. */
public record Answer(int status, HttpHeaders headers, @Nullable JsonNode body) {
  public boolean ok() {
    return status / 100 == 2;
  }

  public Fault fault() {
    return Fault.in(body).orElse(Fault.NONE);
  }

  /** Lets a good answer pass. */
  public Answer orRefused(String attempted) {
    if (!ok()) {
      throw new IllegalArgumentException(
          "the session pool refused to %s (%d)%s".formatted(attempted, status, fault().said()));
    }
    return this;
  }

  /** What a good answer says. */
  public JsonNode object(String attempted) {
    orRefused(attempted);
    if (body == null || !body.isObject()) {
      throw new Unavailable(
          "could not %s: what answers at the address of the session pool sends no JSON"
              .formatted(attempted));
    }
    return body;
  }

  /** This, unless it says that the pool is full; that is no answer. */
  public Answer unlessFull() throws Busy {
    if (fault().is(Fault.SESSION_LOST)) {
      throw new Busy("the session ended meanwhile", null, false, null);
    }
    if (status == 404 && fault().is(Fault.POOL_FULL)) {
      throw noRoom();
    }
    return this;
  }

  public Busy noRoom() {
    return new Busy("it has no room" + fault().said(), retryAfter(), false, null);
  }

  /** How long the pool asks to be left alone. */
  @Nullable Duration retryAfter() {
    return RetryAfter.in(name -> headers.firstValue(name).orElse(null)).orElse(null);
  }
}
