package dev.millrace.broker.filter;

import dev.millrace.broker.Message;

/** What may hold for a message. */
interface Condition {
  Truth holds(Message message);
}
