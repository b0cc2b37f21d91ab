package dev.millrace.model.openai;

import org.jspecify.annotations.Nullable;

/** How calls prove who makes them. */
public interface SignIn {
  /** With nothing. */
  SignIn NOBODY =
      new SignIn() {
        @Override
        public @Nullable Proof now() {
          return null;
        }

        @Override
        public boolean refused(@Nullable Proof used) {
          return false;
        }
      };

  /** A header of a request. */
  record Proof(String header, String value) {
    /** Never the value: it is a secret. */
    @Override
    public String toString() {
      return "Proof[header=" + header + "]";
    }
  }

  /**
   * @throws dev.millrace.job.Unavailable when there is none now
   */
  @Nullable Proof now() throws InterruptedException;

  /**
   * This was not accepted.
   *
   * @return whether there may be a better one
   */
  boolean refused(@Nullable Proof used);

  /** With a key, as Azure has it. */
  static SignIn azureKey(String key) {
    return fixed(new Proof("api-key", key));
  }

  /** With a key, as everybody else has it. */
  static SignIn bearerKey(String key) {
    return fixed(new Proof("Authorization", "Bearer " + key));
  }

  private static SignIn fixed(Proof proof) {
    return new SignIn() {
      @Override
      public Proof now() {
        return proof;
      }

      @Override
      public boolean refused(@Nullable Proof used) {
        return false;
      }
    };
  }
}
