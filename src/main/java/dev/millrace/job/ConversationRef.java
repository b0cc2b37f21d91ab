package dev.millrace.job;

/**
 * Where a conversation is found. The key is a keyed hash, so nobody can name another's
 * conversation.
 */
public record ConversationRef(String tenant, String agent, String key) {
  public static ConversationRef of(Secret secret, Owner owner, String agent, String sessionId) {
    return new ConversationRef(
        owner.tenant(),
        agent,
        secret.hash("conversation", owner.tenant(), owner.name(), agent, sessionId));
  }
}
