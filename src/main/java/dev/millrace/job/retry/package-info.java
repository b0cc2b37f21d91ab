/**
 * How something is tried again: how long one waits, and how time is let pass meanwhile. Whoever
 * talks to others over a network needs it; whether to try again, and until when, each decides.
 */
@NullMarked
package dev.millrace.job.retry;

import org.jspecify.annotations.NullMarked;
