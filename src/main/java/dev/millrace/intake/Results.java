package dev.millrace.intake;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.bus.Delivery;
import dev.millrace.bus.JobResult;
import dev.millrace.bus.ResultMessage;
import dev.millrace.job.Artifact;
import dev.millrace.job.Digest;
import dev.millrace.job.Ending;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Origin;
import dev.millrace.job.StopReason;
import dev.millrace.journal.Entry;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Step;
import io.micronaut.serde.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes results: what the log keeps of an end, and the messages that tell of it. */
public final class Results {
  /**
   * A message carries at most 256 KB; values that are longer than this together lie in the store.
   */
  private static final int LARGEST_IN_MESSAGE = 200_000;

  private final ObjectMapper json;
  private final Artifacts artifacts;
  private final InstantSource clock;
  private final String topic;

  /**
   * @param topic where every result goes
   */
  public Results(ObjectMapper json, Artifacts artifacts, InstantSource clock, String topic) {
    this.json = json;
    this.artifacts = artifacts;
    this.clock = clock;
    this.topic = topic;
  }

  /** The entry that ends a job in this way. */
  public Entry.Ended ended(JobLog log, Ending ending) {
    return ended(log.job(), log.state(), ending);
  }

  Entry.Ended ended(JobRef job, JobState state, Ending ending) {
    var outbox = new ArrayList<Entry.Outbox>();
    String messageId = job.id() + "/result";
    outbox.add(new Entry.Outbox(messageId, topic));
    String replyTo = state.submitted().origin().replyTo();
    if (replyTo != null && !replyTo.equals(topic)) {
      outbox.add(new Entry.Outbox(messageId, replyTo));
    }
    return new Entry.Ended(
        ending.reason().status(), ending.reason(), text(described(job, state, ending)), outbox);
  }

  /** The message of an ended job: the same at every call. */
  ResultMessage message(JobRef job, JobState state, Entry.Outbox out) {
    Entry.Ended ended = state.ended().orElseThrow();
    JobRequest request = state.request();
    Origin origin = state.submitted().origin();
    var properties = properties(request, ended.stopReason(), job.tenant());
    properties.put("jobId", job.id().value());
    put(properties, "traceparent", origin.traceparent());
    put(properties, "tracestate", origin.tracestate());
    return new ResultMessage(
        out.messageId(),
        correlation(request, origin),
        out.target().equals(topic) ? null : origin.replyToSessionId(),
        subject(ended.stopReason()),
        properties,
        ended.result());
  }

  /** What the sender of a message hears whose id stands for another request. */
  ResultMessage conflict(Delivery.Received message, JobRef job, JobRequest request) {
    Ending ending =
        Ending.failed(
            StopReason.CONFLICT,
            "a message of this MessageId was accepted before with another body; send this one"
                + " under a MessageId of its own",
            List.of());
    var body =
        new JobResult(
            JobResult.SCHEMA,
            null,
            word(request.kind()),
            request.agent(),
            null,
            ending.reason().status().word(),
            ending.reason().word(),
            null,
            null,
            null,
            null,
            null,
            request.sessionId(),
            message.correlationId(),
            null,
            null,
            null,
            null,
            clock.instant(),
            null,
            List.of(),
            new JobResult.Used(0, 0, 0, 0, 0),
            new JobResult.Repeated(0, 0),
            ending.failure(),
            List.of(),
            request.metadata(),
            null);
    var properties = properties(request, ending.reason(), job.tenant());
    put(properties, "traceparent", message.traceparent());
    put(properties, "tracestate", message.tracestate());
    return new ResultMessage(
        job.id() + "/conflict/" + Digest.sha256(message.body()).substring(0, 16),
        Optional.ofNullable(message.correlationId()).orElse(message.identity()),
        message.replyToSessionId(),
        subject(ending.reason()),
        properties,
        text(body));
  }

  String topic() {
    return topic;
  }

  /** A job as it stands now, in JSON: the very result once it has ended. */
  public String standing(JobRef job, JobState state) {
    return state
        .ended()
        .map(Entry.Ended::result)
        .orElseGet(() -> text(described(job, state, null)));
  }

