/**
 * What files ask of the machine: locks among its processes, and work that other threads do
 * meanwhile and that may fail.
 *
 * <p>Inside this bundle only. Knows nothing of sets, and uses no other package of these.
 */
@NullMarked
package dev.ooh.image.support;

import org.jspecify.annotations.NullMarked;
