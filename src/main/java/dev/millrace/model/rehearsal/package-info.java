/**
 * A model of rules, with no network and no account, for demonstrations and tests. It says what it
 * is, and goes the way of every other model: it calls the tool {@code run_python} where it is
 * offered, and answers with what comes back.
 *
 * <p>It runs a fenced block of Python, profiles a CSV file that is listed in the message ({@code
 * Files in /mnt/data: a.csv}), and works out arithmetic, also about "that", the last result. To
 * everything else it says that no model is configured, and how to configure one.
 */
@NullMarked
package dev.millrace.model.rehearsal;

import org.jspecify.annotations.NullMarked;