  private JobResult described(JobRef job, JobState state, @Nullable Ending ending) {
    JobRequest request = state.request();
    String answer = ending == null ? null : ending.response();
    String self = "/v1/jobs/" + job.id();
    int response = answer == null ? 0 : written(answer);
    boolean responseFits = response <= LARGEST_IN_MESSAGE;
    boolean messageFits =
        written(request.message()) + (responseFits ? response : 0) <= LARGEST_IN_MESSAGE;
    var tools =
        state.steps().stream()
            .filter(Step.Tool.class::isInstance)
            .map(Step.Tool.class::cast)
            .toList();
    int turns = state.steps().size() - tools.size();
    var usage = state.usage();
    return new JobResult(
        JobResult.SCHEMA,
        job.id().value(),
        word(request.kind()),
        request.agent(),
        state.lastAnswer().map(Step.Model::model).orElse(null),
        (ending == null ? state.status() : ending.reason().status()).word(),
        ending == null ? null : ending.reason().word(),
        messageFits ? request.message() : null,
        messageFits ? null : file(job, self, request.message()),
        responseFits ? answer : null,
        answer == null || responseFits ? null : file(job, self, answer),
        ending == null ? null : ending.structured(),
        request.sessionId(),
        correlation(request, state.submitted().origin()),
        null,
        null,
        state.createdAt(),
        state.startedAt().orElse(null),
        ending == null ? null : clock.instant(),
        state.submitted().deadline(),
        tools.stream()
            .flatMap(tool -> tool.artifacts().stream())
            .map(artifact -> product(self, artifact))
            .toList(),
        new JobResult.Used(
            usage.inputTokens(),
            usage.outputTokens(),
            turns,
            tools.size(),
            tools.stream().mapToDouble(tool -> tool.outcome().seconds()).sum()),
        new JobResult.Repeated(
            state.attempts().repeatedTurns(),
            (int) tools.stream().filter(Step.Tool::reexecuted).count()),
        ending == null ? null : ending.failure(),
        state.submitted().warnings(),
        request.metadata(),
        new JobResult.Links(
            self,
            self + "/events",
            self + "/artifacts",
            self + "/cancel",
            Optional.ofNullable(request.sessionId())
                .map(session -> "/v1/conversations/" + request.agent() + "/" + segment(session))
                .orElse(null)));
  }

  private JobResult.File file(JobRef job, String self, String text) {
    var kept = artifacts.keep(Folder.of(job), new ByteArrayInputStream(bytes(text)));
    return new JobResult.File(
        kept.sha256(), kept.size(), kept.blob(), self + "/files/" + kept.sha256());
  }

  private static JobResult.Product product(String self, Artifact artifact) {
    return new JobResult.Product(
        artifact.name(),
        artifact.mediaType(),
        artifact.size(),
        artifact.sha256(),
        artifact.step(),
        artifact.blob(),
        self + "/artifacts/" + segment(artifact.name()));
  }

  private static Map<String, Object> properties(
      JobRequest request, StopReason reason, String tenant) {
    var properties = new LinkedHashMap<String, Object>();
    properties.put("schema", JobResult.SCHEMA);
    properties.put("tenant", tenant);
    properties.put("agent", request.agent());
    properties.put("kind", word(request.kind()));
    properties.put("status", reason.status().word());
    properties.put("stopReason", reason.word());
    return properties;
  }

  private static void put(Map<String, Object> properties, String name, @Nullable String value) {
    if (value != null) {
      properties.put(name, value);
    }
  }

  private static @Nullable String correlation(JobRequest request, Origin origin) {
    return Optional.ofNullable(origin.correlationId())
        .or(() -> Optional.ofNullable(request.correlationId()))
        .or(() -> Optional.ofNullable(origin.messageId()))
        .orElse(null);
  }

  private static String subject(StopReason reason) {
    return "job." + reason.status().word();
  }

  private static String word(JobRequest.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** One segment of a path, whatever the text. */
  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** How long a text is as JSON: up to six times as long as itself. */
  private int written(String text) {
    try {
      return json.writeValueAsBytes(text).length;
    } catch (IOException e) {
      throw new UncheckedIOException("a text that cannot be written as JSON", e);
    }
  }

  private String text(JobResult result) {
    try {
      return json.writeValueAsString(result);
    } catch (IOException e) {
      throw new UncheckedIOException("a result that cannot be written as JSON", e);
    }
  }
}
