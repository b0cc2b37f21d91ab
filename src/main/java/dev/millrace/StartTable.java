package dev.millrace;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;

/** What a start prints: which part is where, and how to get in. */
record StartTable(Mill mill) {
  private static final List<String> ORDER = List.of("bus", "storage", "sessions", "model");

  void print(PrintWriter out) {
    mill.places().stream()
        .sorted(Comparator.comparingInt(place -> ORDER.indexOf(place.part())))
        .forEach(place -> out.printf("%-9s %-12s %s%n", place.part(), place.kind(), place.where()));
    out.printf("%-9s %-12s %s%n", "http", "local", mill.address());
    mill.connectionString()
        .ifPresent(
            way ->
                out.printf("%nAny SDK of Azure Service Bus connects to the bus with%n  %s%n", way));
    out.flush();
  }
}
