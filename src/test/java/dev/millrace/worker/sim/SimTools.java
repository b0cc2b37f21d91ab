package dev.millrace.worker.sim;

import dev.millrace.job.ToolOutcome;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Execution;
import dev.millrace.session.IdleSession;
import dev.millrace.session.LiveOutput;
import dev.millrace.session.Past;
import dev.millrace.session.SessionPool;
import dev.millrace.tool.Tool;
import dev.millrace.tool.ToolContext;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pool of sessions, and two tools: one that runs code in a session, which knows its executions,
 * and one that acts on the world each time it is called, and can be asked afterwards.
 */
final class SimTools implements SessionPool {
  static final String PYTHON = "run_python";
  static final String MAIL = "send_mail";

  /** One execution in a session, which goes on whether or not its caller lives. */
  private static final class Begun {
    final String code;
    long endsAt;

    Begun(String code, long endsAt) {
      this.code = code;
      this.endsAt = endsAt;
    }
  }

  private static final class Place {
    final Map<String, Begun> executions = new HashMap<>();
    final Instant createdAt;

    Place(Instant createdAt) {
      this.createdAt = createdAt;
    }
  }

  private final Sim sim;
  private final Faults faults;
  private final History history;
  private final Map<Holder, Place> places = new HashMap<>();
  private final Map<String, Begun> mails = new HashMap<>();
  private final Set<Holder> leftToThePool = new HashSet<>();
  boolean down;

  SimTools(Sim sim, Faults faults, History history) {
    this.sim = sim;
    this.faults = faults;
    this.history = history;
  }

  /** The sessions that are open though nothing kept anybody from releasing them. */
  List<Holder> forgotten() {
    return places.keySet().stream().filter(holder -> !leftToThePool.contains(holder)).toList();
  }

  List<Tool> tools() {
    return List.of(new Python(), new Mail());
  }

  void loseOneSession() {
    if (!places.isEmpty()) {
      var keys = List.copyOf(places.keySet());
      places.remove(keys.get(sim.random.nextInt(keys.size())));
    }
  }

  @Override
  public CodeSession session(Holder holder, Past past) {
    return new Session(holder);
  }

  private ToolOutcome perform(
      String what, Map<String, Begun> known, String executionId, String code) {
    sim.pause(faults.latency());
    int number = faults.before(what + " " + executionId);
    if (down || faults.trouble()) {
      throw faults.unavailable("the pool is away");
    }
    var call = new History.Call(executionId, what, sim.current().delivery, sim.millis());
    history.toolRuns.add(call);
    var execution = new Begun(code, sim.millis() + work());
    known.put(executionId, execution);
    ToolOutcome outcome = wait(execution, known, executionId);
    call.answered = true;
    faults.after(number);
    return outcome;
  }

  private ToolOutcome wait(Begun execution, Map<String, Begun> known, String executionId) {
    while (sim.millis() < execution.endsAt) {
      sim.pause(Duration.ofMillis(execution.endsAt - sim.millis()));
      if (sim.current().interrupted) {
        known.remove(executionId);
        throw faults.unavailable("interrupted");
      }
    }
    return ToolOutcome.of("did " + execution.code);
  }

  private long work() {
    return faults.active() ? sim.random.nextInt(faults.chance(0.1) ? 50_000 : 3_000) : 5;
  }

  private final class Session extends IdleSession {
    private final Holder holder;

    Session(Holder holder) {
      this.holder = holder;
    }

    private Place place() {
      return places.computeIfAbsent(holder, h -> new Place(sim.instant()));
    }

    @Override
    public Optional<Instant> createdAt() {
      return Optional.ofNullable(places.get(holder)).map(place -> place.createdAt);
    }

    @Override
    public Execution run(String executionId, String code, Duration limit, LiveOutput live) {
      return find(executionId, sim.instant())
          .orElseGet(() -> Execution.of(perform("python", place().executions, executionId, code)));
    }

    @Override
    public Optional<Execution> find(String executionId, Instant announced) {
      sim.pause(faults.latency());
      if (down || faults.trouble()) {
        throw faults.unavailable("the pool is away");
      }
      return Optional.ofNullable(places.get(holder))
          .map(place -> place.executions.get(executionId))
          .map(execution -> SimTools.this.wait(execution, place().executions, executionId))
          .map(Execution::of);
    }

    @Override
    public void release() {
      sim.pause(faults.latency());
      int number = faults.before("release " + holder.name());
      if (down || faults.trouble()) {
        leftToThePool.add(holder);
        throw faults.unavailable("the pool is away");
      }
      places.remove(holder);
      faults.after(number);
    }
  }

  private final class Python implements Tool {
    @Override
    public String name() {
      return PYTHON;
    }

    @Override
    public String description() {
      return "runs code";
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of();
    }

    @Override
    public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
      var outcome =
          context
              .session()
              .run(context.executionId(), arguments.get("code").toString(), Duration.ofMinutes(1))
              .outcome();
      keepFile(context);
      return outcome;
    }

    @Override
    public Optional<ToolOutcome> find(ToolContext context) {
      var found =
          context
              .session()
              .find(context.executionId(), context.announced())
              .map(Execution::outcome);
      found.ifPresent(outcome -> keepFile(context));
      return found;
    }

    private void keepFile(ToolContext context) {
      byte[] bytes = ("made by " + context.executionId()).getBytes(StandardCharsets.UTF_8);
      context.files().keep("out.txt", "text/plain", new ByteArrayInputStream(bytes));
    }
  }

  private final class Mail implements Tool {
    @Override
    public String name() {
      return MAIL;
    }

    @Override
    public String description() {
      return "acts on the world each time it is called";
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of();
    }

    @Override
    public ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
      return perform("mail", mails, context.executionId(), arguments.get("code").toString());
    }

    @Override
    public Optional<ToolOutcome> find(ToolContext context) {
      sim.pause(faults.latency());
      return Optional.ofNullable(mails.get(context.executionId()))
          .map(execution -> SimTools.this.wait(execution, mails, context.executionId()));
    }
  }
}
