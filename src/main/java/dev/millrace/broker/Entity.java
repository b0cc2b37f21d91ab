package dev.millrace.broker;

/** What an address leads to. */
public sealed interface Entity permits Queue, Topic {

  /**
   * The address as it was declared: {@code jobs}, {@code
   * results/Subscriptions/all/$DeadLetterQueue}.
   */
  String address();

  /** The largest message that is taken, in bytes of its payload and annotations. */
  int maxMessageSize();
}
