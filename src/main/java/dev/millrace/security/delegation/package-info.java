/**
 * Acting for the owner of a job. What a caller has signed in with is exchanged when the job is
 * submitted, for what its tools have declared to need and nothing else, and kept sealed beside the
 * job, with which it goes; it expires within hours anyway. No message, log, answer or code session
 * ever has it.
 */
@NullMarked
package dev.millrace.security.delegation;

import org.jspecify.annotations.NullMarked;
