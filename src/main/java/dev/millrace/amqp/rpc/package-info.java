/**
 * Requests and replies: {@code $cbs}, where clients show a token, and the {@code $management} of
 * each entity. Bodies are read and written by the codec of the older library, because the younger
 * one cannot write all of their types.
 */
@NullMarked
package dev.millrace.amqp.rpc;

import org.jspecify.annotations.NullMarked;
