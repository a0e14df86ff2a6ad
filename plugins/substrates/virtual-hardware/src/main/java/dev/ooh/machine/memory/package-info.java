/** Host-physical memory: frames that are committed when they are first allocated. */
@org.osgi.annotation.versioning.Version("1.1.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.memory;
