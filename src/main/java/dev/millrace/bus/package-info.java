/**
 * Jobs in, results out: the ports to a message broker, the records that travel through it, and the
 * settings. A message only says "look at this now"; nothing here decides what becomes of a job.
 * {@code servicebus} holds the adapters, {@code pump} hands deliveries to whoever works on them.
 */
@NullMarked
package dev.millrace.bus;

import org.jspecify.annotations.NullMarked;
