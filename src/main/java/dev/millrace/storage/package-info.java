/**
 * Keeps bytes under names, durably, for every worker at once. Two kinds of thing exist: immutable
 * blobs, written once, and logs, which grow by appends that name the position they expect. Whatever
 * a method has answered survives a crash of anything.
 */
@NullMarked
package dev.millrace.storage;

import org.jspecify.annotations.NullMarked;
