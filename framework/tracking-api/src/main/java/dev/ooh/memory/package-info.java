/**
 * What a consumer of dirty-page tracking imports, and nothing more: an {@linkplain
 * dev.ooh.memory.AddressSpace address space} whose {@linkplain dev.ooh.memory.Memory memory} is
 * tracked, the {@linkplain dev.ooh.memory.Interval interval} that says which pages were written
 * since the last one, the {@linkplain dev.ooh.memory.ChangedPages marker} by which a consumer asks,
 * and the {@linkplain dev.ooh.memory.ExecutionContext execution context} its threads come from.
 *
 * <p>Addresses are guest-virtual or process-virtual byte addresses, never negative; ranges are
 * half-open; a page is {@value dev.ooh.memory.PageSet#PAGE_SIZE} bytes.
 */
@Version("1.2.0")
@NullMarked
package dev.ooh.memory;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
