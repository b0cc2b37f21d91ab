/**
 * Takes messages from the queues of jobs and hands them to whoever works on them, never more than
 * it may; keeps their locks, and settles them as the verdict says. It decides nothing about a job.
 */
@NullMarked
package dev.millrace.bus.pump;

import org.jspecify.annotations.NullMarked;
