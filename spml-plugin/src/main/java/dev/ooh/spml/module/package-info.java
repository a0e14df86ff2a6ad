/** OoH Module: the kernel's side of SPML. */
@NullMarked
package dev.ooh.spml.module;

import org.jspecify.annotations.NullMarked;
