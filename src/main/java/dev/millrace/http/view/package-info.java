/** How a job looks from outside, made from its log. */
@NullMarked
package dev.millrace.http.view;

import org.jspecify.annotations.NullMarked;
