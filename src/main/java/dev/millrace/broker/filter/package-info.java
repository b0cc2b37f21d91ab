/** Which messages a rule lets into its subscription. */
@NullMarked
package dev.millrace.broker.filter;

import org.jspecify.annotations.NullMarked;
