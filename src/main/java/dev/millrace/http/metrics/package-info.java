/**
 * What this process has done, in numbers, for Prometheus. A job is counted where its end is
 * written; no number names a tenant, a person or an agent, so everybody may see them.
 */
@NullMarked
package dev.millrace.http.metrics;

import org.jspecify.annotations.NullMarked;
