/** The weaving hook, and the one class that knows Byte Buddy. */
@NullMarked
package dev.ooh.weaving.internal;

import org.jspecify.annotations.NullMarked;
