/** OoH Lib: the user's side of SPP. */
@NullMarked
package dev.ooh.spp.lib;

import org.jspecify.annotations.NullMarked;
