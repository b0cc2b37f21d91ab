/**
 * The loop: ask the model, run its tools, write down each step before the next begins. What a log
 * already holds is not done again, whoever did it.
 */
@NullMarked
package dev.millrace.agent;

import org.jspecify.annotations.NullMarked;
