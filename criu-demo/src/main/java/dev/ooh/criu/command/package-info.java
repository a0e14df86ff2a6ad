/** {@code ooh checkpoint}, {@code ooh restore}, {@code ooh images}, and the part in the demo. */
@NullMarked
package dev.ooh.criu.command;

import org.jspecify.annotations.NullMarked;
