/**
 * JSON Schemas: made from records, and checked against. What is wrong is said so that a model, or a
 * person, can mend it.
 */
@NullMarked
package dev.millrace.tool.schema;

import org.jspecify.annotations.NullMarked;
