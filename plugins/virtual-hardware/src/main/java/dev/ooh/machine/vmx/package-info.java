/**
 * VMX data structures: VMCS, its fields and bitmaps, controls, exits (Intel SDM volume 3C,
 * appendices B and C).
 */
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.vmx;
