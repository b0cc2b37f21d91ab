package dev.millrace;

import java.util.List;

/** Looks whether settings go together that are right by themselves. Each bean of this is asked. */
@FunctionalInterface
interface Check {
  /** One sentence for each thing to mend: the setting, its variable, and how. */
  List<String> faults();
}
