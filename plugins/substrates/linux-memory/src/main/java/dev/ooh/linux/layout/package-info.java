/** The kernel's structures, one class each, with the offsets of their fields. */
@NullMarked
package dev.ooh.linux.layout;

import org.jspecify.annotations.NullMarked;
