/** Programs that are back where they were after {@code kill -9}. */
@NullMarked
package dev.ooh.example.checkpoints;

import org.jspecify.annotations.NullMarked;
