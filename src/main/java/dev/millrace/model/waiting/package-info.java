/**
 * The manners that every model behind a network has in common: how many calls may be under way, who
 * goes first, when one is made again, and when to give up.
 *
 * <p>At most as many calls as the settings allow are under way to one model; the others wait in the
 * order in which they came. When the model says that it has too much to do, all of them wait, and
 * not only the one that was told. Nothing here reads the wall clock but through the clock it was
 * given, and every wait ends when its thread is interrupted.
 */
@NullMarked
package dev.millrace.model.waiting;

import org.jspecify.annotations.NullMarked;
