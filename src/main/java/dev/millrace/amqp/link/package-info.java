/**
 * The links to entities. What a client sends is answered when it is durable; what it receives flows
 * as it grants credit; how it settles is answered in the same kind as it settled.
 */
@NullMarked
package dev.millrace.amqp.link;

import org.jspecify.annotations.NullMarked;
