/**
 * The technique {@code uffd}: userfaultfd write-protection. The first write to an armed page faults
 * to a handler of the facility, or is remembered by the kernel.
 */
@NullMarked
package dev.ooh.uffd;

import org.jspecify.annotations.NullMarked;
