/**
 * The nouns: what a job is, what it asks for, how it ends. Plain records that refuse nonsense; they
 * know no other room and no framework.
 */
@NullMarked
package dev.millrace.job;

import org.jspecify.annotations.NullMarked;
