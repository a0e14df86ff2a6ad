/**
 * When and how memory is collected: the mark-sweep plan, its trace, its trigger. How memory is held
 * is the {@linkplain dev.ooh.gc.policy policies'} matter.
 */
@NullMarked
package dev.ooh.gc.plan;

import org.jspecify.annotations.NullMarked;
