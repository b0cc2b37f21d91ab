/**
 * The session pool on this machine: the same executor that is the container of a pool in Azure,
 * started here and spoken to in the same way. It ends with this process, however that ends: the
 * executor watches its standard input.
 */
@NullMarked
package dev.millrace.session.local;

import org.jspecify.annotations.NullMarked;
