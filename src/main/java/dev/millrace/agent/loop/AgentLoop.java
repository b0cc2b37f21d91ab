package dev.millrace.agent.loop;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Audience;
import dev.millrace.agent.PictureLimits;
import dev.millrace.artifact.Artifacts;
import dev.millrace.job.Ending;
import dev.millrace.journal.Claim;
import dev.millrace.journal.ConversationPast;
import dev.millrace.journal.Halt;
import dev.millrace.tool.Delegation;
import dev.millrace.tool.Tool;
import dev.millrace.tool.schema.JsonSchema;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Works on one job from wherever its log ends. A model's answer is written down before its tools
 * run, a tool's intent before it runs, its outcome before the next step begins; so what is done
 * again after a crash is at most the one call that was in flight. What is decided on the way (that
 * a budget is used up, that an answer has to be mended) is decided from the log, so whoever takes
 * over decides the same.
 */
public final class AgentLoop {
  private final House house;

  /** What every job is worked on with. */
  record House(
      Tasks tasks,
      JobSessions sessions,
      Artifacts artifacts,
      InstantSource clock,
      Duration longestCall,
      Audience audience,
      PictureLimits pictures,
      Delegation delegation,
      Map<Tool, JsonSchema> schemas) {}

  /**
   * @param longestCall the longest that one call of a model or a tool may take
   */
  public AgentLoop(
      Tasks tasks,
      JobSessions sessions,
      Artifacts artifacts,
      InstantSource clock,
      Duration longestCall,
      Audience audience,
      PictureLimits pictures,
      Delegation delegation) {
    this.house =
        new House(
            tasks,
            sessions,
            artifacts,
            clock,
            longestCall,
            audience,
            pictures,
            delegation,
            new ConcurrentHashMap<>());
  }

  /** One that nobody listens to, and that acts for nobody. */
  public AgentLoop(
      Tasks tasks,
      JobSessions sessions,
      Artifacts artifacts,
      InstantSource clock,
      Duration longestCall) {
    this(
        tasks,
        sessions,
        artifacts,
        clock,
        longestCall,
        Audience.NONE,
        PictureLimits.USUAL,
        Delegation.NONE);
  }

  /**
   * Runs a claimed job to its end, and says how it ended; the end itself is not written yet.
   *
   * @param past what was said before, in a conversation
   * @throws Halt when this worker has to stop before the end
   */
  public Ending run(Claim claim, Agent agent, ConversationPast past) {
    Audience.Listening audience = house.audience().of(claim);
    try {
      Ending ending = new Work(new Run(house, claim, agent, past, audience), agent).toTheEnd();
      audience.ended(ending);
      return ending;
    } finally {
      audience.over();
    }
  }
}
