package dev.millrace.tool.python;

/** A text that is no longer than a limit: its beginning and its end, and how much is missing. */
record Cut(String text, boolean made) {
  /** What an output says at its end matters as well: the last lines of an error stand there. */
  static Cut of(String text, int limit) {
    if (text.length() <= limit) {
      return new Cut(text, false);
    }
    int head = limit * 3 / 5;
    int tail = text.length() - (limit - head);
    head -= Character.isHighSurrogate(text.charAt(head - 1)) ? 1 : 0;
    tail += Character.isLowSurrogate(text.charAt(tail)) ? 1 : 0;
    return new Cut(
        text.substring(0, head)
            + "\n… ("
            + (tail - head)
            + " characters are left out here) …\n"
            + text.substring(tail),
        true);
  }
}
