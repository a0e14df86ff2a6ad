/**
 * The technique {@code spml}, Shadow PML (SC'22): the hypervisor lends its page-modification log to
 * the guest by hypercalls, on the hardware of today. The parts, from the bottom up: {@code
 * hypervisor} (hypercalls), {@code module} (OoH Module), {@code lib} (OoH Lib, which maps GPAs back
 * to GVAs).
 */
@NullMarked
package dev.ooh.spml;

import org.jspecify.annotations.NullMarked;
