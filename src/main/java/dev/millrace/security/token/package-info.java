/**
 * Tokens that callers show: what they must say, by whom they must be signed, and with which keys.
 */
@NullMarked
package dev.millrace.security.token;

import org.jspecify.annotations.NullMarked;
