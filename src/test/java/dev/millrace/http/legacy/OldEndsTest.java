package dev.millrace.http.legacy;

import static dev.millrace.http.legacy.OldServer.assertReply;
import static dev.millrace.http.legacy.OldServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.LocalMill;
import dev.millrace.agent.Agent;
import dev.millrace.job.Message;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What old routes answer when there is no answer so soon, or nothing at all. */
class OldEndsTest {
  private static final String ON = "test.old-ends";
  private static final CountDownLatch OVER = new CountDownLatch(1);

  private static LocalMill mill;

  /** One that thinks until the tests are over. */
  @Factory
  @Requires(property = ON)
  static final class Slow {
    @Singleton
    @Named("slow")
    Agent slow() {
      return new Agent("slow", new Model(), "", List.of());
    }
  }

  private static final class Model implements LanguageModel {
    @Override
    public String name() {
      return "slow";
    }

    @Override
    public Reply reply(Prompt prompt, Words words) {
      try {
        OVER.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new Reply.Answer(Message.assistant("Late.", List.of()), new Usage(1, 1), null);
    }
  }

  @BeforeAll
  static void start() {
    mill =
        LocalMill.start(
            Map.of(
                ON,
                "true",
                "millrace.agent",
                "slow",
                "millrace.legacy.patience",
                "200ms",
                "millrace.legacy.health",
                "false"));
  }

  @AfterAll
  static void stop() {
    OVER.countDown();
    if (mill != null) {
      mill.close();
    }
  }

  @Test
  void the_durable_agents_tell_in_their_own_shape_that_it_takes_long() throws Exception {
    HttpResponse<String> response =
        mill.post("/api/agents/slow/run", "{\"message\": \"Hello\", \"sessionId\": \"s\"}");

    String job = json(response).get("correlationId").getStringValue();
    assertReply(
        response,
        504,
        """
        {"response": "Agent is still processing or timed out...", "message": "Hello",
         "sessionId": "s", "status": "timeout", "correlationId": "%s"}
        """
            .formatted(job));
    assertThat(response.headers().firstValue("Location")).hasValue("/v1/jobs/" + job);
    assertThat(mill.get("/v1/jobs/" + job).statusCode()).isEqualTo(200);
  }

  @Test
  void the_others_say_where_the_job_is_that_goes_on() throws Exception {
    for (HttpResponse<String> response :
        List.of(
            mill.post("/chat", "{\"prompt\": \"Hello\", \"session_id\": \"a\"}"),
            mill.post("/api/chat/", "{\"prompt\": \"Hello\", \"session_id\": \"b\"}"),
            mill.get("/chat?message=Hello"),
            mill.post("/agent", "{\"message\": \"Hello\"}"))) {
      assertThat(response.statusCode()).isEqualTo(503);
      String job = json(response).get("jobId").getStringValue();
      assertThat(response.headers().firstValue("Location")).hasValue("/v1/jobs/" + job);
      assertThat(json(response).get("detail").getStringValue()).contains("The job goes on");
    }
  }

  /** The pages of earlier systems were there. */
  @Test
  void an_address_of_nothing_leads_to_where_everything_is() throws Exception {
    for (String path : List.of("/", "/ui")) {
      HttpResponse<String> response = mill.get(path);
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(json(response).get("detail").getStringValue()).contains("/docs");
    }
  }

  @Test
  void the_health_of_agents_can_be_turned_off() throws Exception {
    HttpResponse<String> response = mill.get("/api/health");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).get("detail").getStringValue())
        .isEqualTo("Nothing is at this address. What there is stands in /docs.");
  }
}
