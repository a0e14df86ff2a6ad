/**
 * How memory is held: blocks, kinds of objects, large objects, mark bits, roots. When and how to
 * collect is the {@linkplain dev.ooh.gc.plan plan}'s.
 */
@NullMarked
package dev.ooh.gc.policy;

import org.jspecify.annotations.NullMarked;
