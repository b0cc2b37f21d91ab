package dev.millrace.http;

import dev.millrace.agent.Agent;
import dev.millrace.agent.Agents;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.job.Caps;
import dev.millrace.job.JobId;
import dev.millrace.job.JobRef;
import dev.millrace.job.JobRequest;
import dev.millrace.journal.Journal;
import dev.millrace.security.Caller;
import dev.millrace.security.delegation.Delegations;
import dev.millrace.security.delegation.Exchange;
import dev.millrace.security.limit.Allowance;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.UUID;

/**
 * What has to be settled with a caller before there is a job: its share, and what its tools need.
 */
@Singleton
public final class Terms {
  private final Agents agents;
  private final Journal journal;
  private final Allowance allowance;
  private final Delegations delegations;

  Terms(Agents agents, Journal journal, Allowance allowance, Delegations delegations) {
    this.agents = agents;
    this.journal = journal;
    this.allowance = allowance;
    this.delegations = delegations;
  }

  /**
   * The key to submit the request under: the caller's, or one that names the job in advance.
   *
   * @throws Refusal when the tenant has had enough for now, or the caller's sign-in is no good for
   *     what the tools need
   */
  public Optional<String> settle(Caller caller, JobRequest request, Optional<String> key) {
    Optional<Agent> agent =
        agents
            .find(request.agent())
            .filter(it -> request.tools() && it.borrows() && caller.assertion().isPresent());
    boolean nothingToSettle = agent.isEmpty() && !allowance.limitsJobs();
    if (nothingToSettle || key.filter(name -> isThere(caller, name)).isPresent()) {
      return key;
    }
    share(caller, request);
    if (agent.isEmpty()) {
      return key;
    }
    String name = key.orElseGet(() -> UUID.randomUUID().toString());
    try {
      delegations.lend(job(caller, name), caller, agent.get().scopes());
    } catch (Exchange.Refused e) {
      throw Refusal.of(Code.FORBIDDEN, String.valueOf(e.getMessage()));
    }
    return Optional.of(name);
  }

  /** What is sent again was settled when it was sent first. */
  private boolean isThere(Caller caller, String name) {
    return journal.job(job(caller, name)).exists();
  }

  private static JobRef job(Caller caller, String name) {
    return new JobRef(caller.tenant(), JobId.ofKey(caller.owner(), name));
  }

  /**
   * Takes what one more job may use out of the share of the caller's tenant.
   *
   * @throws Refusal when the tenant has had enough for now
   */
  void share(Caller caller, JobRequest request) {
    long tokens = agents.find(request.agent()).map(agent -> mostTokens(agent, request)).orElse(0L);
    allowance
        .job(caller.tenant(), tokens)
        .ifPresent(
            wait -> {
              throw Refusal.tooMany("Your tenant has as many jobs as it may have for now.", wait);
            });
  }

  private static long mostTokens(Agent agent, JobRequest request) {
    Caps caps = request.limits();
    return caps == null ? agent.limits().tokens() : caps.within(agent.limits()).tokens();
  }
}
