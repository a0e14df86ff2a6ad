/**
 * Where woven methods are linked. Woven classes import this package dynamically; nobody else should
 * call it.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.weaving.link;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
