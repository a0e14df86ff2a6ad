/** Sub-page write permission as a part of the processor, by the Intel SDM. */
@NullMarked
package dev.ooh.spp.cpu;

import org.jspecify.annotations.NullMarked;
