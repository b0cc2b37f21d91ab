package dev.millrace.model.waiting;

import dev.millrace.job.retry.Pauses;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;

/**
 * How a model is treated.
 *
 * @param concurrent how many calls may be under way at once
 * @param patience how long the pauses of one call may be together
 * @param random from 0 to 1
 */
public record Manners(
    int concurrent, Duration patience, InstantSource clock, Pauses pauses, DoubleSupplier random) {}
