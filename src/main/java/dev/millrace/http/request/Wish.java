package dev.millrace.http.request;

import dev.millrace.job.JobRequest;
import java.util.List;

/**
 * A request that can be done.
 *
 * @param hash tells it from another one under the same key
 * @param uploads what was sent ahead for it alone, to be forgotten once it is submitted
 */
public record Wish(JobRequest request, List<String> warnings, String hash, List<String> uploads) {}
