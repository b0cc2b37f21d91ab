/**
 * Answers that are made while they are sent, each by a virtual thread that waits for its reader.
 */
@NullMarked
package dev.millrace.http.stream;

import org.jspecify.annotations.NullMarked;
