package dev.millrace.model.openai;

import static dev.millrace.model.openai.Tree.at;
import static dev.millrace.model.openai.Tree.list;
import static dev.millrace.model.openai.Tree.number;
import static dev.millrace.model.openai.Tree.text;

import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel.Reply;
import dev.millrace.model.LanguageModel.Words;
import dev.millrace.model.waiting.Busy;
import io.micronaut.json.tree.JsonNode;
import io.micronaut.serde.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An answer as it grows, from pieces of a stream or from one piece. */
final class ChatReply {
  private final ObjectMapper json;
  private final Words words;
  private final StringBuilder said = new StringBuilder();
  private final StringBuilder refusal = new StringBuilder();
  private final List<Call> calls = new ArrayList<>();
  private final Map<Long, Call> byIndex = new HashMap<>();
  private boolean chosen;
  private String finish = "";
  private Usage usage = Usage.NONE;

  ChatReply(ObjectMapper json, Words words) {
    this.json = json;
    this.words = words;
  }

  void take(JsonNode piece) {
    JsonNode counted = at(piece, "usage");
    if (counted != null) {
      usage =
          new Usage(number(at(counted, "prompt_tokens")), number(at(counted, "completion_tokens")));
    }
    for (JsonNode choice : list(at(piece, "choices"))) {
      if (number(at(choice, "index")) == 0) { // nobody asked for a second one
        chosen = true;
        JsonNode delta = at(choice, "delta");
        add(delta == null ? at(choice, "message") : delta, delta == null);
        String how = text(at(choice, "finish_reason"));
        finish = how.isEmpty() ? finish : how;
      }
    }
  }

  private void add(@Nullable JsonNode message, boolean whole) {
    String more = content(at(message, "content"));
    if (!more.isEmpty()) {
      said.append(more);
      words.said(more);
    }
    refusal.append(text(at(message, "refusal")));
    for (JsonNode call : list(at(message, "tool_calls"))) {
      of(call, whole).add(call);
    }
  }

  /** A text, or parts of which some are texts. */
  private static String content(@Nullable JsonNode content) {
    var text = new StringBuilder(text(content));
    list(content).forEach(part -> text.append(text(at(part, "text"))));
    return text.toString();
  }

  /** Servers differ in whether they number the calls, and some give each the number 0. */
  private Call of(JsonNode piece, boolean whole) {
    String id = text(at(piece, "id"));
    JsonNode index = at(piece, "index");
    Call known =
        index == null ? (calls.isEmpty() ? null : calls.getLast()) : byIndex.get(number(index));
    boolean other = known != null && !id.isEmpty() && !known.id.isEmpty() && !id.equals(known.id);
    boolean unnumbered = index == null && !id.isEmpty();
    if (known != null && !whole && !other && !unnumbered) {
      return known;
    }
    var call = new Call();
    calls.add(call);
    if (index != null) {
      byIndex.put(number(index), call);
    }
    return call;
  }

  /**
   * What it has come to.
   *
   * @throws Busy when it broke off before its end, or never began
   */
  Reply finished() throws Busy {
    if (finish.equals("content_filter")) {
      return new Reply.Refused("the content filter of the model stopped its answer");
    }
    if (!refusal.isEmpty()) {
      return new Reply.Refused("the model refused: " + refusal);
    }
    if (!chosen) {
      throw Busy.once("it answered without an answer", null);
    }
    if (finish.isEmpty()) {
      throw Busy.once("its answer broke off", null);
    }
    var wishes = new ArrayList<ToolCall>();
    for (Call call : calls) {
      wishes.add(call.read("call_" + (wishes.size() + 1)));
    }
    return new Reply.Answer(Message.assistant(said.toString(), wishes), usage, null);
  }

  private final class Call {
    private String id = "";
    private final StringBuilder name = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();
    private @Nullable JsonNode readMade;

    void add(JsonNode piece) {
      id = id.isEmpty() ? text(at(piece, "id")) : id;
      name.append(text(at(piece, "function", "name")));
      JsonNode more = at(piece, "function", "arguments");
      arguments.append(text(more));
      readMade = more != null && more.isObject() ? more : readMade;
    }

    ToolCall read(String idIfNone) {
      String known = id.isEmpty() ? idIfNone : id;
      JsonNode read =
          readMade != null
              ? readMade
              : Tree.read(json, arguments.toString().getBytes(StandardCharsets.UTF_8));
      if (arguments.toString().isBlank() && readMade == null) {
        return ToolCall.of(known, name.toString(), Map.of());
      }
      return read != null && Tree.plain(read) instanceof Map<?, ?> map
          ? ToolCall.of(known, name.toString(), named(map))
          : ToolCall.unreadable(known, name.toString(), arguments.toString());
    }
  }

  @SuppressWarnings("unchecked") // the keys of JSON are texts
  private static Map<String, Object> named(Map<?, ?> map) {
    return (Map<String, Object>) map;
  }
}
