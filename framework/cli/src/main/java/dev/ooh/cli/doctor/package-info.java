/** {@code ooh doctor}: what this machine, this user and this container can do, tried for real. */
@NullMarked
package dev.ooh.cli.doctor;

import org.jspecify.annotations.NullMarked;
