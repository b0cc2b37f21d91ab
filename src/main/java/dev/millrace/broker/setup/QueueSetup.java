package dev.millrace.broker.setup;

/** A queue. */
public record QueueSetup(String name, Receiving receiving, Sending sending) {}
