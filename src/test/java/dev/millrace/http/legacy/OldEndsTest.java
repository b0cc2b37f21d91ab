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

/** What old routes answer when a job has no answer, or none so soon. */
class OldEndsTest {
  private static final String ON = "test.old-ends";
  private static final CountDownLatch OVER = new CountDownLatch(1);

  private static LocalMill mill;

  /** One that thinks until the tests are over, and one that will not. */
  @Factory
  @Requires(property = ON)
  static final class Difficult {
    @Singleton
    @Named("slow")
    Agent slow() {
      return new Agent("slow", new Model(), "", List.of());
    }

    @Singleton
    @Named("unwilling")
    Agent unwilling() {
      return new Agent("unwilling", new Model(), "", List.of());
    }
  }

  private static final class Model implements LanguageModel {
    @Override
    public String name() {
      return "difficult";
    }

    @Override
    public Reply reply(Prompt prompt, Words words) {
      if (prompt.messages().getLast().text().contains("refuse")) {
        return new Reply.Refused("It will not talk of this.");
      }
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

  @Test
  void a_job_that_fails_is_a_problem_that_names_the_reason() throws Exception {
    HttpResponse<String> response =
        mill.post("/api/agents/unwilling/run", "{\"message\": \"refuse\"}");

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(json(response).get("stopReason").getStringValue()).isEqualTo("refused");
    assertThat(json(response).get("error").getStringValue()).isEqualTo("It will not talk of this.");
  }

  @Test
  void the_health_of_agents_can_be_turned_off() throws Exception {
    HttpResponse<String> response = mill.get("/api/health");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(json(response).get("detail").getStringValue())
        .isEqualTo("Nothing is at this address.");
  }
}
