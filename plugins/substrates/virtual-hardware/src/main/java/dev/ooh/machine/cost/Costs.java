package dev.ooh.machine.cost;

/**
 * What some counted events cost, in simulated milliseconds.
 *
 * @param setup M3 and M4; no part of a slowdown
 * @param tracker M14 to M18, and a technique's own accesses to memory where they have a price
 * @param impact M1, M5 to M8, M13, splits of 2 MiB pages and interrupts between processors: what
 *     holds up the tracked program
 * @param work CP, W0 and the assumed prices of ordinary work
 */
public record Costs(double setup, double tracker, double impact, double work) {}
