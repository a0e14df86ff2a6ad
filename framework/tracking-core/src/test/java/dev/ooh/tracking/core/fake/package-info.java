@NullMarked
package dev.ooh.tracking.core.fake;

import org.jspecify.annotations.NullMarked;
