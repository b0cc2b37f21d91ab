/**
 * Which messages a rule lets into its subscription. {@link dev.millrace.broker.filter.Filter.Sql}
 * understands the conditions of Service Bus: {@code sys.} and {@code user.} properties, names in
 * brackets or double quotes, comparisons, {@code IN}, {@code LIKE} with {@code ESCAPE}, {@code
 * BETWEEN}, {@code IS NULL}, {@code EXISTS}, arithmetic, {@code AND}, {@code OR}, {@code NOT}. What
 * is unknown stays unknown, and only what is true matches. Parameters ({@code @name}) and functions
 * are refused.
 */
@NullMarked
package dev.millrace.broker.filter;

import org.jspecify.annotations.NullMarked;
