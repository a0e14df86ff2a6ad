/**
 * Prices counted events, by the paper's tables or a user's own. Nothing here changes what happens.
 */
@NullMarked
package dev.ooh.machine.cost;

import org.jspecify.annotations.NullMarked;
