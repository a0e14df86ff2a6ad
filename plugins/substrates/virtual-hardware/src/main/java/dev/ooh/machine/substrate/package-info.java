/** The machine as the framework sees it: the substrate {@code virtual}, and its facilities. */
@NullMarked
package dev.ooh.machine.substrate;

import org.jspecify.annotations.NullMarked;
