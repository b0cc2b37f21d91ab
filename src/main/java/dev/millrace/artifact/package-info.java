/**
 * Files in and out. A file is kept under its hash, in the folder of whoever owns it, before any log
 * names it; so a file that can be seen is whole, and never changes.
 */
@NullMarked
package dev.millrace.artifact;

import org.jspecify.annotations.NullMarked;
