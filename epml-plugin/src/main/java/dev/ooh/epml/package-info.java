/**
 * The technique {@code epml}, Extended PML (SC'22): a processor that logs guest-virtual addresses
 * to a buffer of the guest, which a kernel module drains without VM exits. The parts, from the
 * bottom up: {@code cpu} (the hardware change), {@code hypervisor} (one hypercall to let the guest
 * use it, one to stop), {@code module} (OoH Module), {@code lib} (OoH Lib).
 */
@NullMarked
package dev.ooh.epml;

import org.jspecify.annotations.NullMarked;
