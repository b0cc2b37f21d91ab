/**
 * The rules at work. A queue with its dead letters, and a topic with its subscriptions, are a
 * {@link dev.millrace.broker.entity.Domain}: one lock, under which short commands change the memory
 * and note what the store has to follow. Before a command sees anything, all that was due until
 * then is done. Who waits is told after the lock is free.
 */
@NullMarked
package dev.millrace.broker.entity;

import org.jspecify.annotations.NullMarked;
