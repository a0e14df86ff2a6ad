/**
 * What a garbage collector of objects in an address space tells those who watch it, such as meters.
 * Neither the core nor a technique knows of it.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.memory.collection;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
