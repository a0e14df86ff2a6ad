/**
 * VMX data structures: VMCS, its fields and bitmaps, controls, exits (Intel SDM volume 3C,
 * appendices B and C). Section numbers throughout the machine are those of the editions in which
 * chapter 25 describes the VMCS and chapter 29 address translation.
 *
 * <p>The processor reports fewer features than it might: no execute-only EPT entries, no 1 GiB
 * pages, 46 physical-address bits. VM exits and entries keep cached mappings, as with VPIDs.
 */
@org.osgi.annotation.versioning.Version("1.1.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.vmx;
