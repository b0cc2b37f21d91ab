/**
 * How something is tried again: how long one waits, how time is let pass meanwhile, and how a token
 * is kept until it has to be another one. Whoever talks to others over a network needs it; whether
 * to try again, and until when, each decides.
 */
@NullMarked
package dev.millrace.job.retry;

import org.jspecify.annotations.NullMarked;
