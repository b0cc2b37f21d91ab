package dev.millrace.bus.servicebus;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.messaging.servicebus.ServiceBusMessage;
import dev.millrace.Golden;
import dev.millrace.Json;
import dev.millrace.bus.Pointer;
import dev.millrace.bus.ResultMessage;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What leaves, as a subscriber in any language sees it. */
class WireTest {
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final JobRef JOB =
      new JobRef("default", new JobId("17a3ed0c1c770c20eadd07d9c9d28386"));

  @Test
  void a_pointer_says_where_to_look() {
    ServiceBusMessage message = Wire.message(Pointer.again(JOB, "r1").traced(TRACE), Json.MAPPER);

    assertThat(message.getBody().toString()).isEqualTo(Golden.json("pointer.json"));
    assertThat(message.getMessageId()).isEqualTo(JOB.id() + "/again/r1");
    assertThat(message.getSubject()).isEqualTo("job.pointer");
    assertThat(message.getContentType()).isEqualTo("application/json");
    assertThat(message.getApplicationProperties())
        .containsExactlyEntriesOf(Map.of("traceparent", TRACE));
  }

  @Test
  void a_pointer_outside_of_any_trace_has_no_properties() {
    assertThat(Wire.message(Pointer.first(JOB), Json.MAPPER).getApplicationProperties()).isEmpty();
  }

  @Test
  void a_result_keeps_its_id_and_its_bytes_and_goes_to_the_session_that_was_asked_for() {
    Map<String, Object> properties = Map.of("status", "succeeded", "schema", 1, "jobId", "17a3");
    var result =
        new ResultMessage(
            JOB.id() + "/result",
            "order-77",
            "replies-of-4",
            "job.succeeded",
            properties,
            Golden.json("result-answered.json"));

    ServiceBusMessage message = Wire.message(result);

    assertThat(message.getBody().toString()).isEqualTo(Golden.json("result-answered.json"));
    assertThat(message.getMessageId()).isEqualTo(JOB.id() + "/result");
    assertThat(message.getCorrelationId()).isEqualTo("order-77");
    assertThat(message.getSessionId()).isEqualTo("replies-of-4");
    assertThat(message.getSubject()).isEqualTo("job.succeeded");
    assertThat(message.getContentType()).isEqualTo("application/json");
    assertThat(message.getApplicationProperties()).isEqualTo(properties);
  }

  @Test
  void what_a_result_does_not_have_is_not_set() {
    var message = Wire.message(new ResultMessage("m", null, null, "s", Map.of(), "{}"));

    assertThat(message.getCorrelationId()).isNull();
    assertThat(message.getSessionId()).isNull();
  }
}
