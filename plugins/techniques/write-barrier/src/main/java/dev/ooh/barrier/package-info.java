/**
 * Write barriers: the storing code itself marks a card. No kernel help, and cards smaller than a
 * page.
 */
@NullMarked
package dev.ooh.barrier;

import org.jspecify.annotations.NullMarked;
