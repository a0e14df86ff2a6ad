/** {@code ooh demo}: every consumer under every technique, with what each cost. */
@NullMarked
package dev.ooh.cli.demo;

import org.jspecify.annotations.NullMarked;
