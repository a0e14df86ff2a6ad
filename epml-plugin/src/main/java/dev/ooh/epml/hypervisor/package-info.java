/** EPML's part of the hypervisor. */
@NullMarked
package dev.ooh.epml.hypervisor;

import org.jspecify.annotations.NullMarked;
