package dev.ooh.gc.statistics;

import java.util.OptionalLong;

/**
 * How long a phase took.
 *
 * @param nanos by the space's clock, waiting included
 * @param cpuNanos processor time of the threads that collected; empty where nobody counts it, as on
 *     a simulated processor
 */
public record PhaseTime(Phase phase, long nanos, OptionalLong cpuNanos) {}
