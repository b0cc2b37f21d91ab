package dev.millrace.http.request;

import dev.millrace.http.problem.Refusal;
import dev.millrace.job.Finding;
import dev.millrace.job.Status;
import dev.millrace.journal.JobState;
import io.micronaut.http.HttpParameters;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which jobs are to be listed, and from where on. */
public record Filter(
    @Nullable String agent,
    @Nullable Status status,
    Instant since,
    Instant until,
    int limit,
    @Nullable String continuation,
    Map<String, String> given) {
  private static final Set<String> KNOWN =
      Set.of("agent", "status", "since", "until", "limit", "continuation");

  public Filter {
    given = Map.copyOf(given);
  }

  /**
   * @throws Refusal with everything that is wrong
   */
  public static Filter of(HttpParameters parameters) {
    var findings = new ArrayList<Finding>();
    Map<String, String> given = Paging.given(parameters, KNOWN, findings);
    var filter =
        new Filter(
            given.get("agent"),
            status(given.get("status"), findings),
            instant("since", given, Instant.MIN, findings),
            instant("until", given, Instant.MAX, findings),
            Paging.limit(given.get("limit"), findings),
            given.get("continuation"),
            given);
    if (!findings.isEmpty()) {
      throw Refusal.invalid(findings);
    }
    return filter;
  }

  private static @Nullable Status status(@Nullable String word, List<Finding> findings) {
    if (word == null) {
      return null;
    }
    var found = Stream.of(Status.values()).filter(status -> status.word().equals(word)).findFirst();
    if (found.isEmpty()) {
      String words = Stream.of(Status.values()).map(Status::word).collect(Collectors.joining(", "));
      findings.add(new Finding("?status", "must be one of: " + words));
    }
    return found.orElse(null);
  }

  private static Instant instant(
      String name, Map<String, String> given, Instant otherwise, List<Finding> findings) {
    try {
      String text = given.get(name);
      return text == null ? otherwise : Instant.parse(text);
    } catch (DateTimeParseException e) {
      findings.add(new Finding("?" + name, "must be a time such as 2026-11-21T12:00:00Z"));
      return otherwise;
    }
  }

  /** Whether this job, and so everything older, came too early. */
  public boolean past(Instant createdAt) {
    return createdAt.isBefore(since);
  }

  /** Whether a job of this time may be wanted. */
  public boolean takes(Instant createdAt) {
    return createdAt.isBefore(until);
  }

  public boolean takes(JobState state) {
    return (agent == null || agent.equals(state.request().agent()))
        && (status == null || status == state.status());
  }

  /** Where the list goes on. */
  public String address(String path, String next) {
    var parameters = new TreeMap<>(given);
    parameters.put("continuation", next);
    return Paging.address(path, parameters);
  }
}
