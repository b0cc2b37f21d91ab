/**
 * Models that speak the chat completions of OpenAI: Azure OpenAI, OpenAI itself, and what is
 * compatible with it (vLLM, LM Studio, Ollama by its route {@code /v1}).
 *
 * <p>The SDK makes the requests; what they say, and what comes back, is read and written here as
 * JSON, because servers differ in more than the SDK's types allow. Answers are streamed; a server
 * that answers in one piece is understood as well. A parameter that is not essential and that a
 * server does not know is left out from then on.
 *
 * <p>Neither a key nor a prompt, nor a text of the server's that may repeat one, is in a message of
 * what is thrown.
 */
@NullMarked
package dev.millrace.model.openai;

import org.jspecify.annotations.NullMarked;
