/**
 * The tool that runs Python in the code session of a job: files go in, code runs, and every figure
 * and every file that it made or changed is kept.
 */
@NullMarked
package dev.millrace.tool.python;

import org.jspecify.annotations.NullMarked;
