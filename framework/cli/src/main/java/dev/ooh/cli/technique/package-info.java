/** {@code ooh techniques}: what works here, found by trying. */
@NullMarked
package dev.ooh.cli.technique;

import org.jspecify.annotations.NullMarked;
