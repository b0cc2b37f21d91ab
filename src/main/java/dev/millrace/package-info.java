/**
 * Millrace takes analysis jobs from a queue, lets a language model work on each with Python, and
 * publishes the result. This is the map; the rooms, in the order in which a reader needs them:
 *
 * <ol>
 *   <li>{@link dev.millrace.job}: the nouns. What a job asks for, and how it ends.
 *   <li>{@link dev.millrace.storage}: names and bytes that outlive every process.
 * </ol>
 *
 * <p>This package holds the command line and the pages that wire the rooms together, and nothing
 * else. Who may use whom is held by {@code ShapeTest}.
 */
@NullMarked
package dev.millrace;

import org.jspecify.annotations.NullMarked;
