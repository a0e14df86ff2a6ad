/**
 * What every technique must pass on every substrate. A {@link dev.ooh.conformance.Subject} says
 * what is tested; {@link dev.ooh.conformance.TechniqueLaws} tests the laws one by one as a JUnit
 * class with one factory method; {@link dev.ooh.conformance.ConformanceKit} runs seeded random
 * schedules against an oracle. {@code dev.ooh.conformance.broken} holds what the kit must reject.
 */
@Version("1.1.0")
@NullMarked
package dev.ooh.conformance;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
