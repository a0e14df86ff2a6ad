/** What barriers do, and where they meet the sessions. */
@NullMarked
package dev.ooh.barrier.link;

import org.jspecify.annotations.NullMarked;
