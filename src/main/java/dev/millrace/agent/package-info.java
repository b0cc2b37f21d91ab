/**
 * Who can be asked: agents as the settings and the beans declare them, with their models, tools and
 * limits, and who hears of their jobs. {@link dev.millrace.agent.loop} does the work.
 */
@NullMarked
package dev.millrace.agent;

import org.jspecify.annotations.NullMarked;
