/** The virtual-machine monitor: root mode of the simulated machine. */
@NullMarked
package dev.ooh.machine.hypervisor;

import org.jspecify.annotations.NullMarked;
