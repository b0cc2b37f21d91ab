package dev.millrace.job;

/** How much a job may use. Seconds count while somebody works on it, never while it waits. */
public record Limits(int turns, int toolCalls, long tokens, int seconds, long outputBytes) {
  /** What holds where neither the request nor the agent says otherwise. */
  public static final Limits USUAL = new Limits(24, 40, 200_000, 900, 10L << 20);

  public Limits {
    positive("turns", turns);
    positive("toolCalls", toolCalls);
    positive("tokens", tokens);
    positive("seconds", seconds);
    positive("outputBytes", outputBytes);
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException("limits." + name + " must be at least 1, not " + value);
    }
  }
}
