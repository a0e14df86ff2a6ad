/** The technique {@code fault-log}: the worked example of {@code docs/write-a-technique.md}. */
@NullMarked
package dev.ooh.example;

import org.jspecify.annotations.NullMarked;
