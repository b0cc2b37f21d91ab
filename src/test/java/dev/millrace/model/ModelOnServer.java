package dev.millrace.model;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.AccessToken;
import dev.millrace.Json;
import dev.millrace.SettableClock;
import dev.millrace.ToldPauses;
import dev.millrace.job.Message;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.ToolSpec;
import dev.millrace.model.openai.Connections;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reactor.core.publisher.Mono;

/** A model of a kind, set up as settings would, on a server that plays along. */
abstract class ModelOnServer {
  private static final Connections CONNECTIONS = new Connections();
  static final Duration LONG = ofSeconds(60);
  static final String SECRET = "geheim-7f3a";
  static final ToolSpec TOOL = new ToolSpec("run_python", "Runs Python.", Map.of("type", "object"));

  final SettableClock clock = new SettableClock();
  final ToldPauses pauses = new ToldPauses(clock);
  final AtomicInteger tokens = new AtomicInteger();
  ScriptedServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ScriptedServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  abstract ModelKind kind();

  /** Below the server's own address. */
  abstract URI endpoint(URI server);

  abstract String target();

  abstract void assertSignedIn(ScriptedServer.Asked asked);

  String key() {
    return SECRET;
  }

  final LanguageModel model() {
    return model(LONG, LONG, 4);
  }

  final LanguageModel model(Duration timeout, Duration stall, int concurrent) {
    var setup =
        new ModelSetup(
            "mine",
            "millrace.models.mine",
            kind(),
            endpoint(server.address()),
            "gpt-4o",
            key(),
            "2024-10-21",
            128_000,
            true,
            0.5,
            concurrent,
            timeout,
            stall,
            ofSeconds(100),
            "");
    var means =
        new Models.Means(
            CONNECTIONS,
            () -> context -> Mono.just(token()),
            Path.of("."),
            Json.MAPPER,
            clock,
            pauses,
            () -> 0);
    return new Models(List.of(setup), "mine", means).find("mine").orElseThrow();
  }

  private AccessToken token() {
    return new AccessToken(
        SECRET + tokens.incrementAndGet(),
        OffsetDateTime.ofInstant(clock.instant().plusSeconds(3600), ZoneOffset.UTC));
  }

  static Prompt sum() {
    return Prompt.of(List.of(Message.system("Be brief."), Message.user("two and two?")));
  }

  static Prompt withTool(Message... messages) {
    return new Prompt(List.of(messages), List.of(), List.of(TOOL), null, null);
  }

  static Reply.Answer answer(Reply reply) {
    assertThat(reply).isInstanceOf(Reply.Answer.class);
    return (Reply.Answer) reply;
  }
}
