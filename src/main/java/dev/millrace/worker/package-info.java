/**
 * One delivery from its first look to its verdict, and the sweeper that finds what no message
 * points to any more. It knows no transport: a pump or a function hands deliveries in and acts on
 * the verdict. Every decision is taken from the logs; deliveries, locks and clocks only say when to
 * look.
 */
@NullMarked
package dev.millrace.worker;

import org.jspecify.annotations.NullMarked;
