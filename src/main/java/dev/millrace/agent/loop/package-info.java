/**
 * The loop: ask the model, run its tools, write down each step before the next begins. What a log
 * already holds is not done again, whoever did it; what is decided on the way is decided from the
 * log, so whoever takes over decides the same.
 */
@NullMarked
package dev.millrace.agent.loop;

import org.jspecify.annotations.NullMarked;
