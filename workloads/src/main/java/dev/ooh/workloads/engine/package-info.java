/**
 * What the in-memory key-value engines share: the load, its state in the heap, long arrays there,
 * and the digest of what a run leaves. Not exported.
 */
@NullMarked
package dev.ooh.workloads.engine;

import org.jspecify.annotations.NullMarked;
