package dev.millrace.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.Published;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The published document, as something that the server can be held to. */
final class OpenApi {
  static final OpenApi PUBLISHED = new OpenApi();

  final JsonNode document = Published.OPENAPI;

  /** What can be asked for. */
  record Operation(String method, String path, JsonNode described) {
    String id() {
      return described.path("operationId").asText();
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  List<Operation> operations() {
    var all = new ArrayList<Operation>();
    document
        .get("paths")
        .forEachEntry(
            (path, methods) ->
                methods.forEachEntry(
                    (method, described) ->
                        all.add(
                            new Operation(
                                method.toUpperCase(java.util.Locale.ROOT), path, described))));
    return all;
  }

  /** The operation that a request is about; the one with the most fixed path of several. */
  Optional<Operation> operation(String method, String path) {
    var found = new TreeMap<Integer, Operation>();
    for (Operation operation : operations()) {
      String pattern =
          Pattern.compile("\\{(\\w+)}")
              .matcher(operation.path().replace(".", "\\."))
              .replaceAll(variable -> variable.group(1).equals("name") ? ".+" : "[^/]+");
      if (operation.method().equals(method) && path.matches(pattern)) {
        found.put(pattern.length(), operation);
      }
    }
    return Optional.ofNullable(found.lastEntry()).map(Map.Entry::getValue);
  }

  /** Where the answer to a request is not as described. */
  List<String> faults(Operation operation, HttpResponse<String> answer) {
    JsonNode response = resolved(operation.described().at("/responses/" + answer.statusCode()));
    if (response.isMissingNode()) {
      return List.of("nothing is said of status " + answer.statusCode());
    }
    var faults = new ArrayList<String>();
    response
        .path("headers")
        .forEachEntry(
            (name, header) -> {
              boolean required = resolved(header).path("required").asBoolean();
              if (required && answer.headers().firstValue(name).isEmpty()) {
                faults.add("the header " + name + " is missing");
              }
            });
    faults.addAll(bodyFaults(response.path("content"), answer));
    return faults;
  }

  private List<String> bodyFaults(JsonNode content, HttpResponse<String> answer) {
    String type = answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", "");
    if (content.isEmpty()) {
      return answer.body().isEmpty() ? List.of() : List.of("a body is sent");
    }
    if (content.has("*/*")) {
      return List.of();
    }
    if (!content.has(type)) {
      return List.of("nothing is said of type " + type);
    }
    return type.endsWith("json")
        ? Published.faults(
            "openapi" + content.at("/" + type.replace("/", "~1") + "/schema/$ref").asText(),
            answer.body())
        : List.of();
  }

  /** The thing itself, where a reference stands for it. */
  JsonNode resolved(JsonNode node) {
    return Published.resolved(document, node);
  }
}
