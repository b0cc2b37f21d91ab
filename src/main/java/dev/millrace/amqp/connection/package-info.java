/**
 * One connection: bytes in and out of the protocol engine, and the one thread that may touch it.
 *
 * <p>An engine belongs to the event loop of its channel. Whoever has news for a link from another
 * thread hands it to {@link dev.millrace.amqp.connection.AmqpConnection#run}. What runs there is
 * guarded: a fault is logged, and the link or connection concerned is closed with an error.
 */
@NullMarked
package dev.millrace.amqp.connection;

import org.jspecify.annotations.NullMarked;
