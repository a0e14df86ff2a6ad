/** {@code ooh replay}: recorded page writes under every technique and cost profile. */
@NullMarked
package dev.ooh.cli.replay;

import org.jspecify.annotations.NullMarked;
