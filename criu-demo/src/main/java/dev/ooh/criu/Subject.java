package dev.ooh.criu;

import dev.ooh.criu.heap.DumpedHeap;

/**
 * What is checkpointed: a program in a heap.
 *
 * @param application by which a restore finds the program's code
 * @param configuration for people
 * @param pid under which the images are filed
 */
public record Subject(String application, String configuration, int pid, DumpedHeap heap) {}
