package dev.millrace.broker.entity;

import dev.millrace.broker.Delivery;
import dev.millrace.broker.Message;
import dev.millrace.broker.Queue;
import dev.millrace.broker.Topic;
import dev.millrace.broker.setup.Sending;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The commands of a topic. */
final class LiveTopic implements Topic, Part, Arrivals.Inside {
  private record Branch(LiveQueue queue, LiveRules rules, Messages messages, Counter numbers) {}

  private final String address;
  private final Domain domain;
  private final Sending sending;
  private final List<Branch> branches = new ArrayList<>();
  private final Arrivals arrivals;

  LiveTopic(
      String address, String key, Domain domain, Sending sending, Quota quota, Counter numbers) {
    this.address = address;
    this.domain = domain;
    this.sending = sending;
    this.arrivals = new Arrivals(address, sending, false, this, quota, numbers, domain.store, key);
  }

  /** While the namespace is being opened. */
  void add(LiveQueue queue, LiveRules rules, Messages messages, Counter numbers) {
    branches.add(new Branch(queue, rules, messages, numbers));
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public int maxMessageSize() {
    return sending.maxMessageSize();
  }

  @Override
  public boolean readsProperties() {
    return true;
  }

  @Override
  public CompletionStage<long[]> publish(List<Message> messages) {
    return domain.durably(this, work -> arrivals.publish(work, messages));
  }

  @Override
  public CompletionStage<Void> cancelScheduled(List<Long> sequenceNumbers) {
    return domain.done(this, work -> arrivals.cancel(work, sequenceNumbers));
  }

  @Override
  public List<Queue> subscriptions() {
    return branches.stream().<Queue>map(Branch::queue).toList();
  }

  @Override
  public List<Delivery> peek(long from, int max) {
    return domain.now(this, work -> arrivals.peek(from, max, null));
  }

  @Override
  public void arrive(Work work, Message message, long number) {
    for (Branch branch : branches) {
      if (branch.rules.match(message)) {
        branch.messages.arrive(
            work, message, branch.numbers.next(work), number, sending.defaultTimeToLive());
      }
    }
  }

  @Override
  public void pass(Work work) {
    arrivals.pass(work);
  }

  @Override
  public void close(Work work) {}

  @Override
  public long nextDeadline() {
    long next = arrivals.nextDeadline();
    for (Branch branch : branches) {
      next = Math.min(next, branch.queue.nextDeadline());
    }
    return next;
  }
}
