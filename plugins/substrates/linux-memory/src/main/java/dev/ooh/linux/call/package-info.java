/** The one door to the kernel: system calls through java.lang.foreign, errno captured. */
@NullMarked
package dev.ooh.linux.call;

import org.jspecify.annotations.NullMarked;
