/** OoH Module: the kernel's side of EPML. */
@NullMarked
package dev.ooh.epml.module;

import org.jspecify.annotations.NullMarked;
