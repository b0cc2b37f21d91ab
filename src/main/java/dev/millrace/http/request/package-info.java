/** What a request says, read strictly and within limits, before anything is done about it. */
@NullMarked
package dev.millrace.http.request;

import org.jspecify.annotations.NullMarked;
