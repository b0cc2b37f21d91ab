/**
 * Isolated places where code runs. A session keeps its variables and files from one execution to
 * the next, until it is released or its host is gone; then it is built again from what its caller
 * has written down.
 */
@NullMarked
package dev.millrace.session;

import org.jspecify.annotations.NullMarked;
