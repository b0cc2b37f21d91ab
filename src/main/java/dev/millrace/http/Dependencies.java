package dev.millrace.http;

import dev.millrace.job.Unavailable;
import dev.millrace.journal.Index;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything without which this process cannot work. */
@Singleton
final class Dependencies {
  private final Index index;
  private final List<Dependency> others;

  Dependencies(Index index, List<Dependency> others) {
    this.index = index;
    this.others = List.copyOf(others);
  }

  Map<String, Boolean> ask() {
    var states = new TreeMap<String, Boolean>();
    states.put("storage", answers(() -> index.open(null)));
    others.forEach(other -> states.put(other.name(), answers(other::check)));
    return states;
  }

  private static boolean answers(Runnable question) {
    try {
      question.run();
      return true;
    } catch (Unavailable e) {
      return false;
    }
  }
}
