/**
 * Makes code sessions of a pool that speaks the REST contract. They promise what {@code
 * CodeSession} does whatever the pool is: a name runs once, what is given up is stopped, every
 * figure comes along, and what was lost is built again before the next code runs. What only some
 * pools do is asked of {@code PoolKind}.
 *
 * <p>Nothing here speaks HTTP: that is {@code session.rest}, which knows nothing of this package.
 */
@NullMarked
package dev.millrace.session.pool;

import org.jspecify.annotations.NullMarked;
