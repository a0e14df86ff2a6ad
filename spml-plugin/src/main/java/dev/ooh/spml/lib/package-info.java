/** OoH Lib: the user's side of SPML. */
@NullMarked
package dev.ooh.spml.lib;

import org.jspecify.annotations.NullMarked;
