/**
 * The one door to Byte Buddy: the weaver, and its two ways to classes, the framework's weaving hook
 * and a Java agent.
 */
@NullMarked
package dev.ooh.barrier.weaving;

import org.jspecify.annotations.NullMarked;
