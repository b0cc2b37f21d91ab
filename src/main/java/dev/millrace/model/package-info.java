/** Language models behind one port. A model sees messages and names tools; it never runs them. */
@NullMarked
package dev.millrace.model;

import org.jspecify.annotations.NullMarked;
