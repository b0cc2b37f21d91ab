/**
 * The doors for Azure Functions. The host of the functions takes messages, keeps their locks and
 * settles each by whether its function returns; it keeps the time for the sweeper, and speaks HTTP.
 * What it hands over goes to the same beans as in a process of our own. Each function here has its
 * {@code function.json} in {@code src/main/functions}, and a test holds the two together.
 *
 * <p>Nothing throws on purpose but to give a message back that nothing else could keep.
 */
@NullMarked
package dev.millrace.function;

import org.jspecify.annotations.NullMarked;
