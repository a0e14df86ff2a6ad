/** What a technique must keep on a machine with several virtual processors. */
@NullMarked
package dev.ooh.conformance.processors;

import org.jspecify.annotations.NullMarked;
