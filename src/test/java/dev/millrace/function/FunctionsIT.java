package dev.millrace.function;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.storage.blob.models.BlobItem;
import dev.millrace.Json;
import io.micronaut.json.tree.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The staged folder at work, from what a host hands over to what a host and others see of it. */
class FunctionsIT {
  private static final String JSON = "application/json";
  private static final String COPY =
      """
      Copy it.
      ```python
      data = open('raw.bin', 'rb').read()
      open('copy.bin', 'wb').write(data)
      print(len(data))
      ```
      """;

  @TempDir static Path folder;
  private static HostedMill mill;

  @BeforeAll
  static void start() throws Exception {
    mill = HostedMill.start(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    if (mill != null) {
      mill.close();
    }
  }

  @Test
  void a_job_comes_in_by_http_runs_from_the_queue_and_ends_on_the_topic() throws Exception {
    byte[] raw = new byte[70_000];
    new Random(7).nextBytes(raw);
    HostAnswer uploaded = mill.upload(raw);
    assertThat(uploaded.getStatusCode()).as(uploaded.text()).isEqualTo(201);
    String upload = json(uploaded).get("id").getStringValue();

    HostAnswer submitted =
        submit(
            "{\"message\": %s, \"files\": [{\"name\": \"raw.bin\", \"uploadId\": \"%s\"}]}"
                .formatted(Json.MAPPER.writeValueAsString(COPY), upload),
            "prefer",
            "respond-async, wait=5");
    assertThat(submitted.getStatusCode()).as(submitted.text()).isEqualTo(202);
    String self = submitted.getHeader("Location");
    mill.serveQueue();

    var result = mill.bus.takeResults("all", 1).getFirst();
    assertThat(result.getApplicationProperties()).containsEntry("status", "succeeded");
    HostAnswer job = mill.get(self + "?wait=30");
    assertThat(json(job).get("status").getStringValue()).isEqualTo("succeeded");
    assertThat(self).endsWith((String) result.getApplicationProperties().get("jobId"));
    assertThat(mill.bus.lying("jobs")).isEmpty();

    HostAnswer copy = mill.get(self + "/artifacts/copy.bin");
    assertThat(copy.getBody()).isEqualTo(raw);
    assertThat(copy.getHeader("Content-Length")).isEqualTo("70000");
    assertThat(copy.getHeader("x-content-type-options")).isEqualTo("nosniff");
    HostAnswer part = mill.get(self + "/artifacts/copy.bin", "range", "bytes=1-2");
    assertThat(part.getStatusCode()).isEqualTo(206);
    assertThat(part.bytes()).containsExactly(raw[1], raw[2]);
    HostAnswer head = mill.http("HEAD", self + "/artifacts/copy.bin", new byte[0]);
    assertThat(head.getHeader("Content-Length")).isEqualTo("70000");
    HostAnswer known = mill.get(self, "if-none-match", "\"other\", " + job.getHeader("ETag"));
    assertThat(known.getStatusCode()).isEqualTo(304);
    assertThat(mill.get(self + "/artifacts.zip").bytes()).startsWith('P', 'K');
    assertThat(mill.get("/v1/jobs?limit=1&status=succeeded").text()).contains(self);
  }

  @Test
  void events_are_not_to_be_had_where_answers_are_collected() throws Exception {
    String self = submit("{\"message\": \"What is 6 times 7?\"}").getHeader("Location");
    mill.serveQueue();

    HostAnswer events = mill.get(self + "/events", "accept", "text/event-stream");

    assertThat(events.getStatusCode()).isEqualTo(406);
    assertThat(events.getHeader("Content-Type")).isEqualTo("application/problem+json");
    assertThat(mill.bus.takeResults("all", 1)).hasSize(1);
  }

  @Test
  void a_message_of_which_its_sender_said_nothing_runs_and_what_he_said_is_seen() throws Exception {
    mill.bus.send("jobs", new ServiceBusMessage("{\"message\": \"What is 1 plus 1?\"}"));
    mill.serveQueue();
    var plain = mill.bus.takeResults("all", 1).getFirst();
    mill.bus.send(
        "jobs",
        new ServiceBusMessage("{\"message\": \"What is 2 plus 2?\"}")
            .setMessageId("m-1")
            .setCorrelationId("order-77"));
    mill.serveQueue();

    var correlated = mill.bus.takeResults("all", 1).getFirst();
    assertThat(plain.getApplicationProperties()).containsEntry("status", "succeeded");
    assertThat(correlated.getCorrelationId()).isEqualTo("order-77");
  }

  @Test
  void what_nobody_can_read_is_kept_under_rejected_and_settled() throws Exception {
    mill.bus.send("jobs", new ServiceBusMessage("nonsense").setMessageId("a/../b"));
    mill.serveQueue();
    mill.bus.send("jobs", new ServiceBusMessage(new byte[] {(byte) 0xff, 0}));
    mill.serveQueue();

    var kept =
        mill.container().listBlobs().stream()
            .map(BlobItem::getName)
            .filter(name -> name.startsWith("rejected/jobs/"))
            .toList();
    assertThat(kept).hasSize(2);
    assertThat(kept).anySatisfy(name -> assertThat(read(name)).contains("\"body\":\"nonsense\""));
    assertThat(kept).anySatisfy(name -> assertThat(read(name)).contains("\"base64\":\"/wA=\""));
    assertThat(kept).allSatisfy(name -> assertThat(read(name)).contains("malformed"));
    assertThat(mill.bus.lying("jobs")).isEmpty();
    assertThat(mill.bus.lyingDead("jobs")).isEmpty();
  }

  @Test
  void a_message_that_is_settled_already_is_nothing_to_do() throws Exception {
    mill.functions.call(
        "jobs",
        java.util.Map.of("message", new byte[0]),
        java.util.Map.of("SequenceNumber", 999_999L));
  }

  @Test
  void the_timer_sweeps() throws Exception {
    mill.sweep();
  }

  @Test
  void a_form_with_a_text_is_taken_and_one_with_other_bytes_is_refused_and_told_why()
      throws Exception {
    HostAnswer text = form("Jan,10\nÄ,2".getBytes(UTF_8));
    assertThat(text.getStatusCode()).as(text.text()).isEqualTo(202);
    mill.serveQueue();
    assertThat(mill.bus.takeResults("all", 1)).hasSize(1);

    HostAnswer other = form(new byte[] {(byte) 0x89, 'P', 'N', 'G', (byte) 0xff});
    assertThat(other.getStatusCode()).isEqualTo(415);
    assertThat(other.text()).contains("/v1/uploads", "application/octet-stream");
    HostAnswer sameLength = form(new byte[] {(byte) 0xf0, (byte) 0x9f, (byte) 0x98});
    assertThat(sameLength.getStatusCode()).isEqualTo(415);
  }

  @Test
  void a_body_of_unknown_length_is_not_taken_for_an_empty_one() throws Exception {
    HostAnswer answer =
        mill.http(
            "POST",
            "/v1/jobs",
            "{\"message\": \"hello\"}".getBytes(UTF_8),
            "content-type",
            JSON,
            "transfer-encoding",
            "chunked");

    assertThat(answer.getStatusCode()).isEqualTo(400);
    assertThat(answer.text()).contains("Content-Length");
  }

  @Test
  void one_key_is_one_job_also_when_its_header_was_taken_apart() throws Exception {
    String first = keyed("k 1").getHeader("Location");
    String again = keyed("k 1").getHeader("Location");
    mill.serveQueue();
    assertThat(mill.bus.takeResults("all", 1)).hasSize(1);

    assertThat(again).isEqualTo(first);
    assertThat(keyed("k,1").getStatusCode()).isEqualTo(400);
  }

  @Test
  void problems_and_health_are_as_in_our_own_server() throws Exception {
    HostAnswer unknown = mill.get("/v1/jobs/nobody");
    HostAnswer nowhere = mill.get("/nowhere");
    HostAnswer wrong = submit("{\"limits\": {\"turns\": 0}}");

    assertThat(unknown.getStatusCode()).isEqualTo(404);
    assertThat(unknown.getHeader("Retry-After")).isNotNull();
    assertThat(nowhere.getStatusCode()).isEqualTo(404);
    assertThat(nowhere.getHeader("Content-Type")).isEqualTo("application/problem+json");
    assertThat(wrong.getStatusCode()).isEqualTo(400);
    assertThat(json(wrong).get("errors").size()).isGreaterThan(1);
    assertThat(mill.get("/health/liveness").getStatusCode()).isEqualTo(200);
    HostAnswer ready = mill.get("/health/readiness");
    assertThat(ready.getStatusCode()).as(ready.text()).isEqualTo(200);
  }

  @Test
  void without_settings_the_first_call_says_at_once_what_to_mend() throws Exception {
    String key = "millrace.bus.connection-string";
    String bus = System.clearProperty(key);
    String pool = System.clearProperty("millrace.sessions.local.python");
    try (var functions = StagedFunctions.load()) {
      assertThatThrownBy(
              () -> functions.call("sweep", java.util.Map.of("timer", "{}"), java.util.Map.of()))
          .hasMessageContaining("MILLRACE_BUS_NAMESPACE")
          .hasMessageContaining("MILLRACE_SESSIONS_ENDPOINT");
    } finally {
      System.setProperty(key, bus);
      System.setProperty("millrace.sessions.local.python", pool);
    }
  }

  private static HostAnswer submit(String request, String... headers) throws Exception {
    String[] all = new String[headers.length + 2];
    all[0] = "content-type";
    all[1] = JSON;
    System.arraycopy(headers, 0, all, 2, headers.length);
    return mill.http("POST", "/v1/jobs", request.getBytes(UTF_8), all);
  }

  private static HostAnswer keyed(String key) throws Exception {
    return submit("{\"message\": \"What is 3 plus 3?\"}", "idempotency-key", key);
  }

  private static HostAnswer form(byte[] file) throws Exception {
    var body = new ByteArrayOutputStream();
    body.write(
        """
        --x\r
        Content-Disposition: form-data; name="message"\r
        \r
        Look at it.\r
        --x\r
        Content-Disposition: form-data; name="file"; filename="a.csv"\r
        \r
        """
            .getBytes(UTF_8));
    body.write(file);
    body.write("\r\n--x--\r\n".getBytes(UTF_8));
    return mill.http(
        "POST", "/v1/jobs", body.toByteArray(), "content-type", "multipart/form-data; boundary=x");
  }

  private static String read(String blob) {
    return mill.container().getBlobClient(blob).downloadContent().toString();
  }

  private static JsonNode json(HostAnswer answer) throws IOException {
    return Json.MAPPER.readValue(answer.text(), JsonNode.class);
  }
}
