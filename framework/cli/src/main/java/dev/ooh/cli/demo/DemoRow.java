package dev.ooh.cli.demo;

import dev.ooh.cli.UnpricedWork;
import java.util.List;

/**
 * A line of the demonstration's table.
 *
 * @param program what ran
 * @param substrate where
 * @param technique what gathered
 * @param intervals how many intervals the figures sum up
 * @param written pages that an oracle saw changed
 * @param reported pages that were reported
 * @param cost of tracking, without set-up
 * @param unit of {@code cost}: {@code sim_ms} or {@code ms}
 * @param unpriced what of it has no price; one or none
 */
record DemoRow(
    String program,
    String substrate,
    String technique,
    long intervals,
    long written,
    long reported,
    double cost,
    String unit,
    List<UnpricedWork> unpriced) {}
