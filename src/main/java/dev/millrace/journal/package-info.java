/**
 * What is known: one log per job and one per conversation, each folded into a state. An append
 * names the position it expects, so every log has one order, one winner per position, and a worker
 * that was overtaken finds out at its next write. Safe across processes; one log object belongs to
 * one thread.
 */
@NullMarked
package dev.millrace.journal;

import org.jspecify.annotations.NullMarked;
