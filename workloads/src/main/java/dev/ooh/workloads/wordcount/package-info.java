/** Word count over real text. */
@NullMarked
package dev.ooh.workloads.wordcount;

import org.jspecify.annotations.NullMarked;
