/**
 * Files that a request names by address. Nothing is fetched unless its host is on a list; only over
 * HTTPS, only from addresses of the public internet, and never more bytes or for longer than the
 * settings say. What a host answers is bytes to be kept, and nothing else is made of it.
 */
@NullMarked
package dev.millrace.intake.fetch;

import org.jspecify.annotations.NullMarked;
