/** OoH Lib: the user's side of EPML. */
@NullMarked
package dev.ooh.epml.lib;

import org.jspecify.annotations.NullMarked;
