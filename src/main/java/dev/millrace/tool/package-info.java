/** What a model can have done. Users add their own tools as beans. */
@NullMarked
package dev.millrace.tool;

import org.jspecify.annotations.NullMarked;
