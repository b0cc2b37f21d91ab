package dev.millrace.broker.entity;

import dev.millrace.broker.Queue.Mode;

/** Which of the two ways of receiving fits. */
final class Modes {
  private Modes() {}

  static void require(Mode actual, Mode needed) {
    if (actual != needed) {
      throw new IllegalStateException("a receiver in mode " + actual + " cannot do that");
    }
  }
}
