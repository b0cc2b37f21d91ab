package dev.millrace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;

/** The documents that a server publishes, as something that it can be held to. */
public final class Published {
  /**
   * Where the two lie beside one another, since the one refers to the other; without .yml, at which
   * the validator would look for a reader of YAML.
   */
  private static final String HERE = "https://millrace.test/";

  public static final JsonNode OPENAPI = read("META-INF/swagger/openapi.yml");
  public static final JsonNode ASYNCAPI = read("asyncapi.yml");

  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12,
          builder ->
              builder.schemas(
                  Map.of(
                      HERE + "openapi", OPENAPI.toString(),
                      HERE + "asyncapi", ASYNCAPI.toString().replace("openapi.yml#", "openapi#"))));

  private Published() {}

  private static JsonNode read(String resource) {
    return new ObjectMapper().valueToTree(Yaml.read(resource));
  }

  /**
   * Where a text in JSON does not follow a schema.
   *
   * @param schema as in {@code openapi#/components/schemas/Job}
   */
  public static List<String> faults(String schema, String json) {
    return SCHEMAS
        .getSchema(SchemaLocation.of(HERE + schema))
        .validate(json, InputFormat.JSON)
        .stream()
        .map(error -> error.getInstanceLocation() + " " + error.getMessage())
        .toList();
  }

  /** The thing itself, where a reference within its document stands for it. */
  public static JsonNode resolved(JsonNode document, JsonNode node) {
    JsonNode reference = node.path("$ref");
    return reference.isMissingNode() ? node : document.at(reference.asText().substring(1));
  }
}
