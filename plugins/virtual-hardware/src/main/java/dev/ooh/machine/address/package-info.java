/**
 * Addresses of the machine's three spaces as distinct types, and the page sizes. Hot code uses raw
 * {@code long}.
 */
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.address;
