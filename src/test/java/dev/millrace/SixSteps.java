package dev.millrace;

import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A model that answers at once: two tools, then one, then the answer. */
final class SixSteps implements LanguageModel {
  volatile CountDownLatch gate = new CountDownLatch(0);
  final AtomicInteger waiting = new AtomicInteger();

  @Override
  public String name() {
    return "instant";
  }

  @Override
  public Reply reply(Prompt prompt, Words words) {
    waiting.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    long turn = prompt.messages().stream().filter(m -> !m.toolCalls().isEmpty()).count();
    var calls =
        IntStream.range(0, (int) (2 - turn))
            .mapToObj(i -> ToolCall.of("c" + i, "no_op", Map.<String, Object>of()))
            .toList();
    return new Reply.Answer(
        Message.assistant(calls.isEmpty() ? "done" : "", calls), new Usage(1, 1), null);
  }

  /** The tool that it calls. */
  static final class NoOp implements Tool {
    @Override
    public String name() {
      return "no_op";
    }

    @Override
    public String description() {
      return "Does nothing.";
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "object");
    }

    @Override
    public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
      return ToolOutcome.of("nothing");
    }
  }
}
