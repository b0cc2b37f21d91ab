package dev.millrace.tool.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.AbsoluteIri;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.millrace.job.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A schema that values are checked against. It loads nothing from anywhere: a reference leads to
 * the schema itself, or the schema is refused. Safe for use by many threads.
 */
public final class JsonSchema {
  private static final int MOST_FINDINGS = 20;
  private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Schema schema;

  private JsonSchema(Schema schema) {
    this.schema = schema;
  }

  /**
   * @throws IllegalArgumentException when it is no schema, with what is wrong
   */
  public static JsonSchema of(Map<String, Object> schema) {
    JsonNode node = JSON.valueToTree(schema);
    try {
      var registry =
          SchemaRegistry.withDefaultDialect(
              SpecificationVersion.DRAFT_2020_12,
              builder ->
                  builder
                      .schemaLoader(loader -> loader.block(JsonSchema::loadedFromElsewhere))
                      .schemaRegistryConfig(
                          SchemaRegistryConfig.builder()
                              .regularExpressionFactory(BoundedPattern::new)
                              .build()));
      List<Error> faults = registry.getSchema(SchemaLocation.of(DIALECT)).validate(node);
      if (!faults.isEmpty()) {
        throw new IllegalArgumentException(
            "is no JSON Schema: "
                + faults.getFirst().getInstanceLocation()
                + " "
                + faults.getFirst().getMessage());
      }
      Schema compiled = registry.getSchema(node);
      compiled.initializeValidators();
      return new JsonSchema(compiled);
    } catch (SchemaException e) {
      throw new IllegalArgumentException("is no JSON Schema: " + e.getMessage(), e);
    }
  }

  /**
   * A schema that is written as JSON.
   *
   * @throws IllegalArgumentException when it is no JSON object
   */
  public static Map<String, Object> read(String text) {
    try {
      return JSON.readValue(text, new TypeReference<LinkedHashMap<String, Object>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("is no JSON object: " + e.getOriginalMessage(), e);
    }
  }

  /** The rules of schemas themselves are in the library; all else would be fetched. */
  private static boolean loadedFromElsewhere(AbsoluteIri address) {
    return !address.toString().startsWith("https://json-schema.org/")
        && !address.toString().startsWith("http://json-schema.org/")
        && !address.toString().startsWith("classpath:");
  }

  /**
   * What a text came to.
   *
   * @param value as maps, lists and plain values; null also where there are findings
   * @param findings what is wrong with it
   */
  public record Checked(@Nullable Object value, List<Finding> findings) {
    public Checked {
      findings = List.copyOf(findings);
    }
  }

  /** What is wrong with a value; nothing, if it follows the schema. */
  public List<Finding> faults(Object value) {
    return faults(JSON.<JsonNode>valueToTree(value));
  }

  /** Reads a text, which has to be JSON and to follow the schema. */
  public Checked check(String text) {
    JsonNode node;
    try {
      node = JSON.readTree(unfenced(text));
    } catch (JsonProcessingException e) {
      return wrong("is not JSON: " + e.getOriginalMessage());
    } catch (StackOverflowError e) {
      return wrong("is nested too deeply");
    }
    if (node.isMissingNode()) {
      return wrong("is empty, where JSON has to be");
    }
    List<Finding> findings = faults(node);
    return findings.isEmpty()
        ? new Checked(JSON.convertValue(node, Object.class), List.of())
        : new Checked(null, findings);
  }

  private static Checked wrong(String problem) {
    return new Checked(null, List.of(new Finding("", problem)));
  }

  private List<Finding> faults(JsonNode value) {
    try {
      return schema.validate(value).stream()
          .limit(MOST_FINDINGS)
          .map(error -> new Finding(error.getInstanceLocation().toString(), error.getMessage()))
          .toList();
    } catch (BoundedPattern.Endless e) {
      return List.of(new Finding("", String.valueOf(e.getMessage())));
    }
  }

  /** Models like to put JSON between fences, whatever they are told. */
  private static String unfenced(String text) {
    String stripped = text.strip();
    int begin = stripped.indexOf('\n');
    return stripped.startsWith("```") && stripped.endsWith("```") && begin > 0
        ? stripped.substring(begin, stripped.length() - 3)
        : stripped;
  }
}
