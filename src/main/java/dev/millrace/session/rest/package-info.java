/**
 * The REST contract that Azure's session pools and our own executor share, route by route: what is
 * asked, how answers of any generation are read, and what is tried again. It promises that code is
 * never sent twice unless it certainly did not begin. It keeps nothing of a session between two
 * calls, and does not know what kind of pool answers; what only some versions have is asked of
 * {@code ApiVersion}. What the live service does not promise is in {@code docs/sessions.md}.
 *
 * <p>No address, token or session identifier is ever logged, or part of an exception's message.
 */
@NullMarked
package dev.millrace.session.rest;

import org.jspecify.annotations.NullMarked;
