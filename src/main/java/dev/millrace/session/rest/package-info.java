/**
 * One client of the REST contract that Azure's session pools and our own executor share, and the
 * code session on top of it. What only some pools do is asked of {@code PoolKind} and {@code
 * ApiVersion}; what the live service does not promise is in {@code docs/sessions.md}.
 *
 * <p>No address, token or session identifier is ever logged, or part of an exception's message.
 */
@NullMarked
package dev.millrace.session.rest;

import org.jspecify.annotations.NullMarked;
