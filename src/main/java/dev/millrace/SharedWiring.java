package dev.millrace;

import dev.millrace.agent.Agents;
import dev.millrace.agent.loop.AgentLoop;
import dev.millrace.agent.loop.JobSessions;
import dev.millrace.artifact.Artifacts;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.JobQueue;
import dev.millrace.bus.QueueSettings;
import dev.millrace.bus.Queues;
import dev.millrace.bus.RequestReader;
import dev.millrace.bus.ResultFeed;
import dev.millrace.bus.ResultTopic;
import dev.millrace.bus.pump.Pump;
import dev.millrace.bus.servicebus.Entities;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.bus.servicebus.ServiceBusJobQueue;
import dev.millrace.bus.servicebus.ServiceBusResultFeed;
import dev.millrace.bus.servicebus.ServiceBusResultTopic;
import dev.millrace.http.HttpSettings;
import dev.millrace.http.metrics.Meters;
import dev.millrace.intake.Admission;
import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Conversations;
import dev.millrace.intake.Histories;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Pointers;
import dev.millrace.intake.Results;
import dev.millrace.intake.fetch.AttachmentSettings;
import dev.millrace.intake.fetch.Attachments;
import dev.millrace.job.Secret;
import dev.millrace.journal.Index;
import dev.millrace.journal.Journal;
import dev.millrace.security.limit.LimitSettings;
import dev.millrace.storage.Storage;
import dev.millrace.worker.Desk;
import dev.millrace.worker.Leftovers;
import dev.millrace.worker.Patience;
import dev.millrace.worker.Shares;
import dev.millrace.worker.Sweeper;
import dev.millrace.worker.Worker;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;

/** What is the same everywhere. */
@Factory
final class SharedWiring {
  @Singleton
  Queues queues(QueueSettings settings) {
    return settings.all();
  }

  @Singleton
  Entities entities(Namespace namespace) {
    return new Entities(namespace);
  }

  @Singleton
  JobQueue jobQueue(Namespace namespace, ObjectMapper json) {
    return new ServiceBusJobQueue(namespace, json);
  }

  @Singleton
  ResultTopic resultTopic(Namespace namespace) {
    return new ServiceBusResultTopic(namespace);
  }

  @Singleton
  ResultFeed resultFeed(Namespace namespace, BusSettings settings) {
    return new ServiceBusResultFeed(namespace, settings.topic());
  }

  @Singleton
  Journal journal(Storage storage, ObjectMapper json, InstantSource clock, Meters meters) {
    return new Journal(storage, json, clock, SharedWiring::mark, meters::ended);
  }

  @Singleton
  Index index(Storage storage) {
    return new Index(storage);
  }

  @Singleton
  Artifacts artifacts(Storage storage) {
    return new Artifacts(storage);
  }

  @Singleton
  Results results(ObjectMapper json, Artifacts artifacts, InstantSource clock, BusSettings bus) {
    return new Results(json, artifacts, clock, bus.topic());
  }

  @Singleton
  Conversations conversations(Journal journal, Index index, Results results, InstantSource clock) {
    return new Conversations(journal, index, results, clock);
  }

  @Singleton
  Histories histories(Journal journal, Index index, Secret secret, JobSessions sessions) {
    return new Histories(journal, index, secret, sessions::release);
  }

  @Singleton
  Pointers pointers(JobQueue queue, Queues queues) {
    return new Pointers(queue, queues, SharedWiring::mark);
  }

  @Singleton
  Aftermath aftermath(
      Index index,
      ResultTopic topic,
      Results results,
      Conversations conversations,
      JobSessions sessions,
      Pointers pointers,
      InstantSource clock) {
    return new Aftermath(index, topic, results, conversations, sessions::release, pointers, clock);
  }

  @Singleton
  Attachments attachments(AttachmentSettings settings) {
    return new Attachments(settings);
  }

  @Singleton
  Admission admission(
      Index index,
      Journal journal,
      Artifacts artifacts,
      Attachments attachments,
      Results results,
      Conversations conversations,
      Secret secret,
      InstantSource clock,
      Provider<Agents> agents) {
    return new Admission(
        index,
        journal,
        artifacts,
        attachments,
        results,
        conversations,
        secret,
        clock,
        agent -> agents.get().deadline(agent)); // asked late: a tool may submit jobs itself
  }

  @Singleton
  Intake intake(
      Journal journal,
      Admission admission,
      Results results,
      Aftermath aftermath,
      Pointers pointers,
      ResultTopic topic,
      Queues queues,
      QueueSettings settings,
      InstantSource clock) {
    return new Intake(
        journal,
        admission,
        results,
        aftermath,
        pointers,
        topic,
        queues,
        settings.replyTo()::allows,
        clock,
        new SecureRandom());
  }

  @Singleton
  RequestReader requestReader(ObjectMapper json, Agents agents) {
    return new RequestReader(json, agents.usual());
  }

  @Singleton
  Patience patience(BusSettings bus) {
    return Patience.USUAL.withLock(bus.lock());
  }

  @Singleton
  Desk desk(
      Journal journal,
      Index index,
      RequestReader reader,
      Intake intake,
      Conversations conversations,
      Results results,
      Aftermath aftermath,
      Pointers pointers,
      Patience patience,
      LimitSettings limits,
      InstantSource clock) {
    return new Desk(
        journal,
        index,
        reader,
        intake,
        conversations,
        results,
        aftermath,
        pointers,
        patience,
        new Shares(limits.running(), clock),
        clock);
  }

  @Singleton
  Worker worker(Desk desk, Agents agents, AgentLoop loop) {
    return new Worker("%s-%s".formatted(ProcessHandle.current().pid(), mark()), desk, agents, loop);
  }

  @Singleton
  Leftovers leftovers(Artifacts artifacts, HttpSettings settings, InstantSource clock) {
    return new Leftovers(artifacts, settings.keepUploads(), clock);
  }

  @Singleton
  Sweeper sweeper(Desk desk, JobQueue queue, Queues queues, Leftovers leftovers) {
    return new Sweeper(desk, queue, queues, leftovers);
  }

  @Singleton
  @Bean(preDestroy = "close")
  Pump pump(Namespace namespace, Queues queues, BusSettings settings, Worker worker) {
    return new Pump(namespace, queues, settings.limits(), worker::handle);
  }

  /** Never the same twice. */
  private static String mark() {
    return UUID.randomUUID().toString();
  }
}
