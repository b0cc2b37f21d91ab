package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens on Ctrl-C; that it is on Ctrl-C is shown by real processes. */
class InterruptionTest {
  private final StringWriter err = new StringWriter();
  private final AtomicInteger closed = new AtomicInteger();
  private StubServer server;
  private JobClient client;
  private Interruption interruption;

  @BeforeEach
  void start() throws IOException {
    server = new StubServer().on("POST /v1/jobs/j1/cancel", 202, "{}");
    client = new JobClient(server.address());
    var place =
        new Host.Server() {
          @Override
          public URI address() {
            return server.address();
          }

          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };
    interruption = new Interruption(client, place, new PrintWriter(err, true));
  }

  @AfterEach
  void stop() {
    interruption.close();
    client.close();
    server.close();
  }

  @Test
  void a_job_that_is_just_being_submitted_is_canceled_when_it_has_an_id() throws Exception {
    var hook = Thread.ofVirtual().start(interruption::interrupted);

    interruption.cancels("j1");

    assertThat(hook.join(Duration.ofSeconds(20))).isTrue();
    assertThat(server.asked.getFirst().what()).isEqualTo("POST /v1/jobs/j1/cancel");
    assertThat(err.toString()).isEqualTo("Canceled the job j1." + System.lineSeparator());
    assertThat(closed).hasValue(1);
  }

  @Test
  void a_job_that_cannot_be_canceled_now_is_named_with_how_to_do_it() {
    server.on("POST /v1/jobs/j1/cancel", 503, "{}");
    interruption.cancels("j1");

    interruption.interrupted();

    assertThat(err.toString()).contains("curl -X POST " + server.address() + "/v1/jobs/j1/cancel");
    assertThat(closed).hasValue(1);
  }

  @Test
  void what_was_never_submitted_is_not_canceled() {
    interruption.close();

    interruption.interrupted();

    assertThat(server.asked).isEmpty();
    assertThat(err.toString()).isEmpty();
    assertThat(closed).hasValue(1);
  }
}
