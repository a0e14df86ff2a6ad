/**
 * One address space for tests: bytes in the Java heap, threads that can be stopped at polls, and
 * the contract that it and every substrate's spaces pass; and a substrate's space that is open
 * while a class of tests runs.
 */
@NullMarked
package dev.ooh.testing.space;

import org.jspecify.annotations.NullMarked;
