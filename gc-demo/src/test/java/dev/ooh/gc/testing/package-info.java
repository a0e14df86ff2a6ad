/** An address space in a byte array, with an exact and with broken sources of changed pages. */
@NullMarked
package dev.ooh.gc.testing;

import org.jspecify.annotations.NullMarked;
