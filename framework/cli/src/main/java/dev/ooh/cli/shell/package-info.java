/** {@code ooh shell}: a tracked program to play with, and the {@code tracking:} commands. */
@NullMarked
package dev.ooh.cli.shell;

import org.jspecify.annotations.NullMarked;
