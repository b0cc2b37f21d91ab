/**
 * One request to a session pool and its answer, over HTTP: with the token that opens it, within a
 * time, tried again where that helps, and refusals told in words that say what to mend. Which
 * routes there are it does not know.
 *
 * <p>No address, token or session identifier is ever logged, or part of an exception's message.
 */
@NullMarked
package dev.millrace.session.rest.exchange;

import org.jspecify.annotations.NullMarked;
