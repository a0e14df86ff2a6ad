/** The collector on the command line: {@code ooh gc}, and its part in {@code ooh demo}. */
@NullMarked
package dev.ooh.gc.command;

import org.jspecify.annotations.NullMarked;
