package dev.ooh.gc.plan;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.gc.policy.Spaces;
import dev.ooh.gc.policy.ValidPointers;

/**
 * What a cycle works on.
 *
 * @param marks in force, which {@code spaces} read
 */
record HeapParts(
    Blocks blocks,
    MarkBits marks,
    ObjectModel objects,
    Spaces spaces,
    Mutators mutators,
    RootSet roots,
    WeakTable weak,
    ValidPointers pointers) {}
