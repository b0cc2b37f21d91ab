/**
 * The HTTP doors. What is here translates and does nothing else: the work is done by the rooms
 * behind it. Every answer about a job is made from its log, so any process can give it. Whoever
 * comes in has been let in by {@code Admittance}; only what is marked {@code @PermitAll} is for
 * all.
 *
 * <p>The same controllers stand behind the server of this process and behind a host of functions.
 * They read bodies through {@link dev.millrace.http.request.Body} and headers whose commas matter
 * through {@link dev.millrace.http.request.Header}, and ask {@link Carrier} before they stream.
 */
@NullMarked
package dev.millrace.http;

import org.jspecify.annotations.NullMarked;
