/**
 * One address space for tests: bytes in the Java heap, threads that can be stopped at polls, and
 * the contract that it and every substrate's spaces pass.
 */
@NullMarked
package dev.ooh.testing.space;

import org.jspecify.annotations.NullMarked;
