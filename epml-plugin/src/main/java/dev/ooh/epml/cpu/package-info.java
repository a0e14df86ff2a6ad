/** EPML's change to the processor. */
@NullMarked
package dev.ooh.epml.cpu;

import org.jspecify.annotations.NullMarked;
