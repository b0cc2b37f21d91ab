package dev.millrace.http.request;

import dev.millrace.http.problem.Refusal;
import dev.millrace.job.Finding;
import io.micronaut.http.HttpParameters;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a list is wanted.
 *
 * @param owner whose; null for the caller's own
 */
public record Paging(int limit, @Nullable String continuation, @Nullable String owner) {
  static final int USUAL = 20;
  static final int MOST = 100;
  private static final Set<String> KNOWN = Set.of("limit", "continuation", "owner");

  /**
   * @throws Refusal with everything that is wrong
   */
  public static Paging of(HttpParameters parameters) {
    var findings = new ArrayList<Finding>();
    Map<String, String> given = given(parameters, KNOWN, findings);
    var paging =
        new Paging(
            limit(given.get("limit"), findings), given.get("continuation"), given.get("owner"));
    if (!findings.isEmpty()) {
      throw Refusal.invalid(findings);
    }
    return paging;
  }

  /** What the address asks for; what nobody knows is a finding. */
  static Map<String, String> given(
      HttpParameters parameters, Set<String> known, ArrayList<Finding> findings) {
    var given = new TreeMap<String, String>();
    for (String name : parameters.names()) {
      if (known.contains(name)) {
        given.put(name, String.join(",", parameters.getAll(name)));
      } else {
        String names = known.stream().sorted().collect(Collectors.joining(", "));
        findings.add(new Finding("?" + name, "is unknown; there are: " + names));
      }
    }
    return given;
  }

  static int limit(@Nullable String text, ArrayList<Finding> findings) {
    if (text == null) {
      return USUAL;
    }
    if (text.matches("\\d{1,3}")) {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MOST) {
        return limit;
      }
    }
    findings.add(new Finding("?limit", "must be a number from 1 to " + MOST));
    return USUAL;
  }

  /** The continuation where it counts what was passed over. */
  public int number() {
    if (continuation == null) {
      return 0;
    }
    if (!continuation.matches("\\d{1,9}")) {
      throw Refusal.invalid("?continuation", "must be as the page before has named it");
    }
    return Integer.parseInt(continuation);
  }

  /** Where the list goes on; null where it does not. */
  public @Nullable String next(String path, @Nullable String next) {
    if (next == null) {
      return null;
    }
    var parameters = new TreeMap<String, String>();
    parameters.put("limit", Integer.toString(limit));
    parameters.put("continuation", next);
    if (owner != null) {
      parameters.put("owner", owner);
    }
    return address(path, parameters);
  }

  static String address(String path, Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(
            each ->
                each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&", path + "?", ""));
  }
}
