/** How connections are taken, and when they are cut. */
@NullMarked
package dev.millrace.http.connection;

import org.jspecify.annotations.NullMarked;
