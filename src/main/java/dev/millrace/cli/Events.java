package dev.millrace.cli;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Puts the lines of a stream of events together. */
final class Events {
  private final Consumer<Event> reader;
  private String type = "";
  private final StringBuilder data = new StringBuilder();
  private @Nullable String lastId;

  /** One event and what it says. */
  record Event(String type, Tree data) {}

  Events(Consumer<Event> reader) {
    this.reader = reader;
  }

  /** Of the last event that has one: where the next connection goes on. */
  @Nullable String lastId() {
    return lastId;
  }

  /** A connection begins: what the last one left unfinished comes again. */
  void begin() {
    type = "";
    data.setLength(0);
  }

  void line(String line) {
    if (line.isEmpty()) {
      dispatch();
    } else if (line.charAt(0) != ':') {
      int colon = line.indexOf(':');
      String name = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      field(name, value.startsWith(" ") ? value.substring(1) : value);
    }
  }

  private void field(String name, String value) {
    switch (name) {
      case "event" -> type = value;
      case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
      case "id" -> lastId = value;
      default -> {
        // retry: the pause between connections is our own
      }
    }
  }

  private void dispatch() {
    if (!data.isEmpty()) {
      var event = new Event(type, Tree.read(data.toString()));
      begin();
      reader.accept(event);
    } else {
      begin();
    }
  }
}
