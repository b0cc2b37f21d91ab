/**
 * The HTTP doors. What is here translates and does nothing else: the work is done by the rooms
 * behind it. Every answer about a job is made from its log, so any process can give it. As long as
 * nobody signs in, the server listens on this machine only.
 */
@NullMarked
package dev.millrace.http;

import org.jspecify.annotations.NullMarked;
