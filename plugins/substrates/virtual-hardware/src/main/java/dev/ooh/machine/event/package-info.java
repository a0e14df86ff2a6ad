/**
 * What happened, counted: observers count, cost profiles price, nothing in here knows a duration.
 */
@org.osgi.annotation.versioning.Version("1.2.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.event;
