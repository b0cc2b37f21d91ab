package dev.millrace.http.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.intake.Histories;
import dev.millrace.job.Message;
import dev.millrace.journal.ConversationLog;
import io.micronaut.serde.annotation.Serdeable;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A conversation on the wire.
 *
 * @param turns how many there have been
 * @param unfinished how many jobs stand in line, the running one included
 * @param job whose turn it is
 */
@Serdeable
@JsonInclude(JsonInclude.Include.ALWAYS)
public record ConversationView(
    String agent,
    String sessionId,
    Instant createdAt,
    int turns,
    int unfinished,
    @Nullable String job,
    String self) {

  /** A part of a list, and where the next one is. */
  public sealed interface Paged {
    @Nullable String next();
  }

  /** Some conversations. */
  @Serdeable
  public record Page(
      List<ConversationView> conversations,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String next)
      implements Paged {
    public static Page of(Histories.Listing listing, @Nullable String next) {
      return new Page(listing.conversations().stream().map(ConversationView::of).toList(), next);
    }
  }

  /** A conversation and some of what was said in it. */
  @Serdeable
  public record History(
      ConversationView conversation,
      List<Turn> turns,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String next)
      implements Paged {
    public static History of(Histories.History history, @Nullable String next) {
      return new History(
          ConversationView.of(history.conversation()),
          history.turns().stream().map(Turn::of).toList(),
          next);
    }
  }

  /** What one job added. */
  @Serdeable
  public record Turn(String jobId, Instant at, List<Words> messages, StepView.Tokens usage) {
    static Turn of(ConversationLog.Said said) {
      return new Turn(
          said.job().value(),
          said.at(),
          said.messages().stream().map(Words::of).toList(),
          new StepView.Tokens(said.usage().inputTokens(), said.usage().outputTokens()));
    }
  }

  /**
   * One message.
   *
   * @param callId the call that a tool's message answers
   */
  @Serdeable
  public record Words(
      String role,
      String text,
      List<StepView.Call> toolCalls,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String callId) {
    static Words of(Message message) {
      return new Words(
          message.role().name().toLowerCase(Locale.ROOT),
          message.text(),
          message.toolCalls().stream()
              .map(call -> new StepView.Call(call.id(), call.name(), call.arguments()))
              .toList(),
          message.callId());
    }
  }

  static ConversationView of(Histories.Conversation conversation) {
    return new ConversationView(
        conversation.agent(),
        conversation.sessionId(),
        conversation.createdAt(),
        conversation.turns(),
        conversation.unfinished(),
        conversation.head() == null ? null : conversation.head().value(),
        address(conversation.agent(), conversation.sessionId()));
  }

  /** Where a conversation is. */
  public static String address(String agent, String sessionId) {
    return "/v1/conversations/" + encoded(agent) + "/" + encoded(sessionId);
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
