package dev.millrace.amqp;

import static dev.millrace.amqp.LocalBus.nothing;
import static dev.millrace.amqp.LocalBus.one;
import static dev.millrace.amqp.LocalBus.queue;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.servicebus.ServiceBusException;
import com.azure.messaging.servicebus.ServiceBusFailureReason;
import com.azure.messaging.servicebus.ServiceBusMessage;
import com.azure.messaging.servicebus.models.AbandonOptions;
import com.azure.messaging.servicebus.models.DeadLetterOptions;
import com.azure.messaging.servicebus.models.DeferOptions;
import com.azure.messaging.servicebus.models.ServiceBusMessageState;
import dev.millrace.broker.setup.Receiving;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;

/** Locks, and what becomes of a message. */
class SettlementTest {
  @RegisterExtension
  private static final LocalBus bus =
      LocalBus.with(
          queue("renew", Receiving.DEFAULT.withLockDuration(LocalBus.SHORT_LOCK)),
          queue("expire", Receiving.DEFAULT.withLockDuration(LocalBus.SHORT_LOCK)),
          queue("killed", Receiving.DEFAULT.withLockDuration(LocalBus.SHORT_LOCK)),
          queue("abandon"),
          queue("poison", Receiving.DEFAULT.withMaxDeliveryCount(2)),
          queue("dead"),
          queue("defer"),
          queue("parallel"),
          queue("twice"));

  @Test
  void a_renewed_lock_holds_on() {
    var receiver = sent("renew", "a");
    var message = one(receiver);
    var until = message.getLockedUntil();

    for (int i = 0; i < 3; i++) {
      var renewed = receiver.renewMessageLock(message);
      assertThat(renewed).isAfterOrEqualTo(until);
      until = renewed;
    }

    receiver.complete(message);
  }

  @Test
  void a_lock_that_expires_is_lost_and_the_message_comes_again() {
    var receiver = sent("expire", "a");
    var first = one(receiver);

    var second = one(bus.receiver("expire"));

    assertThat(second.getSequenceNumber()).isEqualTo(first.getSequenceNumber());
    assertThat(second.getDeliveryCount()).isEqualTo(1);
    fails(ServiceBusFailureReason.MESSAGE_LOCK_LOST, () -> receiver.complete(first));
    fails(ServiceBusFailureReason.MESSAGE_LOCK_LOST, () -> receiver.renewMessageLock(first));
  }

  @Test
  void the_message_of_a_client_that_went_away_comes_again() {
    var killed = sent("killed", "a");
    one(killed);
    killed.close();

    var next = bus.receiver("killed");
    var again = one(next);

    assertThat(again.getDeliveryCount()).isEqualTo(1);
    next.complete(again);
  }

  @Test
  void what_is_abandoned_comes_again_with_the_properties_that_were_set() {
    var receiver = sent("abandon", "a");

    receiver.abandon(
        one(receiver), new AbandonOptions().setPropertiesToModify(Map.of("why", "busy", "n", 2)));

    var again = one(receiver);
    assertThat(again.getDeliveryCount()).isEqualTo(1);
    assertThat(again.getApplicationProperties()).isEqualTo(Map.of("why", "busy", "n", 2));
    receiver.complete(again);
  }

  @Test
  void what_is_delivered_too_often_is_a_dead_letter() {
    var receiver = sent("poison", "a");
    receiver.abandon(one(receiver));
    receiver.abandon(one(receiver));

    var dead = one(bus.deadLetters("poison"));

    assertThat(dead.getDeadLetterReason()).isEqualTo("MaxDeliveryCountExceeded");
    assertThat(dead.getDeadLetterErrorDescription()).isNotEmpty();
    nothing(receiver);
  }

  @Test
  void a_dead_letter_says_why_and_where_from() {
    var receiver = sent("dead", "a");
    receiver.deadLetter(
        one(receiver),
        new DeadLetterOptions()
            .setDeadLetterReason("unreadable")
            .setDeadLetterErrorDescription("no JSON")
            .setPropertiesToModify(Map.of("line", 3)));

    var letters = bus.deadLetters("dead");
    var dead = one(letters);

    assertThat(dead.getBody()).hasToString("a");
    assertThat(dead.getDeadLetterReason()).isEqualTo("unreadable");
    assertThat(dead.getDeadLetterErrorDescription()).isEqualTo("no JSON");
    assertThat(dead.getApplicationProperties()).containsEntry("line", 3);
    assertThat(dead.getDeadLetterSource()).isEqualTo("dead");
    letters.complete(dead);
    nothing(receiver);
  }

  @Test
  void what_is_deferred_waits_to_be_asked_for() {
    var receiver = sent("defer", "a");
    var message = one(receiver);
    receiver.defer(message, new DeferOptions().setPropertiesToModify(Map.of("for", "later")));

    nothing(receiver);
    assertThat(receiver.peekMessage(0).getState()).isEqualTo(ServiceBusMessageState.DEFERRED);
    var deferred = receiver.receiveDeferredMessage(message.getSequenceNumber());
    assertThat(deferred.getBody()).hasToString("a");
    assertThat(deferred.getApplicationProperties()).containsEntry("for", "later");
    receiver.complete(deferred);

    assertThat(receiver.receiveDeferredMessageBatch(java.util.List.of(message.getSequenceNumber())))
        .isEmpty();
    assertThat(receiver.peekMessage(0)).isNull();
  }

  @Test
  void many_locks_are_renewed_over_one_link_at_the_same_time() {
    int many = 100;
    bus.sender("parallel")
        .sendMessages(
            IntStream.range(0, many).mapToObj(i -> new ServiceBusMessage("m" + i)).toList());
    var receiver =
        bus.builder().receiver().queueName("parallel").disableAutoComplete().buildAsyncClient();
    bus.closing(receiver::close);
    var messages = receiver.receiveMessages().take(many).collectList().block(LocalBus.PATIENCE);

    var until =
        Flux.fromIterable(messages)
            .flatMap(receiver::renewMessageLock, many)
            .collectList()
            .block(LocalBus.PATIENCE);

    assertThat(until).hasSize(many);
  }

  @Test
  void a_message_is_settled_once() {
    var receiver = sent("twice", "a");
    var message = one(receiver);
    receiver.complete(message);

    assertThatThrownBy(() -> receiver.complete(message)).isInstanceOf(RuntimeException.class);
    nothing(receiver);
  }

  private static com.azure.messaging.servicebus.ServiceBusReceiverClient sent(
      String queue, String body) {
    bus.sender(queue).sendMessage(new ServiceBusMessage(body));
    return bus.receiver(queue);
  }

  private static void fails(ServiceBusFailureReason reason, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            ServiceBusException.class, e -> assertThat(e.getReason()).isEqualTo(reason));
  }
}
