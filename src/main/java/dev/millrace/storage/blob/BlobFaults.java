package dev.millrace.storage.blob;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobStorageException;
import dev.millrace.job.Unavailable;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what the service answered, and says it in words for the person who has to mend it. */
final class BlobFaults {
  private static final Set<BlobErrorCode> TAKEN =
      Set.of(
          BlobErrorCode.BLOB_ALREADY_EXISTS,
          BlobErrorCode.CONDITION_NOT_MET,
          BlobErrorCode.UNAUTHORIZED_BLOB_OVERWRITE);
  private static final Set<BlobErrorCode> LEASED =
      Set.of(
          BlobErrorCode.LEASE_ID_MISSING,
          BlobErrorCode.LEASE_ID_MISMATCH_WITH_BLOB_OPERATION,
          BlobErrorCode.LEASE_ID_MISMATCH_WITH_CONTAINER_OPERATION,
          BlobErrorCode.LEASE_LOST);

  private final BlobContainerClient container;

  BlobFaults(BlobContainerClient container) {
    this.container = container;
  }

  /** Whether the name was there already. */
  static boolean taken(RuntimeException fault) {
    return fault instanceof BlobStorageException e && TAKEN.contains(code(e));
  }

  static boolean is(RuntimeException fault, BlobErrorCode code) {
    return fault instanceof BlobStorageException e && code.equals(code(e));
  }

  /** A HEAD has no body; when its error header is missing too, 404 can only be the blob. */
  private static @Nullable BlobErrorCode code(BlobStorageException fault) {
    BlobErrorCode code = fault.getErrorCode();
    return code == null && fault.getStatusCode() == 404 ? BlobErrorCode.BLOB_NOT_FOUND : code;
  }

  Unavailable unavailable(String attempted, RuntimeException fault) {
    if (interrupted(fault)) {
      Thread.currentThread().interrupt();
    }
    return new Unavailable(
        "could not %s in %s: %s".formatted(attempted, where(), why(fault)), fault);
  }

  Unavailable cannotOpen(RuntimeException fault) {
    return new Unavailable("could not open %s: %s".formatted(where(), why(fault)), fault);
  }

  Unavailable cannotCreate(RuntimeException fault) {
    return new Unavailable(
        "there is no %s, and it could not be created: %s".formatted(where(), why(fault)), fault);
  }

  private String why(RuntimeException fault) {
    if (fault instanceof BlobStorageException e) {
      return why(e);
    }
    if (caused(fault, ClientAuthenticationException.class)) {
      // Where nobody is signed in, at the bottom is whichever way of it was tried last.
      String detail =
          root(fault) instanceof ClientAuthenticationException ? "" : ": " + said(fault);
      return "no identity could sign in. Run az login, or give this machine a managed identity;"
          + " AZURE_CLIENT_ID chooses among several"
          + detail;
    }
    if (interrupted(fault)) {
      return "interrupted";
    }
    return "the service did not answer: " + said(fault);
  }

  /** What stands at the bottom of it, in one line. */
  private static String said(Throwable fault) {
    return root(fault).toString().lines().findFirst().orElseThrow();
  }

  private static Throwable root(Throwable fault) {
    Throwable cause = fault;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private String why(BlobStorageException fault) {
    BlobErrorCode code = code(fault);
    String answer = " (%d %s)".formatted(fault.getStatusCode(), code == null ? "" : code);
    if (BlobErrorCode.CONTAINER_NOT_FOUND.equals(code)) {
      return "there is no such container. Create it, or correct the setting"
          + " millrace.storage.blob.container (MILLRACE_STORAGE_BLOB_CONTAINER)"
          + answer;
    }
    if (BlobErrorCode.CONTAINER_BEING_DELETED.equals(code)) {
      return "the container is being deleted. Create it again when that is done" + answer;
    }
    if (code != null && LEASED.contains(code)) {
      return "somebody else holds a lease on it. Break the lease, nothing here takes one" + answer;
    }
    if (fault.getStatusCode() == 401) {
      return "the credential was not accepted. Check the setting it comes from, and the clock"
          + answer;
    }
    if (fault.getStatusCode() == 403) {
      return "this identity may not do that. Give it the role Storage Blob Data Contributor on the"
          + " container, or allow this network in the account's firewall"
          + answer;
    }
    if (fault.getStatusCode() == 404 && fault.getErrorCode() == null) {
      return "nothing there knows of containers. Check that it is the blob endpoint of a storage"
          + " account (404)";
    }
    if (fault.getStatusCode() >= 500 || fault.getStatusCode() == 429) {
      return "the service is busy or has a fault" + answer;
    }
    return "the service refused" + answer;
  }

  /** Not the whole URL, which may carry a signature. */
  private String where() {
    return "container %s of %s"
        .formatted(
            container.getBlobContainerName(), URI.create(container.getAccountUrl()).getAuthority());
  }

  private static boolean interrupted(Throwable fault) {
    return caused(fault, InterruptedException.class);
  }

  private static boolean caused(Throwable fault, Class<? extends Throwable> type) {
    for (Throwable t = fault; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }
}
