/** What a namespace consists of: the entities as they are declared, and how they are read. */
@NullMarked
package dev.millrace.broker.setup;

import org.jspecify.annotations.NullMarked;
