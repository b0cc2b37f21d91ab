package dev.millrace.bus;

import dev.millrace.job.Finding;
import io.micronaut.json.tree.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The names by which earlier systems and their peers know the fields of a request. Several for one
 * field may stand side by side as long as they say the same.
 *
 * @param written for each field that does not stand under its own name: the one it stands under
 * @param used all old names in the request
 * @param contradictions what is wrong with those that say different things
 */
record OldNames(Map<String, String> written, List<String> used, List<Finding> contradictions) {
  static final OldNames NONE = new OldNames(Map.of(), List.of(), List.of());

  /** Says that the sender wants the end of the job in the answer, as far as there is one. */
  static final String WAIT = "waitForResponse";

  /** Says the opposite. */
  static final String BACKGROUND = "background";

  private static final Map<String, List<String>> NAMES = names();

  private static Map<String, List<String>> names() {
    var names = new LinkedHashMap<String, List<String>>();
    names.put("message", List.of("prompt", "input"));
    names.put("sessionId", List.of("session_id", "sessionKey", "conversation_id", "thread_id"));
    names.put("responseSchema", List.of("response_schema", "response_format"));
    names.put("tools", List.of("enable_tool_calls"));
    names.put("correlationId", List.of("correlation_id", "custom_id", "clientToken"));
    names.put(WAIT, List.of("wait_for_response", "wait"));
    return names;
  }

  static OldNames in(JsonNode request) {
    var written = new LinkedHashMap<String, String>();
    var used = new ArrayList<String>();
    var contradictions = new ArrayList<Finding>();
    NAMES.forEach(
        (field, olds) -> {
          List<String> said =
              Stream.concat(Stream.of(field), olds.stream())
                  .filter(name -> says(request, name))
                  .toList();
          said.stream().filter(olds::contains).forEach(used::add);
          said.stream()
              .filter(name -> !same(request, name, said.getFirst()))
              .map(name -> contradiction(name, said.getFirst()))
              .forEach(contradictions::add);
          if (!said.isEmpty() && !said.getFirst().equals(field)) {
            written.put(field, said.getFirst());
          }
        });
    if (says(request, BACKGROUND)) {
      used.add(BACKGROUND);
    }
    return new OldNames(written, used, contradictions);
  }

  /** As the sender has written it. */
  String written(String field) {
    return written.getOrDefault(field, field);
  }

  /** What a sender is told who used an old name. */
  List<String> remarks() {
    return used.stream()
        .map(
            old ->
                "%s is an old name of %s"
                    .formatted(old, old.equals(BACKGROUND) ? WAIT : today(old)))
        .toList();
  }

  private static String today(String old) {
    return NAMES.entrySet().stream()
        .filter(names -> names.getValue().contains(old))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static Finding contradiction(String name, String other) {
    return new Finding(
        "/" + name, "means the same as " + other + " and says something else; keep one of them");
  }

  private static boolean same(JsonNode request, String name, String other) {
    return Objects.equals(request.get(name), request.get(other));
  }

  private static boolean says(JsonNode request, String name) {
    JsonNode value = request.get(name);
    return value != null && !value.isNull();
  }
}
