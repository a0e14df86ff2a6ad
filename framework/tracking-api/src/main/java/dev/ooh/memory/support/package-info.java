/**
 * What every substrate's address spaces share, written once: {@linkplain
 * dev.ooh.memory.support.BasicAddressSpace name, settings and listeners}, and {@linkplain
 * dev.ooh.memory.support.RegionPlacement where regions go}. For makers of substrates; consumers and
 * techniques have no use for it.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.memory.support;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
