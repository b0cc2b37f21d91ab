package dev.millrace.broker.entity;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Receivers that asked for more than there was. For each available message one is woken, in turn;
 * who was woken stays responsible until it asks again, rests or is closed.
 */
final class Hungry {
  private final Set<LivePlainReceiver> hungry = new LinkedHashSet<>();
  private final Set<LivePlainReceiver> woken = new LinkedHashSet<>();

  void asked(LivePlainReceiver receiver, boolean wantsMore) {
    woken.remove(receiver);
    if (wantsMore) {
      hungry.add(receiver);
    } else {
      hungry.remove(receiver);
    }
  }

  void wake(Work work, int available) {
    while (woken.size() < available && !hungry.isEmpty()) {
      var receiver = hungry.iterator().next();
      hungry.remove(receiver);
      woken.add(receiver);
      work.tell(receiver.wake());
    }
  }
}
