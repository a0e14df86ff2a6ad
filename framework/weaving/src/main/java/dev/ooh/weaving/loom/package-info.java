/**
 * What weaving needs whatever is woven: finding the marked classes, letting Byte Buddy change them
 * without changing their shape, and reaching the classes of bundles. Each bundle that weaves has
 * its own copy of this package, so that one of them can go without the other.
 */
@NullMarked
package dev.ooh.weaving.loom;

import org.jspecify.annotations.NullMarked;
