/** OoH Module: the kernel's side of SPP. */
@NullMarked
package dev.ooh.spp.module;

import org.jspecify.annotations.NullMarked;
