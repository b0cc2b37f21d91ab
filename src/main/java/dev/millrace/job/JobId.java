package dev.millrace.job;

import java.time.Instant;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Names one job within its tenant. */
public record JobId(String value) implements Comparable<JobId> {
  private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final String CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

  public JobId {
    if (!SAFE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "not a job id (1 to 64 letters, digits and hyphens): " + value);
    }
  }

  /** The id of a job that came as a message, so that its producer can compute where to poll. */
  public static JobId ofMessage(String tenant, String entity, String messageId) {
    return new JobId(Digest.ofParts(16, "queue", tenant, entity, messageId));
  }

  /** The id of a job that came with an idempotency key. */
  public static JobId ofKey(Owner owner, String idempotencyKey) {
    return new JobId(Digest.ofParts(16, "http", owner.tenant(), owner.name(), idempotencyKey));
  }

  /** A new id; later ones sort after earlier ones. */
  public static JobId timeOrdered(Instant now, RandomGenerator random) {
    var text = new StringBuilder(26);
    for (int shift = 45; shift >= 0; shift -= 5) {
      text.append(CROCKFORD.charAt((int) (now.toEpochMilli() >>> shift) & 31));
    }
    while (text.length() < 26) {
      text.append(CROCKFORD.charAt(random.nextInt(32)));
    }
    return new JobId(text.toString());
  }

  @Override
  public int compareTo(JobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
