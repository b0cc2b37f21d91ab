package dev.millrace.worker;

import dev.millrace.bus.RequestReader;
import dev.millrace.intake.Aftermath;
import dev.millrace.intake.Conversations;
import dev.millrace.intake.Intake;
import dev.millrace.intake.Pointers;
import dev.millrace.intake.Results;
import dev.millrace.journal.Index;
import dev.millrace.journal.Journal;
import java.time.InstantSource;

/** What everybody has at hand who sees to jobs in one process: its workers and its sweeper. */
public record Desk(
    Journal journal,
    Index index,
    RequestReader reader,
    Intake intake,
    Conversations conversations,
    Results results,
    Aftermath aftermath,
    Pointers pointers,
    Patience patience,
    Shares shares,
    InstantSource clock) {}
