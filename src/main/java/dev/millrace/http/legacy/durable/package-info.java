/** The routes of the framework for durable agents: one set for each agent, by its name. */
@NullMarked
package dev.millrace.http.legacy.durable;

import org.jspecify.annotations.NullMarked;
