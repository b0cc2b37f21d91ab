package dev.millrace.job;

/** Where a job is found: its tenant and its id. */
public record JobRef(String tenant, JobId id) {
  public JobRef {
    Owner.checkTenant(tenant);
  }

  @Override
  public String toString() {
    return tenant + "/" + id;
  }
}
