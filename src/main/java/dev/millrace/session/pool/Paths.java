package dev.millrace.session.pool;

/** Names of files as callers give them. */
final class Paths {
  private Paths() {}

  /** A path below the data directory, which leads nowhere else whatever the pool makes of it. */
  static String checked(String path) {
    boolean bad =
        path.isEmpty()
            || path.startsWith("/")
            || path.endsWith("/")
            || path.contains("\\")
            || path.chars().anyMatch(Character::isISOControl);
    for (String name : path.split("/", -1)) {
      bad |= name.isEmpty() || name.equals(".") || name.equals("..");
    }
    if (bad) {
      throw new IllegalArgumentException(
          "a file of a session has a path such as report.csv or plots/one.png, relative, with"
              + " slashes, without '..' and control characters");
    }
    return path;
  }
}
