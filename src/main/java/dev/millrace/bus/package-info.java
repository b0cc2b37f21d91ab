/**
 * Jobs in, results out: the ports to a message broker and the records that travel through it. A
 * message only says "look at this now"; nothing here decides what becomes of a job.
 */
@NullMarked
package dev.millrace.bus;

import org.jspecify.annotations.NullMarked;
