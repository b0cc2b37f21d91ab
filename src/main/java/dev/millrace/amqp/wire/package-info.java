/**
 * The bytes of the dialect: messages are split into their sections, never decoded where that is not
 * needed, so what a sender wrote comes out as it went in. Nothing here knows a connection.
 */
@NullMarked
package dev.millrace.amqp.wire;

import org.jspecify.annotations.NullMarked;
