package dev.millrace.worker.sim;

import dev.millrace.job.Unavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What goes wrong, and when. Either by chance, or at exactly the effects that a test names: an
 * effect is anything that changes the world outside a process.
 */
final class Faults {
  private record Span(long from, long to) {}

  private final Sim sim;
  private final List<String> effects = new ArrayList<>();
  private final Map<String, List<Span>> excuses = new HashMap<>();
  private List<Integer> crashPoints = List.of();
  private final Map<String, List<Span>> processes = new HashMap<>();
  private final Map<String, Long> ended = new HashMap<>();
  private boolean byChance;
  private boolean drops;
  private double crash;
  private double trouble;

  Faults(Sim sim) {
    this.sim = sim;
  }

  /**
   * @param trouble how often a call fails or loses its answer
   * @param drops whether messages get lost that the broker took
   */
  void byChance(double crash, double trouble, boolean drops) {
    this.drops = drops;
    this.byChance = true;
    this.crash = crash;
    this.trouble = trouble;
  }

  /** Crashes at these points: 2n is before effect n, 2n + 1 after it and before its answer. */
  void at(List<Integer> points) {
    crashPoints = points;
  }

  void stop() {
    byChance = false;
    crashPoints = List.of();
  }

  /** The names of all effects of mortal processes so far, in order. */
  List<String> effects() {
    return effects;
  }

  /** An outage as the calling thread meets it; it excuses this thread from what it could not do. */
  Unavailable unavailable(String what) {
    excuse(sim.current().delivery);
    return new Unavailable(what);
  }

  /** Notes that a delivery was disturbed, so that a call made for it may have been made in vain. */
  void excuse(String delivery) {
    excuses
        .computeIfAbsent(delivery, d -> new ArrayList<>())
        .add(new Span(sim.millis(), sim.millis()));
  }

  /** Notes that every delivery of a process is disturbed from now on until a time. */
  void excuseAll(String proc, long until) {
    processes.computeIfAbsent(proc, p -> new ArrayList<>()).add(new Span(sim.millis(), until));
  }

  /** Notes that a delivery was dealt with; what happens later is no excuse. */
  void over(String delivery) {
    ended.put(delivery, sim.millis());
  }

  /** Whether a delivery was disturbed at this time or later. */
  boolean excused(String delivery, long since) {
    String proc = delivery.substring(0, Math.max(0, delivery.indexOf(' ')));
    long over = ended.getOrDefault(delivery, Long.MAX_VALUE);
    return Stream.concat(
            excuses.getOrDefault(delivery, List.of()).stream(),
            processes.getOrDefault(proc, List.of()).stream())
        .anyMatch(span -> span.to() >= since && span.from() <= over);
  }

  boolean trouble() {
    return byChance && sim.random.nextDouble() < trouble;
  }

  boolean chance(double probability) {
    return byChance && sim.random.nextDouble() < probability;
  }

  /** Whether somebody sweeps, who sees to dead letters. */
  boolean sweeping() {
    return drops;
  }

  boolean drop() {
    return drops && chance(0.03);
  }

  boolean active() {
    return byChance;
  }

  Duration latency() {
    return byChance ? Duration.ofMillis(sim.random.nextInt(20)) : Duration.ofMillis(1);
  }

  /** Marks an effect that is about to happen, and answers its number. */
  int before(String what) {
    int number = effects.size();
    effects.add(what);
    crashIf(crashPoints.contains(2 * number) || chance(crash));
    return number;
  }

  void after(int number) {
    crashIf(crashPoints.contains(2 * number + 1) || chance(crash));
  }

  private void crashIf(boolean now) {
    if (now && sim.current().proc.mortal) {
      sim.crash(sim.current().proc);
      sim.alive();
    }
  }
}
