package dev.millrace.http;

/** Something without which this process cannot work; each bean of this type is asked. */
public interface Dependency {
  /** What is known of it. */
  enum State {
    UP,
    DOWN,
    /** It is not asked: that would cost money, or change something. */
    UNKNOWN
  }

  /** As a person knows it: storage, bus. */
  String name();

  /**
   * Asks it.
   *
   * @throws RuntimeException when it does not answer
   */
  State ask();

  /** One that is up when a question to it comes back. */
  static Dependency asked(String name, Runnable question) {
    return new Named(
        name,
        () -> {
          question.run();
          return State.UP;
        });
  }

  static Dependency unasked(String name) {
    return new Named(name, () -> State.UNKNOWN);
  }

  /** One of a name. */
  record Named(String name, java.util.function.Supplier<State> question) implements Dependency {
    @Override
    public State ask() {
      return question.get();
    }
  }
}
