/**
 * One way in for everybody, and what is left to do once a job has ended. Each step is durable
 * before the next begins, and whoever meets a job finishes what another left half done.
 */
@NullMarked
package dev.millrace.intake;

import org.jspecify.annotations.NullMarked;
