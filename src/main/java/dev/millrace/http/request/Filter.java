package dev.millrace.http.request;

import dev.millrace.http.problem.Refusal;
import dev.millrace.job.Finding;
import dev.millrace.job.Status;
import dev.millrace.journal.JobState;
import io.micronaut.http.HttpParameters;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
  private static final int USUAL = 20;
  private static final int MOST = 100;
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
    var given = new LinkedHashMap<String, String>();
    for (String name : parameters.names()) {
      if (KNOWN.contains(name)) {
        given.put(name, String.join(",", parameters.getAll(name)));
      } else {
        findings.add(
            new Finding("?" + name, "is unknown; there are: " + String.join(", ", sorted(KNOWN))));
      }
    }
    var filter =
        new Filter(
            given.get("agent"),
            status(given.get("status"), findings),
            instant("since", given, Instant.MIN, findings),
            instant("until", given, Instant.MAX, findings),
            limit(given.get("limit"), findings),
            given.get("continuation"),
            given);
    if (!findings.isEmpty()) {
      throw Refusal.invalid(findings);
    }
    return filter;
  }

  private static List<String> sorted(Set<String> words) {
    return words.stream().sorted().toList();
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

  private static int limit(@Nullable String text, List<Finding> findings) {
    String number = Objects.requireNonNullElse(text, Integer.toString(USUAL));
    if (number.matches("\\d{1,3}")) {
      int limit = Integer.parseInt(number);
      if (limit >= 1 && limit <= MOST) {
        return limit;
      }
    }
    findings.add(new Finding("?limit", "must be a number from 1 to " + MOST));
    return USUAL;
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
    var parameters = new LinkedHashMap<>(given);
    parameters.put("continuation", next);
    return parameters.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            each ->
                each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&", path + "?", ""));
  }
}
