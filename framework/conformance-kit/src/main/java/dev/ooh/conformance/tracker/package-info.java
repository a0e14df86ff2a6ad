/** What must hold where the tracker is a process of its own, beside the tracked one. */
@NullMarked
package dev.ooh.conformance.tracker;

import org.jspecify.annotations.NullMarked;
