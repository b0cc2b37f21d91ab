/**
 * What is published about the doors. The document is made of the controllers when they are
 * compiled: paths, methods and first sentences are theirs, {@link
 * dev.millrace.http.document.Described} adds what an operation takes and answers, and the shapes
 * stand in {@code src/main/openapi}. Tests hold it to what the server does.
 */
@NullMarked
package dev.millrace.http.document;

import org.jspecify.annotations.NullMarked;
