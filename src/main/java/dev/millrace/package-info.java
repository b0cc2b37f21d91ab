/**
 * Millrace takes analysis jobs from a queue, lets a language model work on each with Python, and
 * publishes the result. This is the map; the rooms, in the order in which a reader needs them:
 *
 * <ol>
 *   <li>{@link dev.millrace.job}: the nouns. What a job asks for, and how it ends.
 *   <li>{@link dev.millrace.storage}: names and bytes that outlive every process, in a directory or
 *       in Azure Blob Storage.
 *   <li>{@link dev.millrace.journal}: what is known. One log per job and per conversation.
 *   <li>{@link dev.millrace.artifact}: files in and out, kept by their content.
 *   <li>{@link dev.millrace.bus}: ports to the broker, what travels through it, and the pump.
 *   <li>{@link dev.millrace.intake}: the way in, and what is left to do after an end.
 *   <li>{@link dev.millrace.session}: isolated places where code runs, on this machine or in a
 *       session pool of Azure.
 *   <li>{@link dev.millrace.model}: language models behind one port, from Azure OpenAI to one of
 *       rules.
 *   <li>{@link dev.millrace.tool}: the port to what a model can have done.
 *   <li>{@link dev.millrace.agent}: who can be asked; {@link dev.millrace.agent.loop} is the loop
 *       that asks models and runs tools, step by step.
 *   <li>{@link dev.millrace.worker}: one delivery from its first look to its verdict; the sweeper.
 *   <li>{@link dev.millrace.security}: who calls, what is theirs, and how much at a time.
 *   <li>{@link dev.millrace.http}: the HTTP doors: jobs, their events and their files; {@link
 *       dev.millrace.http.legacy} has the doors of earlier systems.
 *   <li>{@link dev.millrace.function}: the doors for a host of Azure Functions.
 *   <li>{@link dev.millrace.cli}: the command line of a user, a client of those doors.
 *   <li>{@link dev.millrace.broker}: the rules of Service Bus, with no sockets. With the next one
 *       it is an island: only the local wiring lands there.
 *   <li>{@link dev.millrace.amqp}: a namespace on this machine that the SDKs of Azure talk to.
 * </ol>
 *
 * <p>Storage, bus, session and model have adapters, chosen by the settings.
 *
 * <p>This package holds the command line and the pages that wire the rooms together, and nothing
 * else: {@code SharedWiring} is what is the same everywhere, {@code LocalWiring} and {@code
 * LocalBusWiring} what runs on this machine, {@code AzureWiring} what runs in Azure, {@code
 * ModelWiring} the models, {@code FunctionWiring} what a host of functions calls, {@code
 * LegacyWiring} what earlier systems told of themselves, {@code Assembly} puts together what the
 * settings ask for, and {@code Mill} sets it all to work, or {@code FunctionHost} hands it out. Who
 * may use whom is held by {@code ShapeTest}.
 */
@NullMarked
package dev.millrace;

import org.jspecify.annotations.NullMarked;
