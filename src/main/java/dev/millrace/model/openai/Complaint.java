package dev.millrace.model.openai;

import static dev.millrace.model.openai.Tree.at;
import static dev.millrace.model.openai.Tree.text;

import io.micronaut.json.tree.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a server says is wrong, in the several ways in which servers say it. */
record Complaint(String code, String param, String message, @Nullable JsonNode inner) {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
  private static final Pattern TOO_LONG =
      Pattern.compile(
          "context[ _](length|window|size)|maximum context|prompt is too long|too many (input"
              + " )?tokens|exceeds? the (model's )?(available |maximum )?(context|input)");

  /** Whatever the body of a refusal, or an event of a stream, says about an error. */
  static Complaint in(@Nullable JsonNode body) {
    JsonNode error = at(body, "error");
    if (error == null) {
      return new Complaint(text(at(body, "code")), "", text(at(body, "message")), null);
    }
    if (error.isString()) {
      return new Complaint("", "", text(error), null);
    }
    String code = text(at(error, "code"));
    return new Complaint(
        code.isEmpty() ? text(at(error, "type")) : code,
        text(at(error, "param")),
        text(at(error, "message")),
        at(error, "innererror"));
  }

  boolean ofFilter() {
    return code.equals("content_filter")
        || text(at(inner, "code")).equals("ResponsibleAIPolicyViolation");
  }

  /** The categories that a filter names. */
  String filtered() {
    var names = new TreeSet<String>();
    JsonNode categories = at(inner, "content_filter_result");
    if (categories != null && categories.isObject()) {
      categories
          .entries()
          .forEach(
              category -> {
                JsonNode filtered = at(category.getValue(), "filtered");
                if (filtered != null
                    && filtered.isBoolean()
                    && filtered.getBooleanValue()
                    && WORD.matcher(category.getKey()).matches()) {
                  names.add(category.getKey());
                }
              });
    }
    return names.isEmpty() ? "" : " (" + String.join(", ", names) + ")";
  }

  boolean ofLength() {
    return code.equals("context_length_exceeded")
        || TOO_LONG.matcher(message.toLowerCase(Locale.ROOT)).find();
  }

  boolean ofQuota() {
    return code.equals("insufficient_quota");
  }

  /** The part of a request that the server cannot do with, where it can be left out. */
  Optional<String> optional() {
    return ChatRequest.OPTIONAL.stream()
        .filter(name -> param.startsWith(name) || message.contains(name))
        .findFirst();
  }

  /** The one thing that may be shown: a message may repeat a prompt, or a key. */
  String shown() {
    return WORD.matcher(code).matches() ? ", " + code : "";
  }
}
