/** Pages that are compressed by the block, by LZ4 as in CRIU's images. */
@NullMarked
package dev.ooh.image.compression;

import org.jspecify.annotations.NullMarked;
