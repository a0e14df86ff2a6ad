package dev.ooh.image.reader;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The pagemaps of a set and of those it builds on, by which a {@link Locator} finds pages.
 * Immutable.
 *
 * @param flat has all that the set holds; null where it is looked for in the files of the chain
 */
record Layers(Path set, Pagemap pagemap, @Nullable Layers parent, @Nullable FlatFile flat) {}
