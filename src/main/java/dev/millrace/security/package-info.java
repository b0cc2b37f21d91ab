/**
 * Who calls, what is theirs, and how much of it at a time. A caller is admitted by what the request
 * itself shows, and is nobody until then. It knows no server: requests are headers here.
 */
@NullMarked
package dev.millrace.security;

import org.jspecify.annotations.NullMarked;
