/**
 * How much one caller and one tenant may have at a time, so that nobody can take all there is from
 * the others.
 */
@NullMarked
package dev.millrace.security.limit;

import org.jspecify.annotations.NullMarked;
