/**
 * The routes of earlier systems, each under its own address and in its own shape, so that their
 * clients need no change. Behind each is a job like any other: it is submitted by {@code intake},
 * its end is waited for, and its answer is put into the old form. Only what is refused is told as
 * everywhere else, with the old field for it beside the new ones.
 */
@NullMarked
package dev.millrace.http.legacy;

import org.jspecify.annotations.NullMarked;
