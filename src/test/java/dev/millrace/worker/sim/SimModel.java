package dev.millrace.worker.sim;

import dev.millrace.job.Message;
import dev.millrace.job.ToolCall;
import dev.millrace.job.Usage;
import dev.millrace.model.LanguageModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A model that plays the script in a job's message. */
final class SimModel implements LanguageModel {
  private final Sim sim;
  private final Faults faults;
  private final Orders orders;
  private final History history;
  boolean down;

  /** Whether answers are of one length, however much was said before. */
  boolean terse;

  SimModel(Sim sim, Faults faults, History history, Orders orders) {
    this.sim = sim;
    this.faults = faults;
    this.orders = orders;
    this.history = history;
  }

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public Reply reply(Prompt prompt, Words words) {
    List<Message> messages = prompt.messages();
    String asked =
        messages.stream()
            .filter(message -> message.role() == Message.Role.USER)
            .toList()
            .getLast()
            .text();
    Script script = Script.parse(asked);
    int turn = script.stepsSaid(messages);
    sim.pause(faults.latency());
    int number = faults.before("model " + script.name() + " " + turn);
    if (down || faults.trouble()) {
      throw faults.unavailable("the model is away");
    }
    var call =
        new History.Call(script.name(), "turn " + turn, sim.current().delivery, sim.millis());
    history.modelCalls.add(call);
    orders.beginning("model called for " + script.name());
    if (script.poison()) {
      history.kills.merge(script.name(), 1, Integer::sum);
      sim.crash(sim.current().proc);
      sim.alive();
    }
    sim.pause(thinking());
    if (sim.current().interrupted) {
      throw faults.unavailable("interrupted");
    }
    call.answered = true;
    faults.after(number);
    return answer(script, turn, messages);
  }

  private Duration thinking() {
    if (!faults.active()) {
      return Duration.ofMillis(10);
    }
    return Duration.ofMillis(
        faults.chance(0.03)
            ? 70_000
            : faults.chance(0.2) ? sim.random.nextInt(40_000) : sim.random.nextInt(2_000));
  }

  private Reply answer(Script script, int turn, List<Message> messages) {
    int calls = turn < script.toolCalls().size() ? script.toolCalls().get(turn) : 0;
    var toolCalls = new ArrayList<ToolCall>();
    for (int i = 0; i < calls; i++) {
      String tool = i % 2 == 0 ? SimTools.PYTHON : SimTools.MAIL;
      toolCalls.add(
          ToolCall.of("call-" + i, tool, Map.of("code", script.name() + "." + turn + "." + i)));
    }
    String text =
        terse
            ? "so be it"
            : calls == 0
                ? script.name() + " done after " + Script.before(messages)
                : "thinking " + turn;
    return new Reply.Answer(Message.assistant(text, toolCalls), new Usage(10, 1), null);
  }
}
