package dev.millrace.broker;

/** A receiver without a session. */
public non-sealed interface PlainReceiver extends Receiver {}
