/** {@code ooh calibrate}: this machine's own cost profile. */
@NullMarked
package dev.ooh.cli.calibrate;

import org.jspecify.annotations.NullMarked;
