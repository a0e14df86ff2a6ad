/**
 * A storm over real memory: writers, collections, kernel writes, discards, remappings, technique
 * switches and dying fault handlers at once, and copies that must equal the memory whenever it
 * stands still.
 */
@NullMarked
package dev.ooh.conformance.storm;

import org.jspecify.annotations.NullMarked;
