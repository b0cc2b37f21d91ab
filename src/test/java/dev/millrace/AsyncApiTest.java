package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.ServiceBusReceivedMessage;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.bus.TestBus;
import dev.millrace.job.JobId;
import dev.millrace.job.Message;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import dev.millrace.storage.disk.DiskStorage;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the document says of messages holds for messages: each example is sent, and answered. */
class AsyncApiTest {
  private static final String MESSAGES = "/components/messages/";

  @TempDir static Path folder;
  private static TestBus bus;
  private static DiskStorage storage;

  /** Says the same to everybody. */
  private static final LanguageModel MODEL =
      new LanguageModel() {
        @Override
        public String name() {
          return "scripted";
        }

        @Override
        public Reply reply(Prompt prompt, Words words) {
          return new Reply.Answer(Message.assistant("Four.", List.of()), new Usage(1, 1), null);
        }
      };

  /** Nobody calls it. */
  private static final Tool TOOL =
      new Tool() {
        @Override
        public String name() {
          return "none";
        }

        @Override
        public String description() {
          return "Does nothing.";
        }

        @Override
        public Map<String, Object> schema() {
          return Map.of("type", "object");
        }

        @Override
        public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
          throw new UnsupportedOperationException("nobody calls it");
        }
      };

  @BeforeAll
  static void start() {
    bus = TestBus.of(folder.resolve("bus"), "jobs", "replies");
    storage = DiskStorage.open(folder.resolve("data"), InstantSource.system());
    bus.closing(
            new TestMill(
                "w",
                bus.namespace(),
                storage,
                TestBus.queues("jobs"),
                MODEL,
                TOOL,
                TestMill.LIMITS,
                TestMill.PATIENCE))
        .start();
  }

  @AfterAll
  static void stop() throws Exception {
    bus.close();
    storage.close();
  }

  static Stream<JsonNode> requests() {
    return examples("request");
  }

  private static Stream<JsonNode> examples(String message) {
    return Stream.of(Published.ASYNCAPI.at(MESSAGES + message + "/examples"))
        .flatMap(JsonNode::valueStream);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void each_request_of_the_document_is_answered_as_it_says(JsonNode example) {
    bus.send("jobs", message(example));

    var result = bus.takeResults("all", 1).getFirst();
    JsonNode headers = example.get("headers");
    assertThat(result.getMessageId())
        .isEqualTo(
            JobId.ofMessage("default", "jobs", headers.get("messageId").asText()) + "/result");
    assertThat(result.getCorrelationId())
        .isEqualTo(headers.path("correlationId").asText(headers.get("messageId").asText()));
    assertThat(result.getApplicationProperties())
        .containsEntry(
            "stopReason", example.get("name").asText().equals("invalid") ? "invalid" : "answered");
    assertFollows(result);
    if (headers.has("replyTo")) {
      var reply = bus.take(headers.get("replyTo").asText(), 1).getFirst();
      assertThat(reply.getSessionId()).isEqualTo(headers.path("replyToSessionId").asText(null));
      assertFollows(reply);
    }
  }

  @Test
  void a_conflict_is_told_as_the_document_says() {
    bus.send("jobs", new ServiceBusMessage("{\"message\": \"one\"}").setMessageId("twice"));
    bus.takeResults("all", 1);
    bus.send("jobs", new ServiceBusMessage("{\"message\": \"two\"}").setMessageId("twice"));

    var conflict = bus.takeResults("all", 1).getFirst();
    assertThat(conflict.getApplicationProperties()).containsEntry("stopReason", "conflict");
    assertFollows(conflict);
  }

  @Test
  void a_pointer_of_the_document_makes_no_job() {
    bus.send(
        "jobs", examples("pointer").map(AsyncApiTest::message).toArray(ServiceBusMessage[]::new));

    assertThat(bus.takeDeadLetters("jobs", 1))
        .extracting(ServiceBusReceivedMessage::getDeadLetterReason)
        .containsExactly("unknown-job");
  }

  private static ServiceBusMessage message(JsonNode example) {
    JsonNode headers = example.get("headers");
    var message =
        new ServiceBusMessage(example.get("payload").toString())
            .setContentType("application/json")
            .setMessageId(headers.get("messageId").asText())
            .setSubject(headers.path("subject").asText(null))
            .setCorrelationId(headers.path("correlationId").asText(null))
            .setReplyTo(headers.path("replyTo").asText(null))
            .setReplyToSessionId(headers.path("replyToSessionId").asText(null));
    Optional.ofNullable(headers.get("timeToLive"))
        .ifPresent(time -> message.setTimeToLive(Duration.ofMillis(time.asLong())));
    return message;
  }

  /** Body and headers, as the document has them. */
  private static void assertFollows(ServiceBusReceivedMessage result) {
    ObjectNode headers = new ObjectMapper().valueToTree(result.getApplicationProperties());
    headers.put("messageId", result.getMessageId());
    headers.put("subject", result.getSubject());
    headers.put("correlationId", result.getCorrelationId());
    String described = MESSAGES + "result/headers";
    assertThat(Published.faults("asyncapi#" + described, headers.toString())).isEmpty();
    assertThat(headers.fieldNames())
        .toIterable()
        .allMatch(name -> Published.ASYNCAPI.at(described + "/properties").has(name));
    assertThat(
            Published.faults(
                "asyncapi#" + MESSAGES + "result/payload", result.getBody().toString()))
        .isEmpty();
  }
}
