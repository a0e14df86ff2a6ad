/**
 * The guest's operating system. Its state lives in guest memory where hardware looks at it (page
 * tables) and in Java objects elsewhere; its own accesses to guest memory go through the simulated
 * processor like any guest's.
 *
 * <p>All of it runs on the machine's CPU, which is whichever of its {@linkplain
 * dev.ooh.machine.cpu.Processors processors} executes: callers hold the {@linkplain
 * dev.ooh.machine.kernel.Scheduler scheduler's} baton.
 */
@NullMarked
package dev.ooh.machine.kernel;

import org.jspecify.annotations.NullMarked;
