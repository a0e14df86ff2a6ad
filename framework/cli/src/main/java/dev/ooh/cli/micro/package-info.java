/** {@code ooh micro}: the paper's array micro-benchmark. */
@NullMarked
package dev.ooh.cli.micro;

import org.jspecify.annotations.NullMarked;
