package dev.millrace.http;

import dev.millrace.http.document.DescribedAgents;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Paging;
import dev.millrace.http.view.ConversationView;
import dev.millrace.intake.Histories;
import dev.millrace.job.Owner;
import dev.millrace.security.Caller;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Optional;

/** What was said in conversations, and how to forget it. */
@Controller("/v1/conversations")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ConversationController {
  private static final String PATH = "/v1/conversations";

  private final Desk desk;
  private final Answers answers;
  private final Histories histories;

  ConversationController(Desk desk, Answers answers, Histories histories) {
    this.desk = desk;
    this.answers = answers;
    this.histories = histories;
  }

  /** Lists conversations; the one that began last comes first. */
  @Get
  @DescribedAgents.ListConversations
  HttpResponse<byte[]> list(HttpRequest<?> request) {
    var paging = Paging.of(request.getParameters());
    Owner owner = owner(request, paging);
    var page = listing(owner, paging);
    return paged(
        ConversationView.Page.of(page, paging.next(PATH, page.next())), page.next() != null);
  }

  private Histories.Listing listing(Owner owner, Paging paging) {
    try {
      return histories.list(owner, paging.continuation(), paging.limit());
    } catch (IllegalArgumentException e) {
      throw Refusal.invalid("?continuation", "must be as the page before has named it");
    }
  }

  /** Tells what was said, turn by turn, the oldest first. */
  @Get("/{agent}/{sessionId}")
  @DescribedAgents.GetConversation
  HttpResponse<byte[]> get(HttpRequest<?> request, String agent, String sessionId) {
    var paging = Paging.of(request.getParameters());
    return histories
        .get(owner(request, paging), agent, sessionId, paging.number(), paging.limit())
        .map(
            history ->
                paged(
                    ConversationView.History.of(
                        history,
                        paging.next(
                            ConversationView.address(agent, sessionId),
                            history.next() == null ? null : history.next().toString())),
                    history.next() != null))
        .orElseThrow(ConversationController::unknown);
  }

  /** Forgets what was said, for all later turns. */
  @Post("/{agent}/{sessionId}/reset")
  @Status(HttpStatus.NO_CONTENT)
  @DescribedAgents.ResetConversation
  @Consumes(MediaType.ALL)
  HttpResponse<Void> reset(HttpRequest<?> request, String agent, String sessionId) {
    Owner owner = owner(request, Paging.of(request.getParameters()));
    if (!histories.reset(owner, agent, sessionId)) {
      throw unknown();
    }
    return HttpResponse.noContent();
  }

  /** Deletes a conversation; its jobs stay. */
  @Delete("/{agent}/{sessionId}")
  @Status(HttpStatus.NO_CONTENT)
  @DescribedAgents.DeleteConversation
  HttpResponse<Void> delete(HttpRequest<?> request, String agent, String sessionId) {
    Owner owner = owner(request, Paging.of(request.getParameters()));
    return switch (histories.delete(owner, agent, sessionId)) {
      case DELETED -> HttpResponse.noContent();
      case BUSY ->
          throw Refusal.of(
              Code.CONFLICT, "A job of the conversation is not over yet. Cancel it, or wait.");
      case UNKNOWN -> throw unknown();
    };
  }

  /** Where nobody signs in, those of a queue can be asked for as well. */
  private Owner owner(HttpRequest<?> request, Paging paging) {
    Caller caller = desk.caller(request);
    if (paging.owner() == null || paging.owner().equals(caller.owner().name())) {
      return caller.owner();
    }
    return Caller.owner(Optional.of(caller.tenant()), Optional.of(paging.owner()))
        .filter(caller::mayUse)
        .orElseThrow(ConversationController::unknown);
  }

  private static Refusal unknown() {
    return Refusal.of(Code.NOT_FOUND, "There is no conversation of this agent and name.");
  }

  private HttpResponse<byte[]> paged(ConversationView.Paged page, boolean more) {
    var answer = answers.json(HttpStatus.OK, page);
    return more ? answer.header(HttpHeaders.LINK, "<" + page.next() + ">; rel=\"next\"") : answer;
  }
}
