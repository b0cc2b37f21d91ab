/**
 * The rules of a Service Bus namespace, without sockets and without AMQP: queues, topics and
 * subscriptions with locks, sessions, dead letters, filters, schedules and duplicate detection.
 *
 * <p>{@link dev.millrace.broker.Namespace} is the way in. What must outlive the process is answered
 * by a {@link java.util.concurrent.CompletionStage} that completes after the change is on the disk;
 * it completes on the thread that commits, so whoever continues there must be brief. A stage fails
 * with {@link dev.millrace.broker.Refused} itself, and a method that returns no stage throws it.
 *
 * <p>Locks do not outlive the process: what was locked is available after a restart, and its
 * delivery count has not risen.
 */
@NullMarked
package dev.millrace.broker;

import org.jspecify.annotations.NullMarked;
