/**
 * Language models behind one port. A model sees messages and names tools; it never runs them.
 *
 * <p>{@link dev.millrace.model.Models} finds the models that the settings name: those asked over
 * HTTP ({@link dev.millrace.model.openai}), the command line of Claude ({@link
 * dev.millrace.model.claude}), and one of rules ({@link dev.millrace.model.rehearsal}), which is
 * there when nothing is set and whose name nobody outside of this room knows. What the first two
 * have in common, retries and waiting, is in {@link dev.millrace.model.waiting}.
 */
@NullMarked
package dev.millrace.model;

import org.jspecify.annotations.NullMarked;
