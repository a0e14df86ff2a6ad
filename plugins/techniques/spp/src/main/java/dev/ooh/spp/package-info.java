/**
 * The technique {@code spp}: sub-page write permission (Intel SDM volume 3C, 29.3.4), by which the
 * hypervisor write-protects 128 bytes rather than 4096. A store to a protected sub-page is an EPT
 * violation; the hypervisor notes the sub-page, opens it and lets the store go on. The parts, from
 * the bottom up: {@code cpu} (the hardware's feature), {@code hypervisor} (its tables, and
 * hypercalls to arm pages), {@code module} (OoH Module), {@code lib} (OoH Lib, which maps GPAs back
 * to GVAs).
 *
 * <p><b>Prices.</b> SC'22 has none for SPP. An exit for a store is counted as M13, its cheapest
 * hypercall: a way into root mode, a little work and back; so the simulated cost is a lower bound.
 * Draining is counted as M14 and M18, finding the GVAs as M17, and arming as one M15 a page, whose
 * entry is visited, as SPML and EPML count the like.
 */
@NullMarked
package dev.ooh.spp;

import org.jspecify.annotations.NullMarked;
