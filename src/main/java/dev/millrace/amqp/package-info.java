/**
 * A Service Bus namespace for this machine: {@link dev.millrace.amqp.LocalNamespace} listens on a
 * port, and the SDKs of Azure talk to it as they would to Azure, over plain TCP. The rules are the
 * broker's; here is the wire: {@code connection} between bytes and links, {@code link} what flows,
 * {@code rpc} requests and replies, {@code wire} the encoding.
 */
@NullMarked
package dev.millrace.amqp;

import org.jspecify.annotations.NullMarked;
