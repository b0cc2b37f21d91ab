package dev.millrace.tool.python;

import dev.millrace.job.Excerpt;

/** A text that is no longer than a limit: its beginning and its end, and how much is missing. */
record Cut(String text, boolean made) {
  /** What an output says at its end matters as well: the last lines of an error stand there. */
  static Cut of(String text, int limit) {
    if (text.length() <= limit) {
      return new Cut(text, false);
    }
    String head = Excerpt.beginning(text, limit * 3 / 5);
    String tail = Excerpt.end(text, limit - limit * 3 / 5);
    int missing = text.length() - head.length() - tail.length();
    return new Cut(head + "\n… (" + missing + " characters are left out here) …\n" + tail, true);
  }
}
