/**
 * The command line of a user: a client of the HTTP API like any other. It asks the {@link
 * dev.millrace.cli.Host} for a server and knows nothing else of what runs there. What a job or a
 * model has written is shown as plain text and can do nothing to a terminal or to files outside the
 * folder that was named.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
