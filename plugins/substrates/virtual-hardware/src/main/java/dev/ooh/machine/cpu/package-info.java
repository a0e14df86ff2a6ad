/**
 * The processor in VMX non-root operation: walks, page-modification logging, VMX instructions,
 * interrupts.
 */
@org.osgi.annotation.versioning.Version("1.1.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.cpu;
