package dev.millrace.http.view;

import dev.millrace.intake.Results;
import dev.millrace.journal.JobLog;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Jobs as JSON: what a result says, and for a job on its own its steps as well. */
@Singleton
public final class JobViews {
  private final Results results;
  private final ObjectMapper json;

  public JobViews(Results results, ObjectMapper json) {
    this.results = results;
    this.json = json;
  }

  /** A job with its steps. */
  public byte[] full(JobLog job) {
    try {
      var teller = new StepTeller();
      var steps = job.state().steps().stream().map(teller::tell).toList();
      var fields = new LinkedHashMap<String, JsonNode>();
      for (Map.Entry<String, JsonNode> field : brief(job).entries()) {
        if (field.getKey().equals("artifacts")) {
          fields.put("steps", json.writeValueToTree(steps));
        }
        fields.put(field.getKey(), field.getValue());
      }
      return json.writeValueAsBytes(JsonNode.createObjectNode(fields));
    } catch (IOException e) {
      throw new UncheckedIOException("a job that cannot be written as JSON", e);
    }
  }

  /** The files that its steps have left behind. */
  public JsonNode artifacts(JobLog job) {
    return Objects.requireNonNull(brief(job).get("artifacts"));
  }

  /** A job without its steps. */
  public JsonNode brief(JobLog job) {
    try {
      return Objects.requireNonNull(
          json.readValue(results.standing(job.job(), job.state()), JsonNode.class));
    } catch (IOException e) {
      throw new UncheckedIOException("a result that cannot be read as JSON", e);
    }
  }
}
