package dev.millrace.http.request;

import dev.millrace.bus.Reading;
import dev.millrace.job.Digest;
import dev.millrace.job.JobRequest;
import java.util.List;

/**
 * A request that can be done.
 *
 * @param manner how it was asked
 * @param hash tells it from another one under the same key
 * @param uploads what was sent ahead for it alone, to be forgotten once it is submitted
 */
public record Wish(
    JobRequest request,
    List<String> warnings,
    Reading.Manner manner,
    String hash,
    List<String> uploads) {
  /** One that was asked in words alone. */
  public static Wish of(JobRequest request, byte[] body) {
    return new Wish(request, List.of(), Reading.Manner.PLAIN, Digest.sha256(body), List.of());
  }

  /** The same, to be done in another way. */
  public Wish with(JobRequest other) {
    return with(other, manner);
  }

  Wish with(JobRequest other, Reading.Manner asked) {
    return new Wish(other, warnings, asked, hash, uploads);
  }
}
