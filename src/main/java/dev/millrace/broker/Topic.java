package dev.millrace.broker;

import java.util.List;

/** Copies each message once into every subscription that has a matching rule. */
public non-sealed interface Topic extends Entity, Destination {

  List<Queue> subscriptions();

  /** Scheduled messages from that sequence number on; see {@link Queue#peek}. */
  List<Delivery> peek(long fromSequenceNumber, int max);
}
