/**
 * The ports on Azure Service Bus, or on anything that speaks its dialect. Whatever a call answers,
 * the broker has said so: a send or a settlement that returns is durable. Faults come out as {@link
 * dev.millrace.job.Unavailable} or as a sentence for whoever has to mend them, never as those of
 * the library. Nothing here depends on a lock or a clock for safety.
 */
@NullMarked
package dev.millrace.bus.servicebus;

import org.jspecify.annotations.NullMarked;
