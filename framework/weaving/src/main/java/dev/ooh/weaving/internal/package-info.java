/** What is woven into consumers: their marked methods ask the core. */
@NullMarked
package dev.ooh.weaving.internal;

import org.jspecify.annotations.NullMarked;
