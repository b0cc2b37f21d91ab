/**
 * Keeps the messages of a namespace in one file, by H2's MVStore. Commands change the memory at
 * once and hand over a {@link dev.millrace.broker.store.Transaction}; one thread applies them in
 * the order in which they were handed over, many in one commit, so that a transaction is on the
 * disk as a whole or not at all.
 */
@NullMarked
package dev.millrace.broker.store;

import org.jspecify.annotations.NullMarked;
