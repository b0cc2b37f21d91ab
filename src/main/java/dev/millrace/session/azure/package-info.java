/** The session pool in Azure. */
@NullMarked
package dev.millrace.session.azure;

import org.jspecify.annotations.NullMarked;
