/** Host-physical memory: frames whose memory is there from when they are first touched. */
@org.osgi.annotation.versioning.Version("1.1.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.memory;
