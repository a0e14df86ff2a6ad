/** SPML's part of the hypervisor. */
@NullMarked
package dev.ooh.spml.hypervisor;

import org.jspecify.annotations.NullMarked;
