/**
 * What goes wrong, told the same way everywhere: problem details after RFC 9457 with a stable code,
 * all findings of a bad request at once, and never a trace of the inside.
 */
@NullMarked
package dev.millrace.http.problem;

import org.jspecify.annotations.NullMarked;
