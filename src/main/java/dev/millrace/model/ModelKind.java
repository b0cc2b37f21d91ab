package dev.millrace.model;

import java.util.Locale;

/** What stands behind a model's name. */
public enum ModelKind {
  /** A deployment of Azure OpenAI. */
  AZURE,
  /** OpenAI, or anything that speaks as it does. */
  OPENAI,
  /** A local Ollama. */
  OLLAMA,
  /** The command line of Claude. */
  CLAUDE,
  /** Nothing but rules. */
  REHEARSAL;

  /** As settings have it. */
  public String shown() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean overHttp() {
    return this == AZURE || this == OPENAI || this == OLLAMA;
  }
}
