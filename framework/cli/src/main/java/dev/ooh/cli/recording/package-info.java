/** A program's page writes, interval by interval, in a file. */
@NullMarked
package dev.ooh.cli.recording;

import org.jspecify.annotations.NullMarked;
