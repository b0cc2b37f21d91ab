package dev.millrace.model.openai;

import com.azure.ai.openai.OpenAIAsyncClient;
import com.azure.core.http.HttpHeaderName;
import dev.millrace.job.Unavailable;
import dev.millrace.job.retry.RetryAfter;
import dev.millrace.model.LanguageModel.Prompt;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.Words;
import dev.millrace.model.waiting.Attempt;
import dev.millrace.model.waiting.Busy;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One model of one server, asked once. */
public final class ChatModel implements Attempt {
  private static final Logger log = LoggerFactory.getLogger(ChatModel.class);

  private final Target target;
  private final Wire wire;
  private final SignIn signIn;
  private final ObjectMapper json;
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();

  /**
   * Which model, and how to ask it.
   *
   * @param url of its chat completions
   * @param model or deployment
   * @param timeout of one try as a whole
   * @param stall how long an answer may fall silent
   * @param settings where a person mends what is wrong, as in {@code millrace.models.NAME}
   */
  public record Target(
      URI url,
      String model,
      @Nullable Double temperature,
      Duration timeout,
      Duration stall,
      String settings) {}

  /**
   * @param azure whether it is of Azure; everybody else has other addresses
   */
  public ChatModel(
      Target target, boolean azure, Connections connections, SignIn signIn, ObjectMapper json) {
    this.target = target;
    Supplier<OpenAIAsyncClient> client =
        azure ? connections.azure(target.url.resolve("/").toString()) : connections.compatible();
    this.wire = new Wire(client, target.url, target.model, target.timeout, target.stall);
    this.signIn = signIn;
    this.json = json;
  }

  @Override
  public Reply make(Prompt prompt, Words words) throws Busy, InterruptedException {
    var without = new HashSet<>(unknown);
    boolean again = false;
    while (true) {
      SignIn.Proof proof = signIn.now();
      switch (wire.ask(written(prompt, without), proof)) {
        case Wire.Answer.Accepted(boolean streamed, Body body) -> {
          return read(streamed, body, words);
        }
        case Wire.Answer.Refused refused -> {
          var complaint = Complaint.in(Tree.read(json, refused.body()));
          if (refused.status() == 401 && !again && signIn.refused(proof)) {
            again = true;
          } else if (!leaveOut(refused.status(), complaint, without)) {
            return judged(refused, complaint);
          }
        }
      }
    }
  }

  private byte[] written(Prompt prompt, Set<String> without) {
    try {
      return json.writeValueAsBytes(ChatRequest.of(prompt, target.temperature, without, json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Reply read(boolean streamed, Body body, Words words) throws Busy, InterruptedException {
    try (body) {
      var reply = new ChatReply(json, words);
      if (!streamed) {
        return whole(body, reply);
      }
      var events = new EventStream(body);
      for (String event = events.next(); event != null; event = events.next()) {
        JsonNode piece = Tree.read(json, event.getBytes(StandardCharsets.UTF_8));
        if (piece == null) {
          return unreadable();
        }
        Reply early = taken(reply, piece);
        if (early != null) {
          return early;
        }
      }
      return reply.finished();
    } catch (InterruptedIOException e) {
      throw interrupted(e);
    } catch (Body.Stalled e) {
      throw Busy.once(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw Wire.lost(e);
    }
  }

  private Reply whole(Body body, ChatReply reply) throws Busy, IOException {
    JsonNode whole = Tree.read(json, body.readAllBytes());
    if (whole == null) {
      return unreadable();
    }
    Reply early = taken(reply, whole);
    return early == null ? reply.finished() : early;
  }

  private static Reply unreadable() throws Busy {
    throw Busy.once("what answers there does not speak as OpenAI does", null);
  }

  private static InterruptedException interrupted(InterruptedIOException e) {
    Thread.interrupted(); // the exception says it from here on
    var interrupted = new InterruptedException();
    interrupted.initCause(e);
    return interrupted;
  }

  /** An error may come in the middle of a stream, too. */
  private static @Nullable Reply taken(ChatReply reply, JsonNode piece) throws Busy {
    if (Tree.at(piece, "error") == null) {
      reply.take(piece);
      return null;
    }
    var complaint = Complaint.in(piece);
    Reply end = ended(complaint);
    if (end == null) {
      throw Busy.once("its answer broke off with an error" + complaint.shown(), null);
    }
    return end;
  }

  private static @Nullable Reply ended(Complaint complaint) {
    if (complaint.ofFilter()) {
      return new Reply.Refused("the content filter of the model refused it" + complaint.filtered());
    }
    if (complaint.ofLength()) {
      return new Reply.TooLong("the messages are more than the model can take in");
    }
    return null;
  }

  /** A schema that was refused may be the fault of that schema; the rest is the server's. */
  private boolean leaveOut(int status, Complaint complaint, Set<String> without) {
    if (status != 400 && status != 422) {
      return false;
    }
    String part = complaint.optional().filter(name -> !without.contains(name)).orElse(null);
    if (part == null || ended(complaint) != null) {
      return false;
    }
    without.add(part);
    if (!part.equals("response_format") && unknown.add(part)) {
      log.atWarn()
          .addKeyValue("model", target.model)
          .addKeyValue("parameter", part)
          .log("the model does not take a parameter; it is left out from now on");
    }
    return true;
  }

  private Reply judged(Wire.Answer.Refused refused, Complaint complaint) throws Busy {
    int status = refused.status();
    String code = "(%d%s)".formatted(status, complaint.shown());
    if (status >= 500 || status == 408 || status == 409 || status == 425 || status == 429) {
      throw busy(refused, complaint, code);
    }
    Reply end = ended(complaint);
    if (end != null) {
      return end;
    }
    if (status == 413) {
      return new Reply.TooLong("the messages are more than the server accepts");
    }
    throw new Unavailable(
        "the model %s at %s %s"
            .formatted(target.model, target.url.getAuthority(), why(status, code)));
  }

  private Busy busy(Wire.Answer.Refused refused, Complaint complaint, String code) {
    if (complaint.ofQuota()) {
      throw new Unavailable(
          "the model %s at %s has no quota left %s. Raise it, or name another model"
              .formatted(target.model, target.url.getAuthority(), code));
    }
    Duration asked =
        RetryAfter.in(name -> refused.headers().getValue(HttpHeaderName.fromString(name)))
            .orElse(null);
    return refused.status() == 429 || asked != null
        ? Busy.everybody("it is busy " + code, asked)
        : Busy.once("it has a fault " + code, null);
  }

  private String why(int status, String code) {
    return switch (status) {
      case 401 ->
          "did not accept who asked %s. Mend %s.key, or leave it out to sign in with an identity"
              .formatted(code, target.settings);
      case 403 ->
          "may not be used by who asked %s. In Azure give the identity the role Cognitive Services OpenAI User; a new role takes some minutes"
              .formatted(code);
      case 404 ->
          "is not there %s. Mend the endpoint, and the deployment or model, of %s"
              .formatted(code, target.settings);
      default -> "refused the request %s".formatted(code);
    };
  }
}
