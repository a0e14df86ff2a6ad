/** SPP's part of the hypervisor. */
@NullMarked
package dev.ooh.spp.hypervisor;

import org.jspecify.annotations.NullMarked;
