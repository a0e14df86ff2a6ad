/** A substrate and a core small enough to see through, for tests of commands. */
@NullMarked
package dev.ooh.cli.toy;

import org.jspecify.annotations.NullMarked;
