/**
 * The command line of Claude as a model: {@code claude -p --output-format json}, the prompt on its
 * standard input.
 *
 * <p>It takes no schema of a tool from outside, so it calls none of ours: an agent with this model
 * answers in words. Its own tools (files, a shell, the web) are taken away from it with {@code
 * --tools ""}, because they would work on this machine, outside of every session. It does not
 * stream, and it is shown no pictures. A schema for the answer is put into the prompt.
 *
 * <p>It remembers conversations by itself. The id it gives travels with its answer as the state of
 * the model, and the next call resumes it with what was said since. Where it does not know the id,
 * as on another machine, it is told the whole history again. It runs in a folder of its own,
 * because it finds conversations by the folder, and never sees the variables {@code MILLRACE_…} and
 * {@code AZURE_…}.
 */
@NullMarked
package dev.millrace.model.claude;

import org.jspecify.annotations.NullMarked;
