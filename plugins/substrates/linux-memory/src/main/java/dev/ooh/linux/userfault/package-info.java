/** The userfaultfd facility: asynchronous by the kernel alone, synchronous through the monitor. */
@NullMarked
package dev.ooh.linux.userfault;

import org.jspecify.annotations.NullMarked;
