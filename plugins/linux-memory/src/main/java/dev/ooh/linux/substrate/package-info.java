/** This process's own off-heap memory as address spaces. */
@NullMarked
package dev.ooh.linux.substrate;

import org.jspecify.annotations.NullMarked;
