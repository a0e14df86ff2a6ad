/**
 * The processor in VMX non-root operation: walks, page-modification logging, VMX instructions,
 * interrupts. A machine has one, or several of which one executes at a time.
 */
@org.osgi.annotation.versioning.Version("1.3.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.cpu;
