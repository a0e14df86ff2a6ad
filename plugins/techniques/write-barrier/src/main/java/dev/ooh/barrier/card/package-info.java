/** The cards: a byte for each piece of native memory that is watched. */
@NullMarked
package dev.ooh.barrier.card;

import org.jspecify.annotations.NullMarked;
